import { queryOptions } from "@tanstack/react-query";
import { armGet, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { RecoveryPlan } from "../views/recovery-plan";

export const recoveryPlansQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "recoveryPlans"),
    queryFn: ({ signal }) => armList(api.recoveryPlans(vault), RecoveryPlan, signal),
  });

export const recoveryPlanQuery = (vault: string, plan: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "recoveryPlans", plan),
    queryFn: ({ signal }) => armGet(api.recoveryPlan(vault, plan), RecoveryPlan, signal),
  });
