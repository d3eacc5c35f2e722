import { spawn } from "node:child_process";

export interface ScriptRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly timeoutMs: number;
}

export interface ScriptOutcome {
  /** `notStarted`: its interpreter is missing, or it is no program. */
  readonly ended: "exited" | "killed" | "timedOut" | "notStarted";
  /** Exit code, or the signal's name; what the system said when it did not start. */
  readonly code: string;
  /** The last of what it wrote to either stream, without control characters. */
  readonly output: string;
}

const OUTPUT_BYTES = 2_048;

/**
 * Runs a program in a process group of its own, with this environment only and nothing on its standard input. When its
 * time is over the whole group is ended, children that it left behind included. Never rejects.
 */
export function runScript(run: ScriptRun): Promise<ScriptOutcome> {
  return new Promise((resolve) => {
    let output: Buffer = Buffer.alloc(0);
    let timedOut = false;
    const child = spawn(run.path, run.args, {
      cwd: run.folder,
      env: run.env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const take = (chunk: Buffer): void => {
      output = Buffer.concat([output, chunk]).subarray(-OUTPUT_BYTES);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child.pid);
    }, run.timeoutMs);
    const finish = (ended: ScriptOutcome["ended"], code: string): void => {
      clearTimeout(timer);
      // What it started and left running may hold the pipes open: it is not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ended, code, output: readable(output) });
    };
    child.on("error", (error) => finish("notStarted", error.message));
    child.on("exit", (code, signal) => {
      if (timedOut) endGroup(child.pid);
      // One turn for what it wrote last.
      setImmediate(() =>
        finish(timedOut ? "timedOut" : signal === null ? "exited" : "killed", signal ?? String(code ?? "")),
      );
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Gone already: nothing to end.
  }
}

function readable(output: Buffer): string {
  return output
    .toString("utf8")
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .trim();
}
