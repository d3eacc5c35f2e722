import { queryOptions } from "@tanstack/react-query";
import { CoverageResource, ReadinessResource, TrendsResource } from "@/lib/contract/readiness";
import { armGet } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** The age of recovery points and the connection of hosts change without an event. */
export const readinessQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "readiness"),
    queryFn: ({ signal }) => armGet(api.readiness(vault), ReadinessResource, signal),
    refetchInterval: 10_000,
  });

export const coverageQuery = (vault: string, months: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "coverage", months),
    queryFn: ({ signal }) => armGet(api.coverage(vault, months), CoverageResource, signal),
  });

/** `subject` null: of the whole vault. */
export const trendsQuery = (vault: string, months: string, subject: string | null) =>
  queryOptions({
    queryKey: keys.inVault(vault, "trends", months, subject ?? ""),
    queryFn: ({ signal }) => armGet(api.trends(vault, months, subject ?? undefined), TrendsResource, signal),
  });
