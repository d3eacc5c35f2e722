import { describe, expect, it } from "vitest";
import { PROVIDER_ID, RecoveryWorld } from "@/lib/testing/recovery-world";
import { samplePoint } from "@/lib/testing/sample-entities";
import type { OperationContext } from "../context";
import { desiredReplications } from "../desired-replications";
import { requireItem } from "../change-protected-item";
import { recordRecoveryPoint } from "../record-recovery-point";
import { readProtectedItem } from "../read-protected-item";
import { flagResynchronization } from "./flag-resynchronization";
import { noticeResynchronization } from "./notice-resynchronization";
import { startResynchronization } from "./start-resynchronization";
import { writeResynchronizationSettings } from "./write-settings";

const NOTICE = { reason: "disk os: A write log is missing.", compareWith: "LastPoint" } as const;
const figures = { bytesCompared: 1000, bytesDifferent: 10, bytesSent: 5, bytesKept: 0 };

async function world() {
  const made = new RecoveryWorld();
  const context = await made.furnish({ SQL: 100 });
  const item = await made.protect(context, "SQL");
  return { made, context, item };
}

async function orders(context: OperationContext) {
  return (await desiredReplications(context, PROVIDER_ID))[0]?.resynchronization ?? null;
}

async function healthOf(made: RecoveryWorld, context: OperationContext, itemId: string) {
  const fabric = await made.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const view = await readProtectedItem(context, made.vault, fabric, await requireItem(context, itemId));
  return view.health.find(({ explanation }) => explanation.code === "ResynchronizationRequired");
}

const send = (context: OperationContext, itemId: string, flagId: string, objectName: string) =>
  recordRecoveryPoint(context, PROVIDER_ID, {
    ...samplePoint({ protectedItemId: itemId, objectName }),
    resynchronization: { flagId, ...figures },
  });

describe("a machine that needs resynchronization", () => {
  it("is let at once by default, in a job that ends with the point that answers the flag", async () => {
    const { made, context, item } = await world();
    const notice = { protectedItemId: item.id, ...NOTICE };
    const { flagId, allowed } = await noticeResynchronization(context, PROVIDER_ID, notice);
    expect(allowed).toBe(true);
    expect(await noticeResynchronization(context, PROVIDER_ID, notice)).toEqual({ flagId, allowed });
    expect(await orders(context)).toEqual({ flagId, allowed: true, compareWith: "LastPoint" });
    const jobs = await context.jobs.list({ targetId: item.id, scenarioNames: ["RepairReplication"] });
    expect(jobs).toHaveLength(1);
    expect(await healthOf(made, context, item.id)).toMatchObject({ level: "Warning" });
    const { runner } = made.process();
    runner.start();
    await send(context, item.id, "another flag", "points/SQL/x");
    expect(await orders(context)).not.toBeNull();
    await send(context, item.id, flagId, "points/SQL/y");
    expect(await orders(context)).toBeNull();
    const ended = await context.jobs.waitForEnd(jobs[0]?.id ?? "");
    await runner.stop();
    expect(ended.state).toBe("Succeeded");
    const [step] = await made.store.steps(ended.id);
    expect(step?.details).toMatchObject({ bytesCompared: 1000, bytesSent: 5 });
    expect(await healthOf(made, context, item.id)).toBeUndefined();
    expect((await context.repositories.resynchronizations.get(item.id)).last).toMatchObject(figures);
  });

  it("waits for somebody when its settings say so, and is critical meanwhile", async () => {
    const { made, context, item } = await world();
    await writeResynchronizationSettings(context, item, { mode: "Manual" });
    await noticeResynchronization(context, PROVIDER_ID, { protectedItemId: item.id, ...NOTICE });
    expect(await orders(context)).toMatchObject({ allowed: false });
    expect(await healthOf(made, context, item.id)).toMatchObject({ level: "Error" });
    const job = await startResynchronization(context, item);
    expect((await startResynchronization(context, item)).id).toBe(job.id);
    expect(await orders(context)).toMatchObject({ allowed: true });
  });

  it("begins by itself when its hours begin", async () => {
    const { made, context, item } = await world();
    // The world's clock stands at 08:00 UTC.
    const hours = { mode: "DuringHours", hoursStart: "18:30", hoursEnd: "06:00", timeZone: "UTC" } as const;
    await writeResynchronizationSettings(context, item, hours);
    await noticeResynchronization(context, PROVIDER_ID, { protectedItemId: item.id, ...NOTICE });
    expect(await orders(context)).toMatchObject({ allowed: false });
    made.clock.advance(10 * 3_600_000);
    expect(await orders(context)).toMatchObject({ allowed: false });
    made.clock.advance(3_600_000);
    expect(await orders(context)).toMatchObject({ allowed: true });
    expect(await context.jobs.list({ targetId: item.id, scenarioNames: ["RepairReplication"] })).toHaveLength(1);
  });

  it("is compared with nothing when a check found that the vault lost data, whatever was flagged before", async () => {
    const { context, item } = await world();
    const { id } = await flagResynchronization(context, item, { ...NOTICE, flaggedBy: "Agent" });
    const check = { reason: "12 blocks are damaged.", flaggedBy: "Check", compareWith: "Nothing" } as const;
    const flag = await flagResynchronization(context, item, check);
    expect(flag.compareWith).toBe("Nothing");
    // A run that began for the weaker flag does not answer the stronger one.
    expect(flag.id).not.toBe(id);
    await send(context, item.id, id, "points/SQL/z");
    expect(await orders(context)).toMatchObject({ compareWith: "Nothing" });
  });

  it("refuses settings that cannot be meant, and a machine that is not protected yet", async () => {
    const { context, item } = await world();
    const bad = writeResynchronizationSettings(context, item, { hoursStart: "25:00" });
    await expect(bad).rejects.toMatchObject({ code: "InvalidResynchronizationSettings" });
    await context.repositories.protectedItems.update(item.id, item.revision, { state: "PlannedFailoverStatesBegin" });
    const gone = startResynchronization(context, await requireItem(context, item.id));
    await expect(gone).rejects.toMatchObject({ code: "RepairReplicationNotAllowed" });
  });
});
