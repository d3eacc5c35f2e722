import { queryOptions } from "@tanstack/react-query";
import { DrillResource, DrillRunResource } from "@/lib/contract/drills";
import { armGetOrNull, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** Live events about the vault refresh these; the interval is for starts that come due. */
const REFETCH_MS = 10_000;

export const drillsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "drills"),
    queryFn: ({ signal }) => armList(api.drills(vault), DrillResource, signal),
    refetchInterval: REFETCH_MS,
  });

/** Null: there is no such drill. */
export const drillQuery = (vault: string, drill: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "drills", drill),
    queryFn: ({ signal }) => armGetOrNull(api.drill(vault, drill), DrillResource, signal),
    refetchInterval: REFETCH_MS,
  });

export const drillRunsQuery = (vault: string, drill: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "drills", drill, "runs"),
    queryFn: ({ signal }) => armList(api.drill(vault, drill, "runs"), DrillRunResource, signal),
    refetchInterval: REFETCH_MS,
  });
