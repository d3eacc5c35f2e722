import { beforeEach, describe, expect, it } from "vitest";
import { createArmRouter } from "@/lib/arm/router";
import { saveRecoveryPlan } from "@/lib/operations/recovery-plans/edit-recovery-plan";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { describeForPeople, exitCodeOf } from "./exit-codes";
import { applyPlan, diffPlan, exportPlan, type PlanCommandWorld } from "./plan-commands";

const files = new Map<string, string>();
beforeEach(() => files.clear());

/** The commands against the real router, without a network. */
async function commands(changes: Partial<PlanCommandWorld> = {}) {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of ["SQL", "WEB"]) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: [], endActions: [] }];
  await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  const handle = createArmRouter(context);
  const given: PlanCommandWorld = {
    portal: "http://127.0.0.1:3000",
    vault: "contoso-vault",
    subscription: undefined,
    resourceGroup: undefined,
    request: async (method, url, body) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await handle(new Request(url, { method, ...init }));
      return { status: answer.status, body: (await answer.json()) as unknown };
    },
    readFile: (file) => files.get(file) ?? "",
    writeFile: (file, text) => void files.set(file, text),
    ...changes,
  };
  return given;
}

describe("npx secondsite plan", () => {
  it("exports, finds nothing to do, tells what differs with exit code 2, applies it, and then finds nothing again", async () => {
    const world = await commands();
    const printed = await exportPlan(world, "shop", undefined);
    await exportPlan(world, "shop", "shop.yaml");
    expect(`${printed.text}\n`).toBe(files.get("shop.yaml"));
    const same = await diffPlan(world, "shop.yaml");
    expect([same.exitCode ?? 0, same.text]).toEqual([0, "The plan shop is what the document says."]);
    files.set("shop.yaml", `${files.get("shop.yaml") ?? ""}  - machines:\n      - WEB\n`);
    const differs = await diffPlan(world, "shop.yaml");
    expect(differs.exitCode).toBe(2);
    expect(differs.text.split("\n").slice(-2)).toEqual(["+   - machines:", "+       - WEB"]);
    expect((await applyPlan(world, "shop.yaml")).text).toMatch(/^The plan shop was changed:\n/);
    expect((await applyPlan(world, "shop.yaml")).text).toMatch(/nothing was changed\.$/);
    expect((await diffPlan(world, "shop.yaml")).exitCode ?? 0).toBe(0);
  });

  it("says which line of a document is wrong, which vault is not there, and that nobody answers", async () => {
    files.set("bad.yaml", "version: 1\nname: shop\nsite: branch\ncolour: red\ngroups: []\n");
    const failure = async (world: PlanCommandWorld) => {
      try {
        await diffPlan(world, "bad.yaml");
      } catch (error) {
        return { code: exitCodeOf(error), text: describeForPeople(error) };
      }
      throw new Error("it was taken");
    };
    const wrong = await failure(await commands());
    expect([wrong.code, wrong.text]).toEqual([6, expect.stringMatching(/^line 4: .*colour.*PlanDocumentInvalid/)]);
    expect((await failure(await commands({ vault: "nowhere" }))).text).toMatch(/ResourceNotFound/);
    const request = () => Promise.reject(new Error("ECONNREFUSED"));
    expect(await failure(await commands({ request }))).toMatchObject({ code: 5 });
    expect((await failure(await commands({ vault: undefined }))).code).toBe(2);
  });
});
