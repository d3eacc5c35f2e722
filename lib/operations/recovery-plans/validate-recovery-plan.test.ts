import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ControlDatabase } from "@/lib/adapters/persistence/database";
import { createSqliteJobStore } from "@/lib/adapters/persistence/job-store";
import { migrateDatabase } from "@/lib/adapters/persistence/migrate";
import { createSqliteRepositories } from "@/lib/adapters/persistence/repositories";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { startFailover } from "../start-failover";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { runRecoveryPlan, type PlanRequest } from "./run-recovery-plan";
import { validateRecoveryPlan } from "./validate-recovery-plan";

const problems = vi.hoisted(() => new Map<string, string>());
vi.mock("../automation/describe-runbook", async (original) => {
  const problem = (name: string) => {
    const code = problems.get(name);
    return code ? { code, message: `${name}.`, possibleCauses: "It.", recommendedAction: "Publish it." } : null;
  };
  return {
    ...(await original<object>()),
    runbookProblem: async (_: unknown, __: unknown, ___: string, name: string) => problem(name),
    webhookProblem: async (_: unknown, __: unknown, url: string) => problem(url),
  };
});

const runbook: RecoveryPlanAction = {
  name: "Move the name",
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: {
    kind: "AutomationRunbookActionDetails",
    accountName: "ops",
    runbookName: "dns",
    fabricLocation: "Recovery",
    timeoutSeconds: 60,
  },
};
const request = (kind: PlanRequest["kind"], changes: Partial<PlanRequest> = {}): PlanRequest => ({
  kind,
  point: { type: "Latest" },
  testNetworkName: kind === "TestFailover" ? "test" : null,
  shutDownSource: kind === "PlannedFailover",
  ...changes,
});

async function shop(world = new RecoveryWorld()) {
  problems.clear();
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of ["SQL", "WEB"]) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = ["SQL", "WEB"].map((name) => ({
    type: "Boot" as const,
    protectedItemIds: [`item-${name}`],
    startActions: name === "WEB" ? [runbook] : [],
    endActions: [],
  }));
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  const look = (kind: PlanRequest["kind"], changes: Partial<PlanRequest> = {}) =>
    validateRecoveryPlan(context, world.vault, plan, request(kind, changes));
  return { world, context, plan, fabric, look };
}
const codesOf = ({ machines, findings, actions }: Awaited<ReturnType<typeof validateRecoveryPlan>>) => [
  ...findings.map((one) => one.code),
  ...machines.flatMap((machine) => machine.findings.map((one) => `${machine.item.name} ${one.code}`)),
  ...actions.flatMap((action) => action.findings.map((one) => `${action.action.name} ${one.code}`)),
];

describe("the validation of a recovery plan", () => {
  it("finds nothing wrong with a plan that can run, and names the points it would take", async () => {
    const { look, world } = await shop();
    const view = await look("TestFailover");
    expect(codesOf(view)).toEqual([]);
    const newest = (await world.repositories.recoveryPoints.list("item-SQL")).at(-1);
    expect(view.machines.map(({ group, leftOut, point }) => ({ group, leftOut, point }))[0]).toEqual({
      group: 1,
      leftOut: null,
      point: { id: newest?.id, at: newest?.at },
    });
    expect(view.actions.map(({ group, position, applies }) => [group, position, applies])).toEqual([
      ["2", "before", true],
    ]);
    expect((await look("PlannedFailover")).actions[0]?.applies).toBe(false);
  });

  it("says what is in the way of each machine and action, all of it at once", async () => {
    const { look, world } = await shop();
    problems.set("dns", "RunbookNotPublished");
    await world.vaultData.lock();
    world.site.connected = false;
    const item = await world.item("WEB");
    const target = { ...item.target, machineName: "SQL", size: "Standard_A0", networkName: "gone" };
    await world.repositories.protectedItems.update(item.id, item.revision, { target });
    expect(codesOf(await look("TestFailover", { testNetworkName: "production" }))).toEqual(
      expect.arrayContaining([
        "VaultLocked",
        "TestNetworkNotIsolated",
        "SQL LatestDataNotSent",
        "SQL TargetNameTaken",
        "WEB TargetNameTaken",
        "Move the name RunbookNotPublished",
      ]),
    );
    const planned = codesOf(await look("PlannedFailover"));
    expect(planned).toEqual(expect.arrayContaining(["SQL SiteNotConnected", "WEB NetworkNotFound"]));
    expect(planned).not.toContain("Move the name RunbookNotPublished");
  });

  it("names a custom point that retention has dropped, and one that is not application-consistent", async () => {
    const { look } = await shop();
    const gone = await look("UnplannedFailover", { points: new Map([["item-SQL", "dropped"]]) });
    expect(codesOf(gone)).toEqual(["SQL RecoveryPointNotFound"]);
    const consistent = await look("UnplannedFailover", { point: { type: "LatestApplicationConsistent" } });
    expect(codesOf(consistent)).toEqual(["SQL RecoveryPointNotFound", "WEB RecoveryPointNotFound"]);
  });

  it("passes over a machine that another plan holds, and is in the way of one that something else holds", async () => {
    const { look, world, context, fabric } = await shop();
    const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: [], endActions: [] }];
    const first = await saveRecoveryPlan(context, world.vault, { name: "first", fabric, groups });
    await runRecoveryPlan(context, world.vault, first, request("TestFailover"));
    const web = await world.item("WEB");
    const run = { kind: "TestFailover", itemId: web.id, point: { type: "Latest" }, networkName: null } as const;
    await startFailover(context, world.vault, web, { ...run, shutDownSource: false });
    const view = await look("TestFailover");
    expect(view.machines[0]?.leftOut).toMatch(/^The recovery plan first holds it/);
    expect(view.machines[1]?.findings[0]?.message).toMatch(/'Test failover' of 'WEB'/);
  });

  it("leaves every byte of the database as it was", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "validate-"));
    const file = path.join(folder, "control.db");
    await migrateDatabase(file, path.resolve("prisma"));
    const database = await ControlDatabase.open(file);
    try {
      const world = Object.assign(new RecoveryWorld(), {
        repositories: createSqliteRepositories(database),
        store: createSqliteJobStore(database),
      });
      const { look } = await shop(world);
      const fingerprint = () => {
        const files = [file, `${file}-wal`].filter((one) => fs.existsSync(one));
        return files.map((one) => createHash("sha256").update(fs.readFileSync(one)).digest("hex"));
      };
      const before = fingerprint();
      for (const kind of ["TestFailover", "PlannedFailover", "UnplannedFailover"] as const) {
        await look(kind);
        world.site.connected = !world.site.connected;
        await look(kind, { useSharedPoints: true, points: new Map([["item-SQL", "dropped"]]) });
      }
      expect(fingerprint()).toEqual(before);
      const item = await world.item("SQL");
      await world.repositories.protectedItems.update(item.id, item.revision, { consistencyGroup: "tills" });
      expect(fingerprint()).not.toEqual(before);
    } finally {
      await database.close();
      fs.rmSync(folder, { recursive: true });
    }
  });
});
