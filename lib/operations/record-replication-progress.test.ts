import { expect, it } from "vitest";
import { PROVIDER_ID, RecoveryWorld } from "@/lib/testing/recovery-world";
import { changeItem } from "./change-protected-item";
import type { LiveEvents } from "./ports/live-events";
import type { ReplicationProgress } from "./ports/site-gateway";
import { recordReplicationProgress } from "./record-replication-progress";

type LiveEvent = Parameters<LiveEvents["publish"]>[0];

it("lets any host say how far a machine is that comes back, and takes that for no word on its replication", async () => {
  const world = new RecoveryWorld();
  const furnished = await world.furnish({ SQL: 10 });
  const item = await world.protect(furnished, "SQL");
  const seen: LiveEvent[] = [];
  const live = { ...furnished.live, publish: (event: LiveEvent) => void seen.push(event) };
  const context = { ...furnished, live };
  const problem = { code: "X", message: "It failed.", possibleCauses: "-", recommendedAction: "-" };
  await changeItem(context, item.id, () => ({ replicationError: problem }));
  seen.length = 0;
  const progress: ReplicationProgress = {
    ...{ protectedItemId: item.id, phase: "synchronizingBack", bytesDone: 1, bytesTotal: 2, bytesPerSecond: 1 },
    ...{ secondsLeft: 1, pendingBytes: 0, at: world.clock.now().toISOString(), error: null },
  };
  await recordReplicationProgress(context, "another-provider", progress);
  expect(seen).toMatchObject([{ type: "replication", progress: { phase: "synchronizingBack" } }]);
  expect((await world.item("SQL")).replicationError).toEqual(problem);
  await recordReplicationProgress(context, "another-provider", { ...progress, phase: "idle" });
  expect(seen).toHaveLength(1);
  await recordReplicationProgress(context, PROVIDER_ID, { ...progress, phase: "idle" });
  expect((await world.item("SQL")).replicationError).toBeNull();
});
