import { queryOptions } from "@tanstack/react-query";
import { armGet, armGetOrNull, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { PlanDocumentResource, PlanSettings } from "@/lib/contract/plan-document";
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

/** The plan as YAML, as it is saved now. */
export const planDocumentQuery = (vault: string, plan: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "planDocument", plan),
    queryFn: ({ signal }) => armGet(api.recoveryPlanOwn(vault, plan, "document"), PlanDocumentResource, signal),
  });

export const planSettingsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "planSettings"),
    queryFn: ({ signal }) => armGetOrNull(api.planSettings(vault), PlanSettings, signal),
  });

/** Azure's number while the vault's own is not known. */
const GROUPS_MAX = 7;

export const planGroupsMaxOf = (settings: PlanSettings | null | undefined): number =>
  settings?.properties.planGroupsMax ?? GROUPS_MAX;
