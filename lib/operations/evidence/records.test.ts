import { describe, expect, it } from "vitest";
import type { FailoverRecord } from "@/lib/domain/failover-record";
import type { Job } from "@/lib/jobs/job";
import { Fault } from "@/lib/kernel/fault";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../context";
import type { FailoverRun } from "../failover/failover-run";
import { saveRecoveryPlan } from "../recovery-plans/edit-recovery-plan";
import { runRecoveryPlan } from "../recovery-plans/run-recovery-plan";
import { cleanUpTestFailover, commitFailover, startFailover } from "../start-failover";
import { setApplicationCheck, setTargets } from "./evidence-settings";
import { requester, withOrigin } from "./job-origin";
import { refreshRecord } from "./keep-record";

async function furnished(orders: number | null = 100) {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: orders });
  await world.protect(context, "SQL");
  return { world, context };
}

async function begin(world: RecoveryWorld, context: OperationContext, kind: FailoverRun["kind"]): Promise<Job> {
  const item = await world.item("SQL");
  const point = { type: kind === "UnplannedFailover" ? "LatestProcessed" : "Latest" } as const;
  const shutDownSource = kind === "PlannedFailover";
  return startFailover(context, world.vault, item, {
    kind,
    itemId: item.id,
    point,
    networkName: "test",
    shutDownSource,
  });
}

async function recordOf(world: RecoveryWorld, id: string): Promise<FailoverRecord> {
  const record = await world.repositories.failoverRecords.get(id);
  if (!record) throw new Error("the run was not written down");
  return record;
}

const whats = (record: FailoverRecord) => record.deviations.map((deviation) => deviation.what);

