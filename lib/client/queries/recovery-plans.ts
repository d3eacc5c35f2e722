import { queryOptions } from "@tanstack/react-query";
import { armGet, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

export const recoveryPlansQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "recoveryPlans"),
    queryFn: ({ signal }) => armList(api.recoveryPlans(vault), RecoveryPlanResource, signal),
  });

export const recoveryPlanQuery = (vault: string, plan: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "recoveryPlans", plan),
    queryFn: ({ signal }) => armGet(api.recoveryPlan(vault, plan), RecoveryPlanResource, signal),
  });
