import { describe, expect, it } from "vitest";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../context";
import { readRecoveryPlan } from "../read-recovery-plan";
import { changePlanPoint, type ChangePlanPointRequest } from "./change-plan-point";
import { completePlanMigration } from "./complete-plan-migration";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { commitRecoveryPlan } from "./finish-recovery-plan";
import { runRecoveryPlan } from "./run-recovery-plan";

const NAMES = ["SQL", "WEB"] as const;

/** Two machines with a first point each and a second one ten orders later; the plan runs SQL, then WEB. */
async function shop(world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  const first = new Map<string, string>();
  for (const name of NAMES) {
    await world.protect(context, name);
    first.set(name, (await world.repositories.recoveryPoints.newest(`item-${name}`))?.id ?? "");
    world.site.write(name, 10);
    await world.site.replicate(`item-${name}`, false);
  }
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = NAMES.map((name) => ({
    ...{ type: "Boot" as const, protectedItemIds: [`item-${name}`], startActions: [], endActions: [] },
  }));
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  return { world, context, plan, first };
}

/** Failed over from the newest points, not committed. */
async function failedOver(world?: RecoveryWorld) {
  const made = await shop(world);
  const over = await runRecoveryPlan(made.context, made.world.vault, made.plan, {
    ...{ kind: "UnplannedFailover", point: { type: "LatestProcessed" }, testNetworkName: null, shutDownSource: true },
  });
  expect((await made.world.run(over)).errors).toEqual([]);
  return { ...made, over };
}

const custom = (points: ReadonlyMap<string, string>): ChangePlanPointRequest => ({
  point: { type: "LatestProcessed" },
  points: new Map([...points].map(([name, id]) => [`item-${name}`, id])),
});
const orders = (world: RecoveryWorld) =>
  new Map([...world.region.machines.values()].map((machine) => [machine.name, machine.orders?.count]));
const allowed = async (
  context: OperationContext,
  { vault }: RecoveryWorld,
  plan: Parameters<typeof commitRecoveryPlan>[1],
) => (await readRecoveryPlan(context, vault, plan)).allowedOperations;

