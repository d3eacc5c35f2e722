import { Agent, request as httpRequest } from "node:http";
import { z } from "zod";
import { fromWireError, type WireError } from "@/lib/adapters/engine-workers/error-wire";
import type { BlockSupply, SupplyBlocks } from "@/lib/compute/block-supply";
import type { BlockRun } from "@/lib/engine/blocks/block-runs";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { readOnDemandState } from "@/lib/engine/on-demand/on-demand-files";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";

const RETRY_MS = 100;
/** A guest may wait for a slow store; a process that has hung is noticed all the same. */
const ANSWER_MS = 60_000;
const Answer = z.object({ runs: z.array(z.object({ first: z.number(), end: z.number() })) });
const Failure = z.object({ error: z.custom<WireError>() });

/**
 * Asks the vault's process for the missing blocks of an image, on the socket that the image's state names. While nobody
 * answers there the guest's reads wait, as they would for a storage path that is down: the process is started again with
 * the server.
 */
export function supplyBlocksOver(fileSystem: FileSystem, clock: Clock): SupplyBlocks {
  return (imagePath) => new BlockClient(imagePath, fileSystem, clock);
}

class BlockClient implements BlockSupply {
  readonly #imagePath: string;
  readonly #fileSystem: FileSystem;
  readonly #clock: Clock;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #closed = new AbortController();
  problem: string | null = null;

  constructor(imagePath: string, fileSystem: FileSystem, clock: Clock) {
    this.#imagePath = imagePath;
    this.#fileSystem = fileSystem;
    this.#clock = clock;
  }

  async want(first: number, count: number): Promise<readonly BlockRun[]> {
    for (;;) {
      this.#closed.signal.throwIfAborted();
      // Read anew each time: another process may serve it by now, or it may have become whole.
      const state = readOnDemandState(this.#fileSystem, this.#imagePath);
      if (state === null || state.hydrated !== null) {
        return [{ first: 0, end: Math.ceil((state?.virtualSizeBytes ?? Number.MAX_SAFE_INTEGER) / BLOCK_BYTES) }];
      }
      try {
        const runs = await this.#ask(state.socket, { first, count });
        this.problem = null;
        return runs;
      } catch (error) {
        if (!(error instanceof Fault) || !error.retryable) throw error;
        this.problem = error.message;
      }
      await this.#clock.sleep(RETRY_MS, this.#closed.signal);
    }
  }

  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #ask(socketPath: string, body: { first: number; count: number }): Promise<readonly BlockRun[]> {
    const { status, text } = await this.#post(socketPath, JSON.stringify(body));
    if (status === 200) return Answer.parse(JSON.parse(text)).runs;
    throw fromWireError(Failure.parse(JSON.parse(text)).error);
  }

  #post(socketPath: string, body: string): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ANSWER_MS)]);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(notAnswering(socketPath, error));
      const headers = { "content-length": Buffer.byteLength(body) };
      const outgoing = httpRequest({ socketPath, agent: this.#agent, method: "POST", path: "/want", headers, signal });
      outgoing.on("error", fail);
      outgoing.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => (text += piece));
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      outgoing.end(body);
    });
  }
}

function notAnswering(socketPath: string, cause: unknown): Fault {
  return new Fault(
    {
      code: "BlockServerUnreachable",
      message: `Nothing answers on ${socketPath}, where the missing blocks of the disk are asked for.`,
      possibleCauses: "The server or its vault process was killed and is starting again.",
      recommendedAction: "Wait: the guest goes on where it was when the blocks come.",
    },
    { cause, retryable: true },
  );
}