describe("the record of a test failover", () => {
  it("says who asked, what was measured, and has a picture of the console at the first sign of life", async () => {
    const { world, context } = await furnished();
    await setTargets(context, { vaultId: "vault-1", ownerId: "vault-1" }, { rpoSeconds: 60, rtoSeconds: 600 });
    const asked = withOrigin(context, () => ({ requestedBy: requester(context, "curl/8.5\u0007") }));
    const job = await begin(world, asked, "TestFailover");
    world.clock.advance(7000);
    await world.run(job);
    const record = await recordOf(world, job.id);
    expect(record).toMatchObject({
      ...{ kind: "TestFailover", direction: "PrimaryToRecovery", outcome: "Succeeded", planHash: null },
      subject: { type: "ProtectedItem", id: "item-SQL", name: "SQL" },
      targets: { rpoSeconds: 60, rtoSeconds: 600 },
      people: [{ role: "requested", who: "ann", program: "curl/8.5", at: job.createdAt, what: "Test failover" }],
      deviations: [],
    });
    const [machine] = record.machines;
    expect(machine).toMatchObject({
      ...{ name: "SQL", replicaName: "SQL-test", outcome: "Succeeded", firstLineMs: 480, ordersOnReplica: 100 },
      loss: { seconds: null, bytes: null, orders: null },
      pointAgeSeconds: 0,
    });
    const picture = await world.evidenceFiles.get("vault-1", machine?.screenshot?.sha256 ?? "");
    expect(Buffer.from(picture ?? []).toString()).toBe("screen of SQL-test");
    expect(machine?.screenshot?.file).toBe(`${machine?.screenshot?.sha256}.png`);
    expect(record.measured.rpoSeconds).toBe(0);
    const upAfter = (Date.parse(machine?.firstSignOfLifeAt ?? "") - Date.parse(job.createdAt)) / 1000;
    expect(record.measured.rtoSeconds).toBe(upAfter);
    expect(upAfter).toBeGreaterThanOrEqual(7);
    expect(record.steps.map((step) => step.state)).toEqual(["Succeeded", "Succeeded", "Succeeded", "Succeeded"]);
    expect(record.times).toMatchObject({ declaredAt: job.createdAt, detectedAt: null, verifiedAt: machine?.upAt });
  });

  it("lists what was there before and after the cleanup, and who completed the test", async () => {
    const { world, context } = await furnished();
    const job = await begin(world, context, "TestFailover");
    await world.run(job);
    const cleanup = await cleanUpTestFailover(context, await world.item("SQL"), "All users could log in.");
    await world.run(cleanup);
    const record = await recordOf(world, job.id);
    expect(record.cleanup).toMatchObject({ notes: "All users could log in.", after: [] });
    expect(record.cleanup?.before.join("\n")).toMatch(/virtual machine SQL-test \(running, on network test\)/);
    expect(record.cleanup?.before.join("\n")).toMatch(/file 0-SQL-0\.vhd in the storage account \(1024 bytes\)/);
    expect(record.people.at(-1)).toMatchObject({ role: "acted", what: "Completed the test", jobId: cleanup.id });
    expect(record.notes).toBe("All users could log in.");
  });

  it("says what a cleanup left, and that it failed", async () => {
    const { world, context } = await furnished();
    const job = await begin(world, context, "TestFailover");
    await world.run(job);
    world.folders.stubborn = "held-open.vhd";
    await world.run(await cleanUpTestFailover(context, await world.item("SQL"), ""));
    const record = await recordOf(world, job.id);
    expect(record.cleanup?.after).toEqual(["file held-open.vhd in the storage account", "record of SQL-test"]);
    expect(whats(record).join("\n")).toMatch(/The cleanup left something: file held-open\.vhd/);
    expect(record.people.at(-1)?.what).toBe("Completed the test: failed");
  });

  it("goes on without a picture when none can be taken, and says so", async () => {
    const { world, context } = await furnished();
    const full = { code: "StorageFull", message: "full", possibleCauses: "-", recommendedAction: "-" };
    world.evidenceFiles.failNext = new Fault(full);
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect(job.state).toBe("Succeeded");
    const record = await recordOf(world, job.id);
    expect(record.machines[0]).toMatchObject({ outcome: "Succeeded", screenshot: null });
    expect(whats(record)).toEqual([expect.stringMatching(/^Warning ScreenshotNotTaken: .*full$/)]);
  });

  it("never says that a machine ran where it was only verified", async () => {
    const { world, context } = await furnished();
    world.region.unavailable = "SeaBIOS is not installed";
    const job = await world.run(await begin(world, context, "TestFailover"));
    const record = await recordOf(world, job.id);
    expect(record.machines[0]).toMatchObject({
      ...{ outcome: "Succeeded", detail: "Verified, not booted: SeaBIOS is not installed" },
      ...{ firstSignOfLifeAt: null, firstLineMs: null, screenshot: null },
    });
    expect(record.measured.rtoSeconds).not.toBeNull();
    expect(whats(record)[0]).toMatch(/Verified, not booted/);
  });

  it("of a run that failed half-way tells how far it came, and what was taken back", async () => {
    const { world, context } = await furnished();
    world.region.bootFailures.set("SQL-test", 1);
    const job = await world.run(await begin(world, context, "TestFailover"));
    const record = await recordOf(world, job.id);
    expect(record).toMatchObject({ outcome: "Failed", measured: { rtoSeconds: null } });
    expect(record.machines[0]).toMatchObject({
      outcome: "Failed",
      detail: expect.stringMatching(/did not boot/) as string,
    });
    expect(record.steps.at(-1)).toMatchObject({ state: "Failed" });
    expect(record.steps[0]?.detail).toBe("Taken back.");
    expect(whats(record)).toEqual([expect.stringMatching(/^Error ReplicaDidNotBoot/)]);
    const again = await world.run(await context.jobs.restart(job.id));
    expect(again.state).toBe("Succeeded");
    const healed = await recordOf(world, job.id);
    expect(healed.machines[0]).toMatchObject({ outcome: "Succeeded", detail: null });
    expect(whats(healed)).toEqual([expect.stringMatching(/^Attempt 1: Error ReplicaDidNotBoot/)]);
  });

  it("names who restarted it and who cancelled it, and the local user when nobody was named", async () => {
    const { world, context } = await furnished();
    world.region.bootFailures.set("SQL-test", 3);
    const job = await world.run(await begin(world, context, "TestFailover"));
    await world.run(await context.jobs.restart(job.id, "bert"));
    await world.run(await context.jobs.restart(job.id));
    await context.jobs.restart(job.id, "cleo");
    const stopped = await world.run(await context.jobs.cancel(job.id, "dora"));
    expect(stopped.state).toBe("Cancelled");
    const { people } = await recordOf(world, job.id);
    expect(people.map(({ role, who, what }) => [role, who, what])).toEqual([
      ["requested", "local user", "Test failover"],
      ["acted", "bert", "Restarted the run"],
      ["acted", "local user", "Restarted the run"],
      ["acted", "cleo", "Restarted the run"],
      ["acted", "dora", "Cancelled the run"],
    ]);
  });

  it("outlives the protection of its machine, whatever is asked of it later", async () => {
    const { world, context } = await furnished();
    const job = await world.run(await begin(world, context, "TestFailover"));
    await world.run(await cleanUpTestFailover(context, await world.item("SQL"), "done"));
    const before = await recordOf(world, job.id);
    await world.repositories.protectedItems.delete("item-SQL");
    await refreshRecord(context, job.id);
    expect(await recordOf(world, job.id)).toEqual(before);
  });
});

