import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { z } from "zod";
import { Fault, Refusal, type RefusalKind } from "@/lib/kernel/fault";
import {
  ConsoleView,
  Cut,
  GroupCut,
  HostStatus,
  MachineStatus,
  type CutRequest,
  type GroupCutRequest,
  type IncomingEnd,
  type MachineDefinitionInput,
  type ReleaseRequest,
  type TrackingRequest,
} from "./host-protocol";

const ANSWER_TIMEOUT_MS = 60_000;
const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
  }),
});
const REFUSALS: Readonly<Record<number, RefusalKind>> = {
  400: "invalid",
  404: "notFound",
  409: "conflict",
  413: "tooLarge",
};

interface Ask<Schema extends z.ZodType> {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly answer: Schema;
}

/**
 * Talks to one compute host over its unix socket. A host that is not there: Fault `ComputeHostUnreachable`, retryable.
 * What the host refuses: the same Refusal; what fails there: a Fault with the host's explanation.
 */
export class HostClient {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  status(): Promise<HostStatus> {
    return this.#ask({ method: "GET", path: "/host", answer: HostStatus });
  }

  chooseHypervisor(name: string): Promise<HostStatus> {
    return this.#ask({ method: "PUT", path: "/host/hypervisor", body: { name }, answer: HostStatus });
  }

  putMachine(definition: MachineDefinitionInput): Promise<MachineStatus> {
    return this.#ask({ method: "PUT", path: machinePath(definition.id), body: definition, answer: MachineStatus });
  }

  machine(id: string): Promise<MachineStatus> {
    return this.#ask({ method: "GET", path: machinePath(id), answer: MachineStatus });
  }

  /** Idempotent. Powers off and forgets; the disk images stay. */
  async removeMachine(id: string): Promise<void> {
    await this.#ask({ method: "DELETE", path: machinePath(id), answer: z.null() });
  }

  start(id: string): Promise<MachineStatus> {
    return this.#ask({ method: "POST", path: `${machinePath(id)}/start`, answer: MachineStatus });
  }

  stop(id: string): Promise<MachineStatus> {
    return this.#ask({ method: "POST", path: `${machinePath(id)}/stop`, answer: MachineStatus });
  }

