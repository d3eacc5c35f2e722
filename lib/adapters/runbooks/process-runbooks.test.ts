import { createHash } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RUNBOOK_LIMITS, type RunbookKind, type RunbookLimits } from "@/lib/domain/automation";
import type { RunbookEnd } from "@/lib/operations/ports/runbook-runner";
import { bundleProgram } from "@/lib/testing/bundle-program";
import { ProcessRunbooks } from "./process-runbooks";

const MIB = 1024 * 1024;
const home = fs.mkdtempSync(path.join(os.tmpdir(), "runbooks-"));
const keyFile = path.join(home, "keys", "secret.key");
let runner: ProcessRunbooks;
let shellProgram: string;
let count = 0;

beforeAll(async () => {
  fs.mkdirSync(path.dirname(keyFile));
  fs.writeFileSync(keyFile, "the key of everything");
  shellProgram = await bundleProgram("bin/runbook-shell.ts");
  runner = newRunner();
}, 60_000);
afterAll(() => {
  fs.rmSync(home, { recursive: true, force: true });
  fs.rmSync(shellProgram, { force: true });
});

const newRunner = () =>
  new ProcessRunbooks({ runsFolder: path.join(home, "run", "runbooks"), home, shellProgram, graceMs: 500 });

interface Wanted {
  readonly kind?: RunbookKind;
  readonly context?: unknown;
  readonly environment?: Record<string, string>;
  readonly secrets?: readonly string[];
  readonly limits?: Partial<RunbookLimits>;
}

async function start(text: string, wanted: Wanted = {}): Promise<string> {
  const runId = `run-${process.pid}-${(count += 1)}`;
  await runner.start({
    ...{ runId, text, kind: wanted.kind ?? "Shell", context: wanted.context ?? {} },
    ...{ environment: wanted.environment ?? {}, secrets: wanted.secrets ?? [] },
    limits: { ...RUNBOOK_LIMITS, timeoutSeconds: 20, ...wanted.limits },
  });
  return runId;
}

async function ended(runId: string): Promise<RunbookEnd> {
  for (;;) {
    const look = await runner.look(runId);
    if (look.state === "ended") return look.end;
    if (look.state !== "running") throw new Error(`the run is ${look.state}`);
    await delay(50);
  }
}

const printed = async (runId: string) => (await runner.output(runId, 0, 4 * MIB)).toString();

async function run(text: string, wanted: Wanted = {}): Promise<{ end: RunbookEnd; output: string; runId: string }> {
  const runId = await start(text, wanted);
  const end = await ended(runId);
  return { end, output: await printed(runId), runId };
}

/** Processes of this machine whose command line holds the words. */
function alive(words: string): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(words))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    if (await holds()) return;
    await delay(50);
  }
  throw new Error(`never: ${what}`);
}

