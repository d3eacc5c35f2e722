import { createHash } from "node:crypto";
import { RUNBOOK_KINDS } from "@/lib/domain/automation";
import type {
  Interpreter,
  RunbookEnd,
  RunbookLook,
  RunbookRunner,
  RunbookStart,
} from "@/lib/operations/ports/runbook-runner";
import type { SealedValues } from "@/lib/operations/ports/sealed-values";
import type { WebhookAnswer, WebhookSender } from "@/lib/operations/ports/webhook-sender";

/** How a runbook ends, or that it does not by itself (`hangs`). */
export type Behaviour = "hangs" | (Partial<RunbookEnd> & { readonly output?: string });

interface MemoryRun {
  readonly start: RunbookStart;
  state: "running" | "ended" | "died";
  end: RunbookEnd | null;
  output: string;
}

const AT = "2026-11-22T00:00:00.000Z";

/** Runbooks that only say how they end; nothing is run. */
export class MemoryRunbooks implements RunbookRunner {
  /** Everything that was really started, in order: one entry a run. */
  readonly started: RunbookStart[] = [];
  readonly runs = new Map<string, MemoryRun>();
  /** Kinds whose interpreter is missing. */
  readonly missing = new Set<string>(["PowerShell"]);
  behaviour: (start: RunbookStart) => Behaviour = () => ({});

  interpreters = async (): Promise<readonly Interpreter[]> =>
    RUNBOOK_KINDS.map((kind) =>
      this.missing.has(kind)
        ? { kind, path: null, version: null, installAdvice: `Install ${kind}.` }
        : { kind, path: `/usr/bin/${kind.toLowerCase()}`, version: "1.0", installAdvice: null },
    );

  protection = async () => ({ user: "nobody", readOnlySystem: true, ownProcesses: true, gaps: [] });

  start = async (start: RunbookStart): Promise<void> => {
    if (this.runs.has(start.runId)) return;
    this.started.push(start);
    const how = this.behaviour(start);
    const run: MemoryRun = { start, state: "running", end: null, output: "" };
    this.runs.set(start.runId, run);
    if (how !== "hangs") this.finish(start.runId, how);
  };

  look = async (runId: string): Promise<RunbookLook> => {
    const run = this.runs.get(runId);
    if (!run) return { state: "absent" };
    if (run.end) return { state: "ended", end: run.end };
    if (run.state === "died") return { state: "died" };
    return { state: "running", process: { processId: 4711, processStart: "1" }, outputBytes: run.output.length };
  };

  output = async (runId: string, fromByte: number, bytesMax: number): Promise<Buffer> =>
    Buffer.from(this.runs.get(runId)?.output ?? "").subarray(fromByte, fromByte + bytesMax);

  outputTail = async (runId: string, bytesMax: number): Promise<string> =>
    (this.runs.get(runId)?.output ?? "").slice(-bytesMax);

  cancel = async (runId: string): Promise<void> => {
    if (this.runs.get(runId)?.state === "running") this.finish(runId, { reason: "cancelled", exitCode: null });
  };

  forget = async (runId: string): Promise<void> => void this.runs.delete(runId);

  finish(runId: string, how: Exclude<Behaviour, "hangs">): void {
    const run = this.runs.get(runId);
    if (!run) throw new Error(`no run ${runId}`);
    const { output = "", ...end } = how;
    run.output += output;
    run.state = "ended";
    const outputSha256 = createHash("sha256").update(run.output).digest("hex");
    run.end = {
      ...{ reason: "exited", exitCode: 0, signal: null, message: "", startedAt: AT, endedAt: AT, seconds: 0 },
      ...{ outputBytes: run.output.length, outputSha256, memoryBytesMax: 0 },
      ...end,
    };
  }

  /** The machine is restarted under it. */
  die(runId: string): void {
    const run = this.runs.get(runId);
    if (run) run.state = "died";
  }
}

/** Reversible by everybody: for tests. */
export const memorySealedValues: SealedValues = {
  seal: (text, about) => `sealed:${about}:${Buffer.from(text).toString("base64")}`,
  open: (sealed) => Buffer.from(sealed.split(":").at(-1) ?? "", "base64").toString(),
};

export class MemoryWebhooks implements WebhookSender {
  readonly sent: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }[] =
    [];
  /** In their order; the last one stays. An error is thrown. */
  answers: (WebhookAnswer | Error)[] = [{ status: 200, text: "ok" }];

  post: WebhookSender["post"] = async (url, { headers, body, signal }) => {
    signal.throwIfAborted();
    this.sent.push({ url, headers, body });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer was prepared");
    return answer;
  };
}
