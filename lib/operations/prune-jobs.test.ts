import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { checkVault } from "./check-vault";
import { pruneJobs } from "./prune-jobs";
import { recordRun } from "./run-evidence";

const DAY_MS = 24 * 3_600_000;

async function furnished() {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  const item = await world.protect(context, "SQL");
  const made = async (id: string, changes: Partial<Job> = {}) =>
    world.store.create(
      {
        ...{ id, vaultId: "vault-1", scenarioName: "TestFailover", friendlyName: "Test failover", state: "Succeeded" },
        ...{ stateDescription: "Completed", input: {}, memory: {}, targetId: "item-SQL", targetName: "SQL" },
        ...{ targetType: "ProtectionEntity", parentJobId: null, createdAt: context.clock.now().toISOString() },
        ...{
          startedAt: null,
          endedAt: null,
          cancelRequestedAt: null,
          cancelRequestedBy: null,
          errors: [],
          comments: null,
          ...changes,
        },
      },
      [],
    );
  const left = async () => (await world.store.list({})).map(({ id }) => id).sort();
  return { world, context, item, made, left };
}

describe("the pruning of jobs", () => {
  it("forgets what ended more than ninety days ago, of every vault and of none", async () => {
    const { world, context, made, left } = await furnished();
    await made("old");
    await made("old, of a vault that is gone", { vaultId: "gone" });
    await made("old and waiting", { state: "Suspended" });
    world.clock.advance(91 * DAY_MS);
    await made("new");
    expect(await pruneJobs(context)).toBe(2);
    expect(await left()).toEqual(["new", "old and waiting"]);
    expect(await pruneJobs(context)).toBe(0);
  });

  it("keeps the newest two thousand of a vault", async () => {
    const { world, context, made, left } = await furnished();
    for (let number = 0; number < 2_003; number += 1) {
      world.clock.advance(1);
      await made(`job ${String(number).padStart(4, "0")}`);
    }
    expect(await pruneJobs(context)).toBe(3);
    expect((await left())[0]).toBe("job 0003");
  });

  it("keeps whatever is named: by a machine's evidence, by what holds it, by a job of which it is a part", async () => {
    const { world, context, item, made, left } = await furnished();
    for (const id of ["evidence", "holder", "forgotten"]) await made(id);
    await made("part of evidence", { parentJobId: "evidence" });
    await made("part of forgotten", { parentJobId: "forgotten" });
    await recordRun(context, item.id, { jobId: "evidence", kind: "TestFailover" }, {});
    await context.repositories.protectedItems.hold(item.id, "holder");
    world.clock.advance(91 * DAY_MS);
    expect(await pruneJobs(context)).toBe(2);
    expect(await left()).toEqual(["evidence", "holder", "part of evidence"]);
  });

  it("keeps the newest checks, by which the vault's soundness is known", async () => {
    const { world, context, left } = await furnished();
    const job = await world.run(await checkVault(context, world.vault, { depth: "data" }));
    world.clock.advance(91 * DAY_MS);
    await pruneJobs(context);
    expect(await left()).toEqual([job.id]);
  });
});