  /** Repeatable. True when every disk of the machine is an ordinary one; false when one is not complete yet. */
  async settleDisks(id: string): Promise<boolean> {
    const path = `${machinePath(id)}/disks/settle`;
    return (await this.#ask({ method: "POST", path, answer: z.object({ ordinary: z.boolean() }) })).ordinary;
  }

  console(id: string): Promise<ConsoleView> {
    return this.#ask({ method: "GET", path: `${machinePath(id)}/console`, answer: ConsoleView });
  }

  /** PNG of what the machine's display shows; null when it is off. */
  async screenshot(id: string): Promise<Uint8Array | null> {
    const path = `${machinePath(id)}/screenshot`;
    const response = await this.#send("GET", path, undefined, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
    const pieces: Buffer[] = [];
    try {
      for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
    } catch (error) {
      throw unreachable(this.#socketPath, error);
    }
    const content = Buffer.concat(pieces);
    if (response.statusCode === 204) return null;
    if (response.statusCode !== 200) throw failureOf(response.statusCode ?? 0, content.toString("utf8"));
    return content;
  }

  setTracking(id: string, body: TrackingRequest): Promise<MachineStatus> {
    return this.#ask({ method: "PUT", path: `${machinePath(id)}/tracking`, body, answer: MachineStatus });
  }

  cut(id: string, body: CutRequest = {}): Promise<Cut> {
    return this.#ask({ method: "POST", path: `${machinePath(id)}/cuts`, body, answer: Cut });
  }

  /** All disks of all these machines at one instant; a machine that could not be cut has an error in its place. */
  cutTogether(body: GroupCutRequest): Promise<GroupCut> {
    return this.#ask({ method: "POST", path: "/cuts", body, answer: GroupCut });
  }

  /** False: what was read through the cut may be mixed with later writes and must be discarded. */
  async verifyCut(id: string, cutId: string): Promise<boolean> {
    const path = `${machinePath(id)}/cuts/${encodeURIComponent(cutId)}/verify`;
    return (await this.#ask({ method: "POST", path, answer: z.object({ valid: z.boolean() }) })).valid;
  }

  /** False: the cut was void already; no write log was dropped. */
  async releaseCut(id: string, cutId: string, body: ReleaseRequest): Promise<boolean> {
    const path = `${machinePath(id)}/cuts/${encodeURIComponent(cutId)}/release`;
    return (await this.#ask({ method: "POST", path, body, answer: z.object({ released: z.boolean() }) })).released;
  }

  /** From now on the caller writes the machine's images, and nobody else does. Idempotent. */
  beginIncoming(id: string, point: string): Promise<MachineStatus> {
    return this.#ask({ method: "PUT", path: `${machinePath(id)}/incoming`, body: { point }, answer: MachineStatus });
  }

  /** False: nothing of this point was under way any more. */
  async endIncoming(id: string, body: IncomingEnd): Promise<boolean> {
    const path = `${machinePath(id)}/incoming/end`;
    return (await this.#ask({ method: "POST", path, body, answer: z.object({ taken: z.boolean() }) })).taken;
  }

  /** The console now and after every change. Ends when `signal` aborts or the machine is removed; throws when the host goes. */
  async *streamConsole(id: string, signal: AbortSignal): AsyncGenerator<ConsoleView, void, undefined> {
    const response = await this.#send("GET", `${machinePath(id)}/console/stream`, undefined, signal);
    if (response.statusCode !== 200) throw failureOf(response.statusCode ?? 0, await textOf(response));
    let rest = "";
    try {
      for await (const piece of response.setEncoding("utf8") as AsyncIterable<string>) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") yield ConsoleView.parse(JSON.parse(line));
      }
    } catch (error) {
      if (signal.aborted) return;
      throw unreachable(this.#socketPath, error);
    } finally {
      response.destroy();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask<Schema extends z.ZodType>(ask: Ask<Schema>): Promise<z.output<Schema>> {
    const response = await this.#send(ask.method, ask.path, ask.body, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
    const text = await textOf(response).catch((error: unknown) => {
      throw unreachable(this.#socketPath, error);
    });
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw failureOf(status, text);
    return ask.answer.parse(text === "" ? null : JSON.parse(text));
  }

  #send(method: string, path: string, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body), "utf8");
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath: this.#socketPath,
        agent: this.#agent,
        ...{ method, path, signal },
        headers: bytes === null ? {} : { "content-type": "application/json", "content-length": bytes.length },
      });
      outgoing.on("response", resolve);
      outgoing.on("error", (error) => {
        if (outgoing.reusedSocket && wasClosed(error) && method !== "POST")
          resolve(this.#send(method, path, body, signal));
        else reject(unreachable(this.#socketPath, error));
      });
      outgoing.end(bytes ?? undefined);
    });
  }
}

/**
 * A connection that was kept open may be one to a host that has died and been started again since. What may be done twice is
 * sent once more, over a new one (RFC 9110, 9.2.2); every connection that has failed so is out of the pool.
 */
function wasClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ECONNRESET";
}

function machinePath(id: string): string {
  return `/machines/${encodeURIComponent(id)}`;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of response.setEncoding("utf8") as AsyncIterable<string>) text += piece;
  return text;
}

function failureOf(status: number, text: string): Fault | Refusal {
  const explanation = Failure.parse(JSON.parse(text)).error;
  const kind = REFUSALS[status];
  return kind === undefined ? new Fault(explanation, { retryable: status === 503 }) : new Refusal(kind, explanation);
}

function unreachable(socketPath: string, cause: unknown): Fault {
  return new Fault(
    {
      code: "ComputeHostUnreachable",
      message: `The compute host at ${socketPath} does not answer.`,
      possibleCauses: "Its process was killed or is starting, or the computer is overloaded.",
      recommendedAction: "Wait until it is back: it starts again by itself unless its site was failed on purpose.",
    },
    { cause, retryable: true },
  );
}