describe("a runbook", { timeout: 60_000 }, () => {
  it("finds the context as a file, its path as an argument and in the environment, and nothing of ours", async () => {
    process.env["SECONDSITE_TEST_LEAK"] = "must not be seen";
    const script = 'cat "$1"; echo; cat "$SECONDSITE_CONTEXT_FILE" | wc -c; env | sort; echo "home is $HOME"; pwd';
    const { end, output } = await run(script, { context: { GroupId: "1" }, environment: { GIVEN: "yes" } });
    delete process.env["SECONDSITE_TEST_LEAK"];
    expect(end).toMatchObject({ reason: "exited", exitCode: 0, signal: null });
    expect(output).toContain('"GroupId": "1"');
    expect(output).toContain("GIVEN=yes");
    expect(output).not.toContain("must not be seen");
    const names = output.match(/^[A-Za-z_]+(?==)/gm) ?? [];
    const expected = ["GIVEN", "HOME", "LANG", "PATH", "PWD", "SECONDSITE_CONTEXT_FILE", "SECONDSITE_RUN_ID", "TMPDIR"];
    expect(names.filter((name) => !["OLDPWD", "SHLVL", "_"].includes(name)).sort()).toEqual(expected);
    expect(end.outputSha256).toBe(createHash("sha256").update(output).digest("hex"));
    expect(end.outputBytes).toBe(Buffer.byteLength(output));
  });

  it("runs in every language whose interpreter is here, and each gets the context", async () => {
    const scripts: Record<RunbookKind, string> = {
      Shell: 'grep -o "crm-plan" "$1"',
      JavaScript:
        'import fs from "node:fs"; console.log(JSON.parse(fs.readFileSync(process.argv[2], "utf8")).RecoveryPlanName)',
      Python: "import json, sys\nprint(json.load(open(sys.argv[1]))['RecoveryPlanName'])",
      PowerShell: "param([Object]$RecoveryPlanContext)\nWrite-Output $RecoveryPlanContext.RecoveryPlanName",
    };
    const found = await runner.interpreters();
    expect(found.map((one) => one.kind)).toEqual(["Shell", "JavaScript", "Python", "PowerShell"]);
    for (const { kind, path: file, version, installAdvice } of found) {
      if (file === null) {
        expect(installAdvice).toMatch(/Install/);
        await expect(start("exit 0", { kind })).rejects.toMatchObject({ code: "RunbookNotStarted" });
        continue;
      }
      expect(version).not.toBe("");
      const { end, output } = await run(scripts[kind], { kind, context: { RecoveryPlanName: "crm-plan" } });
      expect({ kind, exitCode: end.exitCode, output: output.trim() }).toEqual({
        kind,
        exitCode: 0,
        output: "crm-plan",
      });
    }
  });

  it("that fails says with which code, and what it printed on both streams is kept", async () => {
    const { end, output } = await run("echo out; echo err >&2; exit 7");
    expect(end).toMatchObject({ reason: "exited", exitCode: 7 });
    expect(output).toBe("out\nerr\n");
  });

  it("is seen while it runs", async () => {
    const runId = await start("echo first; sleep 2; echo second");
    await until(async () => (await printed(runId)) === "first\n", "its first line");
    expect(await runner.look(runId)).toMatchObject({ state: "running" });
    expect((await ended(runId)).exitCode).toBe(0);
    expect(await printed(runId)).toBe("first\nsecond\n");
    expect((await runner.output(runId, 6, 100)).toString()).toBe("second\n");
  });

  it("that never ends is ended at its time, also when it does not listen", async () => {
    const script = "trap '' TERM INT HUP; while :; do sleep 61.25; done";
    const { end } = await run(script, { limits: { timeoutSeconds: 1 } });
    expect(end.reason).toBe("timeout");
    expect(end.seconds).toBeLessThan(6);
    expect(alive("sleep 61.25")).toEqual([]);
  });

  it("is asked first, so that it can put things in order", async () => {
    const runId = await start("trap 'echo in order; exit 3' TERM; echo ready; while :; do sleep 0.1; done");
    await until(async () => (await printed(runId)).includes("ready"), "ready");
    await runner.cancel(runId);
    expect(await ended(runId)).toMatchObject({ reason: "cancelled" });
    expect(await printed(runId)).toContain("in order");
  });

  it("that forks without end is stopped, and none of its processes is left", async () => {
    const script = "bomb() { sleep 62.25 & bomb & wait; }; bomb";
    const { end } = await run(script, { limits: { processCount: 20 } });
    expect(end.reason === "processes" || end.exitCode !== 0).toBe(true);
    expect(alive("sleep 62.25")).toEqual([]);
  });

  it("does not leave a process behind that has left its group, its session and its parent", async () => {
    const script = "setsid sh -c 'setsid sleep 63.25 & exit 0' & sleep 0.5; echo started; exit 0";
    const { end } = await run(script);
    expect(end).toMatchObject({ reason: "exited", exitCode: 0 });
    expect(alive("sleep 63.25")).toEqual([]);
  });

  it("that prints without end is ended at its limit, and costs neither memory nor disk", async () => {
    const runId = await start("while :; do head -c 1048576 /dev/zero | tr '\\0' x; done", {
      limits: { outputBytes: 32 * MIB, outputKeptBytes: 64 * 1024 },
    });
    let watcherBytesMax = 0;
    const look = await runner.look(runId);
    const pid = look.state === "running" ? look.process.processId : 0;
    while ((await runner.look(runId)).state === "running") {
      const resident = /VmRSS:\s+(\d+)/.exec(readIf(`/proc/${pid}/status`))?.[1] ?? "0";
      watcherBytesMax = Math.max(watcherBytesMax, Number(resident) * 1024);
      await delay(20);
    }
    const end = await ended(runId);
    expect(end.reason).toBe("output");
    expect(end.outputBytes).toBeLessThan(40 * MIB);
    expect((await printed(runId)).length).toBeLessThan(80 * 1024);
    expect(await printed(runId)).toMatch(/\[\d+ bytes were printed here and not kept\]/);
    expect(watcherBytesMax).toBeGreaterThan(0);
    expect(watcherBytesMax).toBeLessThan(200 * MIB);
  });

  it("that takes too much memory is ended", async () => {
    const hungry =
      "const all = []; for (;;) { all.push(Buffer.alloc(8 << 20, 1)); await new Promise(r => setTimeout(r, 5)); }";
    const { end } = await run(hungry, { kind: "JavaScript", limits: { memoryBytes: 128 * MIB } });
    expect(end.reason).toBe("memory");
    expect(end.memoryBytesMax).toBeGreaterThan(128 * MIB);
  });

  it("cannot fill the disk: neither by one large file nor by many", async () => {
    const limits = { fileBytes: MIB, folderBytes: 4 * MIB };
    const one = await run("head -c 8388608 /dev/zero > big; echo $?; wc -c < big", { limits });
    expect(one.output).not.toContain("8388608");
    expect(Number(one.output.trim().split("\n").at(-1))).toBeLessThanOrEqual(MIB);
    const many = await run("i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; done", { limits });
    expect(many.end.reason).toBe("folder");
  });

  it("that is killed says by what", async () => {
    const { end } = await run("kill -9 $$");
    expect(end.reason).toBe("exited");
    expect(end.exitCode === 137 || end.signal === "SIGKILL").toBe(true);
  });

  it("writes in its folder and nowhere else, and reads none of our keys", async () => {
    const protection = await runner.protection();
    const full = { user: "nobody", readOnlySystem: true, ownProcesses: true, gaps: [] };
    if (mayMakeNamespaces()) expect(protection).toEqual(full);
    const outside = path.join(home, "outside");
    const script = [
      "echo mine > inside && cat inside",
      `echo x > "${outside}" && echo ESCAPED`,
      `echo x > ../outside && echo ESCAPED`,
      `cat "${keyFile}" && echo READ`,
      "echo x > /etc/secondsite-test && echo ESCAPED",
    ];
    const { output, runId } = await run(script.join("\n"));
    expect(output).toContain("mine");
    expect(fs.existsSync(path.join(home, "run", "runbooks", runId, "inside"))).toBe(false);
    if (protection.user !== "nobody" && !protection.readOnlySystem) return;
    expect(output).not.toContain("ESCAPED");
    expect(output).not.toContain("READ");
    expect(output).not.toContain("the key of everything");
    expect(fs.existsSync(outside)).toBe(false);
    if (!protection.readOnlySystem) return;
    const open = await run(
      "for f in /tmp /var/tmp /dev/shm; do echo x > $f/secondsite-escape && echo ESCAPED $f; done",
    );
    expect(open.output).not.toContain("ESCAPED");
    const seen = await run("ls /proc | grep -c '^[0-9]'");
    expect(Number(seen.output)).toBeLessThan(10);
  });

  it("prints a mask where it prints a secret, and the secret is nowhere: not in files, not in arguments", async () => {
    const secret = "s3cr3t-of-the-load-balancer";
    const script = 'printf "%s" "$TOKEN" | cut -c1-9; printf "begin %s end\\n" "$TOKEN"; sleep 1; echo "$TOKEN" >&2';
    const runId = await start(script, { environment: { TOKEN: secret }, secrets: [secret] });
    await until(async () => (await printed(runId)).includes("end"), "its first lines");
    expect(alive(secret)).toEqual([]);
    const folder = path.join(home, "run", "runbooks", runId);
    const found = execFileSync("sh", ["-c", 'grep -rl "$0" "$1" || true', secret, folder]).toString();
    expect(found).toBe("");
    await ended(runId);
    expect(await printed(runId)).toBe("s3cr3t-of\nbegin ******** end\n********\n");
  });

  it("is started once, however often and by whichever server it is asked for", async () => {
    const runId = `run-${process.pid}-twice`;
    const text = `echo started; sleep 1`;
    const limits = { ...RUNBOOK_LIMITS, timeoutSeconds: 20 };
    const order = { runId, kind: "Shell" as const, text, context: {}, environment: {}, secrets: [], limits };
    await Promise.all([runner.start(order), newRunner().start(order), newRunner().start(order)]);
    await ended(runId);
    await newRunner().start(order);
    expect(await printed(runId)).toBe("started\n");
  });

  it("whose watcher is killed is not left running, and is not taken for ended", async () => {
    const runId = await start("echo begun; setsid sleep 64.25; sleep 64.25");
    await until(async () => (await printed(runId)).includes("begun") && alive("sleep 64.25").length > 0, "begun");
    const look = await runner.look(runId);
    if (look.state !== "running") throw new Error(look.state);
    process.kill(look.process.processId, "SIGKILL");
    await until(async () => (await newRunner().look(runId)).state === "died", "its death is noticed");
    expect(alive("sleep 64.25")).toEqual([]);
    await runner.forget(runId);
    expect(await runner.look(runId)).toEqual({ state: "absent" });
  });

  it("has a folder that is gone when it has ended", async () => {
    const { runId } = await run("echo x > file");
    const left = fs.readdirSync(path.join(home, "run", "runbooks", runId));
    expect(left.filter((name) => name.startsWith("work"))).toEqual([]);
    expect(left).toContain("output");
  });
});

