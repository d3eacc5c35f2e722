import type { OperationContext } from "./context";

/** Tells whoever watches that a resource came, changed or went. `kind` is the resource type's last segment. */
export function announce(
  context: Pick<OperationContext, "live">,
  vaultId: string | null,
  kind: string,
  name: string,
): void {
  context.live.publish({ type: "resource", vaultId, kind, name });
}