describe("the record of a failover", () => {
  it("measures an unplanned one from the declaration, with its loss and since when the site was silent", async () => {
    const { world, context } = await furnished();
    const lastHeard = (await world.repositories.providers.get("provider-1"))?.lastHeartbeatAt;
    world.site.connected = false;
    world.clock.advance(60_000);
    const declaredAt = new Date(world.clock.now().getTime() - 20_000).toISOString();
    await setTargets(context, { vaultId: "vault-1", ownerId: "vault-1" }, { rpoSeconds: null, rtoSeconds: 10 });
    const job = await begin(
      world,
      withOrigin(context, () => ({ declaredAt })),
      "UnplannedFailover",
    );
    await world.run(job);
    const record = await recordOf(world, job.id);
    expect(record.times).toMatchObject({ declaredAt, detectedAt: lastHeard, decidedAt: job.createdAt });
    expect(record.measured.rtoSeconds).toBeGreaterThanOrEqual(20);
    expect(record.measured.rpoSeconds).toBe(record.machines[0]?.loss.seconds);
    expect(whats(record).join()).toMatch(/The RTO was 2\d(\.\d+)? s; its target is 10 s/);
    const commit = await commitFailover(context, await world.item("SQL"));
    await world.run(commit);
    const committed = await recordOf(world, job.id);
    expect(committed.people.at(-1)).toMatchObject({ role: "approved", jobId: commit.id });
    expect(committed.times.detectedAt).toBe(lastHeard);
  });

  it("proves that a planned one lost nothing", async () => {
    const { world, context } = await furnished();
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    const record = await recordOf(world, job.id);
    expect(record.measured.rpoSeconds).toBe(0);
    expect(record.machines[0]).toMatchObject({ loss: { seconds: 0, bytes: 0, orders: 0 }, outcome: "Succeeded" });
    for (const disk of record.machines[0]?.disks ?? []) expect(disk.restoredRoot).toBe(disk.pointRoot);
  });

  it("marks a machine whose application does not answer, and leaves it where it is", async () => {
    const { world, context } = await furnished();
    const check = { kind: "TcpPort", host: "127.0.0.1", port: 5432, timeoutSeconds: 3 } as const;
    await setApplicationCheck(context, { vaultId: "vault-1", ownerId: "item-SQL" }, check);
    world.probe.answers = [{ passed: false, detail: "127.0.0.1:5432: ECONNREFUSED" }];
    const job = await world.run(await begin(world, context, "UnplannedFailover"));
    expect(job.state).toBe("Succeeded");
    expect((await world.item("SQL")).activeLocation).toBe("Recovery");
    const record = await recordOf(world, job.id);
    expect(record.machines[0]).toMatchObject({
      outcome: "Failed",
      applicationCheck: { passed: false, what: "127.0.0.1 accepts connections on port 5432" },
    });
    expect(record.machines[0]?.applicationCheck?.detail).toMatch(/ECONNREFUSED \(tried for 3 s\)/);
    expect(whats(record).join("\n")).toMatch(/ApplicationCheckFailed/);
    expect(record.measured.rtoSeconds).not.toBeNull();
  });

  it("waits for an application that needs a moment", async () => {
    const { world, context } = await furnished();
    const check = { kind: "Http", url: "http://127.0.0.1/", status: null, pattern: null, timeoutSeconds: 60 } as const;
    await setApplicationCheck(context, { vaultId: "vault-1", ownerId: "item-SQL" }, check);
    const refused = { passed: false, detail: "ECONNREFUSED" };
    world.probe.answers = [refused, refused, { passed: true, detail: "it answered 200" }];
    const job = await world.run(await begin(world, context, "TestFailover"));
    const [machine] = (await recordOf(world, job.id)).machines;
    expect(machine).toMatchObject({
      outcome: "Succeeded",
      applicationCheck: { passed: true, detail: "it answered 200" },
    });
    expect(world.probe.asked).toHaveLength(3);
  });

  it("of a plan has every machine, its steps by group, and the hash of what was run", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100, WEB: 200 });
    for (const name of ["SQL", "WEB"]) await world.protect(context, name);
    const fabric = await world.repositories.fabrics.get("fabric-1");
    if (!fabric) throw new Error("no site");
    const groups = ["SQL", "WEB"].map((name) => ({
      ...{ type: "Boot" as const, protectedItemIds: [`item-${name}`], startActions: [], endActions: [] },
    }));
    const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
    await setTargets(context, { vaultId: "vault-1", ownerId: plan.id }, { rpoSeconds: 5, rtoSeconds: null });
    await setTargets(context, { vaultId: "vault-1", ownerId: "vault-1" }, { rpoSeconds: 50, rtoSeconds: 500 });
    world.region.bootFailures.set("WEB", 1);
    const job = await runRecoveryPlan(context, world.vault, plan, {
      ...{
        kind: "UnplannedFailover",
        point: { type: "LatestProcessed" },
        testNetworkName: null,
        shutDownSource: false,
      },
    });
    await world.run(job);
    const record = await recordOf(world, job.id);
    expect(record).toMatchObject({
      ...{ outcome: "Failed", subject: { type: "RecoveryPlan", name: "shop" } },
      targets: { rpoSeconds: 5, rtoSeconds: 500 },
      measured: { rtoSeconds: null },
    });
    expect(record.machines.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["SQL", "Succeeded"],
      ["WEB", "Failed"],
    ]);
    expect(record.planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(record.steps.some((step) => step.group === "Group 2" && step.state === "Failed")).toBe(true);
  });
});

it("is there and the same whenever the server is killed during a test and its cleanup", async () => {
  const seen = new Set<string>();
  await killedEverywhere(
    async (world) => {
      const context = await world.furnish({ SQL: 100 });
      await world.protect(context, "SQL");
      return begin(world, context, "TestFailover");
    },
    async (world, job) => {
      const record = await recordOf(world, job.id);
      const [machine] = record.machines;
      expect(machine?.screenshot).not.toBeNull();
      seen.add(JSON.stringify([record.outcome, machine?.outcome, machine?.ordersOnReplica, record.deviations]));
    },
    7,
  );
  expect([...seen]).toEqual([JSON.stringify(["Succeeded", "Succeeded", 100, []])]);
}, 60_000);