describe.each(["userNamespaces", "otherUser", "none"] as const)("where only %s can be had", (level) => {
  const stronger = runner;
  beforeAll(() => {
    runner = new ProcessRunbooks({
      ...{ runsFolder: path.join(home, "run", "runbooks"), home, shellProgram, graceMs: 500 },
      levels: [level],
    });
  });
  afterAll(() => {
    runner = stronger;
  });

  it("a runbook runs, and what does not hold is said", { timeout: 60_000 }, async (test) => {
    const protection = await runner.protection();
    if (level === "userNamespaces" && !protection.ownProcesses) return test.skip();
    const { end, output } = await run(`cat "$1"; cat "${keyFile}"`, { context: { GroupId: "1" } });
    expect(end.reason).toBe("exited");
    expect(output).toContain('"GroupId": "1"');
    if (level !== "none") expect(output).not.toContain("the key of everything");
    expect(protection.gaps.length > 0).toBe(level !== "userNamespaces");
    expect(protection.readOnlySystem).toBe(level === "userNamespaces");
  });

  it("nothing that it starts outlives it, nor its watcher", { timeout: 60_000 }, async () => {
    await run("setsid sh -c 'setsid sleep 65.25 & exit 0' & sleep 0.5; exit 0");
    expect(alive("sleep 65.25")).toEqual([]);
    const runId = await start("setsid sleep 65.25 & echo begun; sleep 65.25");
    await until(async () => (await printed(runId)).includes("begun") && alive("sleep 65.25").length > 1, "begun");
    const look = await runner.look(runId);
    if (look.state !== "running") throw new Error(look.state);
    process.kill(look.process.processId, "SIGKILL");
    await until(async () => (await runner.look(runId)).state === "died", "its death is noticed");
    expect(alive("sleep 65.25")).toEqual([]);
  });

  it("one that forks without end is stopped", { timeout: 60_000 }, async () => {
    await run("bomb() { sleep 66.25 & bomb & wait; }; bomb", { limits: { processCount: 20 } });
    expect(alive("sleep 66.25")).toEqual([]);
  });
});

/** As root where the kernel lets us: then nothing less than the whole protection will do. */
function mayMakeNamespaces(): boolean {
  const tried = spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]);
  return process.getuid?.() === 0 && tried.status === 0;
}

function readIf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
