import { createHash } from "node:crypto";

/** Names one action of one run: the same over attempts and over restarts of the server. */
export function idempotencyKey(
  jobId: string,
  place: { readonly group: string; readonly position: "before" | "after" },
  name: string,
): string {
  const parts = [jobId, place.group, place.position, name];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
