import { queryOptions } from "@tanstack/react-query";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { RetentionView, SpaceView } from "@/lib/contract/space";
import { armGet } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";

/** Where a vault's bytes are, and how that has grown. */
export const spaceQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "space"),
    queryFn: ({ signal }) => armGet(api.space(vault), SpaceView, signal),
    refetchInterval: 30_000,
  });

/** Which recovery points are kept, why and until when. */
export const retentionQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "retention", item.name),
    queryFn: ({ signal }) =>
      armGet(
        api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "retention"),
        RetentionView,
        signal,
      ),
    refetchInterval: 15_000,
  });
