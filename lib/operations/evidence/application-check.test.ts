import { describe, expect, it } from "vitest";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { startFailover } from "../start-failover";
import { readEvidenceSettings, setApplicationCheck } from "./evidence-settings";
import { matchesPattern, patternProblem } from "./pattern";

const OWNER = { vaultId: "vault-1", ownerId: "item-SQL" };

/** A test failover of a machine whose console says `serial` from its start on. */
async function checked(serial: string, pattern: string) {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  const item = await world.protect(context, "SQL");
  await setApplicationCheck(context, OWNER, { kind: "SerialPattern", pattern, timeoutSeconds: 2 });
  world.region.onStart = (name) => {
    for (const [id, machine] of world.region.machines) {
      if (machine.name === name) world.region.machines.set(id, { ...machine, serial });
    }
  };
  const point = { type: "Latest" } as const;
  const run = { kind: "TestFailover", itemId: item.id, point, networkName: null, shutDownSource: false } as const;
  const job = await world.run(await startFailover(context, world.vault, item, run));
  expect(job.state).toBe("Succeeded");
  const record = await world.repositories.failoverRecords.get(job.id);
  return record?.machines[0];
}

describe("an application check by a pattern on the serial console", () => {
  it("is passed by the line that has it, which the record shows", async () => {
    const machine = await checked("BIOS\nREADY orders=100\n", "^READY orders=\\d+$");
    expect(machine).toMatchObject({
      outcome: "Succeeded",
      applicationCheck: { passed: true, detail: "it showed: READY orders=100" },
    });
  });

  it("may span lines", async () => {
    const machine = await checked("one\ntwo\n", "one\\ntwo");
    expect(machine?.applicationCheck).toMatchObject({ passed: true, detail: "the console shows it" });
  });

  it("fails when its time is over", async () => {
    const machine = await checked("BIOS\n", "READY");
    expect(machine?.outcome).toBe("Failed");
    expect(machine?.applicationCheck).toMatchObject({ passed: false, what: "The serial console shows /READY/" });
    expect(machine?.applicationCheck?.seconds).toBeLessThanOrEqual(2);
  });
});

it("of a machine that cannot be booted is not passed, and says why", async () => {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  const item = await world.protect(context, "SQL");
  world.region.unavailable = "no firmware";
  await setApplicationCheck(context, OWNER, { kind: "SerialPattern", pattern: "x", timeoutSeconds: 2 });
  const point = { type: "Latest" } as const;
  const run = { kind: "TestFailover", itemId: item.id, point, networkName: null, shutDownSource: false } as const;
  const job = await world.run(await startFailover(context, world.vault, item, run));
  const record = await world.repositories.failoverRecords.get(job.id);
  expect(record?.machines[0]?.applicationCheck?.detail).toMatch(/not booted/);
});

describe("settings of a check", () => {
  it("refuse what could never be tried, and a runbook that there is not", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const refused = [
      { kind: "SerialPattern", pattern: "(", timeoutSeconds: 5 },
      { kind: "SerialPattern", pattern: "", timeoutSeconds: 5 },
      { kind: "SerialPattern", pattern: "x", timeoutSeconds: 0 },
      { kind: "SerialPattern", pattern: "x", timeoutSeconds: 601 },
      { kind: "TcpPort", host: "no host", port: 80, timeoutSeconds: 5 },
      { kind: "TcpPort", host: "host", port: 65_536, timeoutSeconds: 5 },
      { kind: "Http", url: "file:///etc/passwd", status: null, pattern: null, timeoutSeconds: 5 },
      { kind: "Http", url: "http://host/", status: 99, pattern: null, timeoutSeconds: 5 },
    ] as const;
    for (const check of refused) {
      await expect(setApplicationCheck(context, OWNER, check)).rejects.toMatchObject({
        code: "InvalidApplicationCheck",
      });
    }
    const runbook = { kind: "Runbook", accountName: "ops", runbookName: "smoke", timeoutSeconds: 5 } as const;
    await expect(setApplicationCheck(context, OWNER, runbook)).rejects.toMatchObject({
      code: "AutomationAccountNotFound",
    });
    expect((await readEvidenceSettings(context, OWNER.ownerId)).applicationCheck).toBeNull();
  });

  it("take patterns that cannot be made to run for ever", () => {
    expect(patternProblem("(a+)+$")).toBeNull();
    expect(patternProblem("(?=a)")).not.toBeNull();
    const startedMs = performance.now();
    expect(matchesPattern("(a+)+$", `${"a".repeat(20_000)}b`)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});
