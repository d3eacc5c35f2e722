import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { planDocumentSchema } from "@/lib/contract/plan-document-schema";
import { PlanDocument } from "@/lib/contract/plan-document";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { applyPlanDocument, exportPlanDocument } from "./apply-plan-document";
import { cloneRecoveryPlan } from "./clone-recovery-plan";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { documentOf, groupsOf, MachineLabels } from "./plan-document";
import { parsePlanYaml, planYaml } from "./plan-yaml";

vi.mock("../automation/describe-runbook", async (original) => ({
  ...(await original<object>()),
  runbookProblem: async () => null,
  webhookProblem: async () => null,
}));

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 });
const scope = fc.record({
  name: text,
  failoverTypes: fc.subarray(
    ["TestFailover", "PlannedFailover", "UnplannedFailover", "TestFailoverCleanup", "Failback"],
    {
      minLength: 1,
    },
  ),
  failoverDirections: fc.subarray(["PrimaryToRecovery", "RecoveryToPrimary"], { minLength: 1 }),
  onFailure: fc.constantFrom("Stop" as const, "Continue" as const, null),
});
const timeoutSeconds = fc.integer({ min: 1, max: 86_400 });
const details: fc.Arbitrary<RecoveryPlanAction["details"]> = fc.oneof(
  fc.record({
    kind: fc.constant("ManualActionDetails" as const),
    description: fc.string({ unit: "grapheme", maxLength: 60 }),
    timeoutMinutes: fc.option(fc.integer({ min: 1, max: 100_000 })),
  }),
  fc.record({
    kind: fc.constant("AutomationRunbookActionDetails" as const),
    accountName: text,
    runbookName: text,
    fabricLocation: fc.constantFrom("Primary" as const, "Recovery" as const),
    timeoutSeconds,
  }),
  fc.record({
    kind: fc.constant("WebhookActionDetails" as const),
    url: fc.webUrl({ withQueryParameters: true }),
    secret: fc.option(fc.record({ accountName: text, variableName: text })),
    timeoutSeconds,
  }),
);
const action = fc.tuple(scope, details).map(([common, given]): RecoveryPlanAction => ({ ...common, details: given }));
const actions = fc.array(action, { maxLength: 3 });
const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), {
  selector: (name) => name.toLowerCase(),
  minLength: 1,
  maxLength: 8,
});
const plans = fc.tuple(
  names,
  fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
  fc.array(actions, { minLength: 12, maxLength: 12 }),
);

