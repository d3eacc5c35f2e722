import { queryOptions } from "@tanstack/react-query";
import {
  ApplicationCheckView,
  FailoverRecordSummary,
  FailoverRecordView,
  ReportKeyView,
  TargetsView,
} from "@/lib/contract/evidence";
import { armGet, armList } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";

/** Newest first. Live events about the vault refresh it. */
export const failoverRecordsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "failoverRecords"),
    queryFn: ({ signal }) => armList(api.failoverRecords(vault), FailoverRecordSummary, signal),
    refetchInterval: 10_000,
  });

/** While the run goes on it is read every two seconds. */
export const failoverRecordQuery = (vault: string, run: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "failoverRecords", run),
    queryFn: ({ signal }) => armGet(api.failoverRecords(vault, run), FailoverRecordView, signal),
    refetchInterval: (query) => (query.state.data?.properties.outcome === "InProgress" ? 2_000 : 15_000),
  });

export const reportKeyQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "reportKey"),
    queryFn: ({ signal }) => armGet(api.reportKey(vault), ReportKeyView, signal),
  });

/** Of the vault, or of one of its plans. */
export const evidenceTargetsQuery = (vault: string, plan: string | null) =>
  queryOptions({
    queryKey: keys.inVault(vault, "evidenceTargets", plan ?? ""),
    queryFn: ({ signal }) => armGet(api.evidenceTargets(vault, plan), TargetsView, signal),
  });

export const applicationCheckPath = (itemId: string) =>
  api.ofId(itemId, apiVersions.own, "providers", "Secondsite.Recovery", "applicationCheck");

export const applicationCheckQuery = (vault: string, item: { readonly id: string; readonly name: string }) =>
  queryOptions({
    queryKey: keys.inVault(vault, "applicationCheck", item.name),
    queryFn: ({ signal }) => armGet(applicationCheckPath(item.id), ApplicationCheckView, signal),
  });
