import { queryOptions } from "@tanstack/react-query";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { ItemVerificationView, VerificationView } from "@/lib/contract/verification";
import { armGet } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";

/** What is known of the vault's soundness. Live events about the vault refresh it; the interval is for what they miss. */
export const verificationQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "verification"),
    queryFn: ({ signal }) => armGet(api.verification(vault), VerificationView, signal),
    refetchInterval: 10_000,
  });

/** What checks have shown of one machine's recovery points. */
export const itemVerificationQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "verification", item.name),
    queryFn: ({ signal }) => {
      const path = api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "verification");
      return armGet(path, ItemVerificationView, signal);
    },
    refetchInterval: 10_000,
  });