describe("a recovery plan as a document", () => {
  it("comes back exactly as it went, whatever is in it, and loses no action", () => {
    fc.assert(
      fc.property(plans, fc.nat(2), ([machineNames, places, lists], doubled) => {
        // Some machines share the name that people see.
        const items = machineNames.map((name, index) => ({
          id: `id-${index}`,
          name,
          machineName: index <= doubled ? (machineNames[0] ?? name) : name,
        }));
        const boots = [0, 1, 2, 3]
          .map((group): RecoveryPlanGroup => ({
            type: "Boot",
            protectedItemIds: items.filter((_, index) => places[index] === group).map((item) => item.id),
            startActions: lists[group * 2] ?? [],
            endActions: lists[group * 2 + 1] ?? [],
          }))
          .filter((group) => group.protectedItemIds.length > 0);
        const service = (type: "Shutdown" | "Failover", at: number): RecoveryPlanGroup => ({
          type,
          protectedItemIds: [],
          startActions: lists[at] ?? [],
          endActions: lists[at + 1] ?? [],
        });
        const groups = [service("Shutdown", 8), service("Failover", 10), ...boots];
        const labels = new MachineLabels(items);
        const document = documentOf({ name: "shop", groups }, "branch", labels);
        const yaml = planYaml(document);
        const read = parsePlanYaml(yaml);
        expect(read).toEqual(document);
        const back = groupsOf(read, labels);
        expect(withServiceGroups(back)).toEqual(
          withServiceGroups(groups).map((group) => ({ ...group, ...inOrder(group) })),
        );
        expect(planHash(back)).toBe(planHash(groups));
        expect(planYaml(documentOf({ name: "shop", groups: back }, "branch", labels))).toBe(yaml);
      }),
      { numRuns: 80 },
    );
  });

  it("has a schema that is kept beside the documentation, and a plan's document keeps to it", () => {
    const file = "docs/recovery-plan.schema.json";
    const wanted = `${JSON.stringify(planDocumentSchema(), null, 2)}\n`;
    if (process.env["UPDATE_SCHEMA"]) fs.writeFileSync(file, wanted);
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual(JSON.parse(wanted));
    expect(PlanDocument.safeParse({ version: 1, name: "a", site: "b", groups: [{ machines: ["c"] }] }).success).toBe(
      true,
    );
  });

  it("is shown in the documentation as it is taken", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(fs.readFileSync("docs/recovery-plans.md", "utf8"))?.[1] ?? "";
    expect(parsePlanYaml(example)).toMatchObject({ name: "shop", groups: [{ after: [{}] }, { before: [{}] }] });
  });

  it.each([
    [
      "an unknown key, by its name and line",
      "groups:\n  - machines: [SQL]\n    colour: red\n",
      /line 6: groups\.0:.*colour/,
    ],
    [
      "an unknown key of an action",
      "groups:\n  - machines: [SQL]\n    before:\n      - {kind: manual, name: a, failoverTypes: [TestFailover], directions: [PrimaryToRecovery], instructions: b, when: now}\n",
      /line 7: groups\.0\.before\.0:.*when/,
    ],
    ["a key that is there twice", "groups: []\ngroups: []\n", /line 5: .*unique/],
    ["a value of another type", "groups:\n  - machines: [1]\n", /line 5: groups\.0\.machines\.0:/],
    ["what is no YAML", "groups: [\n", /^line 5: /],
  ])("is refused with %s", (_, rest, expected) => {
    const code = "PlanDocumentInvalid";
    let caught: unknown;
    try {
      parsePlanYaml(`version: 1\nname: shop\nsite: branch\n${rest}`);
    } catch (problem) {
      caught = problem;
    }
    expect(caught).toMatchObject({ code, message: expect.stringMatching(expected) });
  });

  it("applies twice without a change, tells what differs before, and resets the tested state when it differs", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100, WEB: 300 });
    for (const name of ["SQL", "WEB"]) await world.protect(context, name);
    const fabric = await world.repositories.fabrics.get("fabric-1");
    if (!fabric) throw new Error("no site");
    const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: [], endActions: [] }];
    const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
    const { yaml, planHash: hash } = await exportPlanDocument(context, plan);
    const apply = (text: string, dryRun = false) => applyPlanDocument(context, world.vault, { yaml: text, dryRun });
    const same = { planName: "shop", existed: true, changed: false, differences: [], planHash: hash };
    expect(await apply(yaml)).toEqual(same);
    expect((await world.repositories.recoveryPlans.get(plan.id))?.revision).toBe(1);
    const edited = `${yaml}  - machines: [web]\n`;
    const dry = await apply(edited, true);
    expect([dry.changed, dry.differences.filter((line) => /^[+-]/.test(line))]).toEqual([
      true,
      ["+   - machines:", "+       - WEB"],
    ]);
    expect((await world.repositories.recoveryPlans.get(plan.id))?.revision).toBe(1);
    expect(await apply(edited)).toEqual(dry);
    expect(await apply(edited)).toMatchObject({ changed: false, differences: [] });
    expect((await world.repositories.recoveryPlans.get(plan.id))?.revision).toBe(2);
    await expect(apply(yaml.replace("SQL", "NOBODY"))).rejects.toMatchObject({ code: "RecoveryPlanUnknownItem" });
    await expect(apply(yaml.replace("site: branch", "site: moon"))).rejects.toMatchObject({
      code: "PlanDocumentUnknownSite",
    });
    const copy = await cloneRecoveryPlan(context, world.vault, plan, "shop-2");
    expect((await exportPlanDocument(context, copy)).planHash).toBe(hash);
    await expect(cloneRecoveryPlan(context, world.vault, plan, "SHOP-2")).rejects.toMatchObject({
      code: "RecoveryPlanExists",
    });
    const fresh = await apply(edited.replace("name: shop", "name: third"));
    expect([fresh.existed, fresh.changed]).toEqual([false, true]);
  });
});

function inOrder(group: RecoveryPlanGroup) {
  const order = (given: readonly string[], words: readonly string[]) => words.filter((word) => given.includes(word));
  const ordered = (one: RecoveryPlanAction): RecoveryPlanAction => ({
    ...one,
    failoverTypes: order(one.failoverTypes, [
      "TestFailover",
      "PlannedFailover",
      "UnplannedFailover",
      "TestFailoverCleanup",
      "Failback",
    ]),
    failoverDirections: order(one.failoverDirections, ["PrimaryToRecovery", "RecoveryToPrimary"]),
  });
  return { startActions: group.startActions.map(ordered), endActions: group.endActions.map(ordered) };
}