describe("the recovery point of a plan's machines", () => {
  it("is changed in the order of the groups, and the record says what each runs from and has lost", async () => {
    const { world, context, plan, first, over } = await failedOver();
    expect(await allowed(context, world, plan)).toContain("ChangePit");
    const job = await world.run(await changePlanPoint(context, plan, custom(first)));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(orders(world)).toEqual(
      new Map([
        ["SQL", 100],
        ["WEB", 300],
      ]),
    );
    const steps = await context.jobs.steps(job.id);
    expect(steps.map(({ friendlyName, groupName }) => `${groupName ?? ""}: ${friendlyName}`).slice(-2)).toEqual([
      "Group 1: Replace and start SQL",
      "Group 2: Replace and start WEB",
    ]);
    const person = (await world.repositories.failoverRecords.get(over.id))?.people.at(-1);
    expect(person?.what).toMatch(
      /^Changed the recovery point: SQL now of .*10 orders lost; WEB now of .*10 orders lost$/,
    );
    for (const name of NAMES) expect(await world.item(name)).toMatchObject({ heldByJobId: null });
    expect((await world.run(await commitRecoveryPlan(context, plan))).errors).toEqual([]);
  });

  it("leaves a machine alone that runs from that point already, and refuses when that is every one", async () => {
    const { world, context, plan, first } = await failedOver();
    const ofSql = new Map([["SQL", first.get("SQL") ?? ""]]);
    const job = await world.run(await changePlanPoint(context, plan, custom(ofSql)));
    expect(job.errors).toEqual([]);
    expect(orders(world)).toEqual(
      new Map([
        ["SQL", 100],
        ["WEB", 310],
      ]),
    );
    await expect(changePlanPoint(context, plan, custom(ofSql))).rejects.toMatchObject({
      code: "RecoveryPlanOperationNotAllowed",
      message: expect.stringMatching(/made from that recovery point already/) as string,
    });
    await expect(
      changePlanPoint(context, plan, { point: { type: "LatestApplicationConsistent" } }),
    ).rejects.toMatchObject({ code: "RecoveryPointNotFound" });
    await expect(changePlanPoint(context, plan, custom(new Map([["ERP", "x"]])))).rejects.toMatchObject({
      code: "RecoveryPlanPointOfNoMachine",
    });
  });

  it("is refused before a failover and after its commit", async () => {
    const { world, context, plan, first } = await shop();
    const refused = { code: "RecoveryPlanOperationNotAllowed" };
    await expect(changePlanPoint(context, plan, custom(first))).rejects.toMatchObject(refused);
    const over = await failedOver();
    await over.world.run(await commitRecoveryPlan(over.context, over.plan));
    await expect(changePlanPoint(over.context, over.plan, custom(over.first))).rejects.toMatchObject(refused);
    expect(await allowed(context, world, plan)).not.toContain("ChangePit");
  });

  it("stops at a machine that does not start: its former replica runs on, the one before stays changed, a restart goes on", async () => {
    const { world, context, plan, first } = await failedOver();
    world.region.bootFailures.set("WEB", 1);
    const failed = await world.run(await changePlanPoint(context, plan, custom(first)));
    expect([failed.state, failed.errors[0]?.code]).toEqual(["Failed", "ReplicaDidNotBoot"]);
    expect(orders(world)).toEqual(
      new Map([
        ["SQL", 100],
        ["WEB", 310],
      ]),
    );
    expect(world.region.running().sort()).toEqual(["SQL", "WEB"]);
    const again = await world.run(await context.jobs.restart(failed.id));
    expect([again.state, again.errors]).toEqual(["Succeeded", []]);
    expect(orders(world).get("WEB")).toBe(300);
    expect(world.region.machines.size).toBe(2);
  });

  it("ends with exactly one replica of each, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const { context, plan, first } = await failedOver(world);
        return changePlanPoint(context, plan, custom(first));
      },
      async (world, job) => {
        expect([job.state, job.errors]).toEqual(["Succeeded", []]);
        expect(orders(world)).toEqual(
          new Map([
            ["SQL", 100],
            ["WEB", 300],
          ]),
        );
        expect([world.region.running().sort(), world.folders.files.size]).toEqual([["SQL", "WEB"], 4]);
        for (const name of NAMES) expect(await world.item(name)).toMatchObject({ heldByJobId: null });
      },
      3,
    );
  });
});

describe("the migration of a plan", () => {
  it("leaves every machine in Azure and ends protection and plan, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const { context, plan } = await failedOver(world);
        expect(await allowed(context, world, plan)).toContain("CompleteMigration");
        return completePlanMigration(context, plan);
      },
      async (world, job) => {
        expect([job.state, job.errors]).toEqual(["Succeeded", []]);
        expect(await world.repositories.protectedItems.listByVault("vault-1")).toEqual([]);
        expect(await world.repositories.recoveryPlans.list("vault-1")).toEqual([]);
        for (const name of NAMES) expect(await world.repositories.recoveryPoints.list(`item-${name}`)).toEqual([]);
        expect([world.region.running().sort(), world.folders.files.size]).toEqual([["SQL", "WEB"], 4]);
      },
      3,
    );
  });

  it("is refused while a machine is at its site, naming it, and while another plan has one", async () => {
    const { world, context, plan } = await shop();
    await expect(completePlanMigration(context, plan)).rejects.toMatchObject({ code: "CompleteMigrationNotAllowed" });
    expect(await allowed(context, world, plan)).not.toContain("CompleteMigration");
    const over = await failedOver();
    const fabric = await over.world.repositories.fabrics.get("fabric-1");
    if (!fabric) throw new Error("no site");
    const groups = [{ type: "Boot" as const, protectedItemIds: ["item-WEB"], startActions: [], endActions: [] }];
    await saveRecoveryPlan(over.context, over.world.vault, { name: "other", fabric, groups });
    await expect(completePlanMigration(over.context, over.plan)).rejects.toMatchObject({
      code: "ProtectedItemInRecoveryPlan",
      message: expect.stringMatching(/WEB.*other/) as string,
    });
  });
});
