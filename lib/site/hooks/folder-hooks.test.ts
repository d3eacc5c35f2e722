import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
import { FolderHooks } from "./folder-hooks";

const machine = { id: "m1", name: "SQL 01" };
let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = temporaryFolder("hooks-"));
  fs.mkdirSync(path.join(folder, "hooks"));
});
afterEach(() => remove());

const hooks = (timeoutMs = 10_000) =>
  new FolderHooks({ folder: path.join(folder, "hooks"), stateFolder: path.join(folder, "agent"), timeoutMs });

function script(name: "freeze" | "thaw", lines: string, mode = 0o700): string {
  const file = path.join(folder, "hooks", name);
  fs.writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  fs.chmodSync(file, mode);
  return file;
}

const log = () => fs.readFileSync(path.join(folder, "log"), "utf8");
/** A zombie is dead: whoever should reap it may be slow. */
const isAlive = (pid: number) =>
  fs.existsSync(`/proc/${pid}/stat`) && !fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");

describe("freeze and thaw scripts", () => {
  it("are called with the machine's name and id, and with nothing of the agent's own environment", async () => {
    process.env["SECRET_OF_THE_AGENT"] = "hidden";
    script(
      "freeze",
      `echo "freeze [$1] [$2]" > ${folder}/log; env | sort >> ${folder}/log; read x || echo no input >> ${folder}/log`,
    );
    script("thaw", `echo "thaw [$1] [$2]" >> ${folder}/log`);
    expect(await hooks().freeze(machine)).toEqual({ state: "frozen" });
    expect(await hooks().thaw(machine)).toBeNull();
    expect(log()).toContain("freeze [SQL 01] [m1]\n");
    expect(log()).toContain("thaw [SQL 01] [m1]\n");
    expect(log()).toContain("no input");
    const names = log().match(/^[A-Z_]+(?==)/gm);
    expect(names).toEqual(
      expect.arrayContaining(["LANG", "PATH", "SECONDSITE_HOOK", "SECONDSITE_MACHINE_ID", "SECONDSITE_MACHINE_NAME"]),
    );
    expect(log()).not.toContain("hidden");
    delete process.env["SECRET_OF_THE_AGENT"];
  });

  it("that fail are named with exit code and last output, and the workload is let go on all the same", async () => {
    script("freeze", `echo looking; echo "cannot lock tables" >&2; exit 3`);
    script("thaw", `echo thawed > ${folder}/log`);
    const outcome = await hooks().freeze(machine);
    expect(outcome).toMatchObject({ state: "failed", problem: { code: "FreezeHookFailed" } });
    const message = outcome.state === "failed" ? outcome.problem.message : "";
    expect(message).toMatch(/freeze script of SQL 01 ended with exit code 3.*looking cannot lock tables/);
    expect(await hooks().thaw(machine)).toBeNull();
    expect(log()).toBe("thawed\n");
    expect(await hooks().thaw(machine)).toBeNull();
  });

  it("that hang are ended with everything that they started, a child that ignores signals and a grandchild too", async () => {
    script("freeze", `trap '' TERM INT; (trap '' TERM; sh -c 'echo $$ > ${folder}/log; exec sleep 60') & wait`);
    script("thaw", "exit 0");
    const outcome = await hooks(700).freeze(machine);
    expect(outcome).toMatchObject({ state: "failed", problem: { code: "FreezeHookTimedOut" } });
    const pid = Number(log());
    expect(pid).toBeGreaterThan(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAlive(pid)).toBe(false);
  });

  it("that leave a process behind are not waited for", async () => {
    script("freeze", `sleep 20 & echo $! > ${folder}/log; exit 0`);
    script("thaw", "exit 0");
    const began = performance.now();
    expect(await hooks().freeze(machine)).toEqual({ state: "frozen" });
    expect(performance.now() - began).toBeLessThan(9_000);
    process.kill(Number(log()), "SIGKILL");
  });

  it("are not run when others could have changed them, when one is missing, or when they are no programs", async () => {
    const problem = async () => {
      const outcome = await hooks().freeze(machine);
      return outcome.state === "failed" ? outcome.problem : null;
    };
    script("thaw", "exit 0");
    const ran = path.join(folder, "log");
    const freeze = script("freeze", `touch ${ran}`, 0o720);
    expect(await problem()).toMatchObject({
      code: "HookNotSafe",
      message: expect.stringContaining("others") as string,
    });
    fs.chmodSync(freeze, 0o600);
    expect(await problem()).toMatchObject({ message: expect.stringContaining("not executable") as string });
    fs.renameSync(freeze, path.join(folder, "elsewhere"));
    fs.symlinkSync(path.join(folder, "elsewhere"), freeze);
    expect(await problem()).toMatchObject({ message: expect.stringContaining("not a regular file") as string });
    fs.rmSync(freeze);
    expect(await hooks().freeze(machine)).toMatchObject({ state: "none", problem: { code: "QuiesceNotAvailable" } });
    script("freeze", `touch ${ran}`);
    fs.rmSync(path.join(folder, "hooks", "thaw"));
    expect(await problem()).toMatchObject({ message: expect.stringContaining("no thaw script") as string });
    expect(fs.existsSync(ran)).toBe(false);
    script("thaw", "exit 0");
    fs.writeFileSync(freeze, "#!/nowhere/interpreter\n");
    expect(await problem()).toMatchObject({ code: "FreezeHookFailed" });
  });

  it("let go on what an agent that was killed had left frozen, when the next one starts", async () => {
    script("freeze", "exit 0");
    script("thaw", `echo "thaw $1" >> ${folder}/log; exit 1`);
    await hooks().freeze(machine);
    await hooks().thawLeftovers();
    // It failed: it is tried again.
    script("thaw", `echo "thaw $1" >> ${folder}/log`);
    await hooks().thawLeftovers();
    await hooks().thawLeftovers();
    expect(log()).toBe("thaw SQL 01\nthaw SQL 01\n");
  });
});
