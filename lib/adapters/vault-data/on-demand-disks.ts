import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { bootId } from "@/lib/adapters/compute/boot-id";
import type { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import type { VaultAccess, VaultTasks } from "@/lib/adapters/engine-workers/vault-worker-protocol";
import type { HydratedDisk } from "@/lib/engine/on-demand/on-demand-files";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import type { OnDemandDisks, OnDemandProgress, OnDemandRequest } from "@/lib/operations/ports/on-demand-disks";
import type { VaultRef } from "@/lib/operations/ports/vault-data";

const RATE_WINDOW_MS = 3_000;
const RESTART_MS = 200;

interface Parts {
  /** Where sockets lie: only the owner may open it, and its path is short. */
  readonly runFolder: string;
  /** A process of its own, so that no guest waits behind a check or a sweep. */
  readonly workers: VaultWorkerClient;
  /** @throws Fault VaultLocked */
  readonly access: (vault: VaultRef) => Promise<VaultAccess>;
  readonly clock: Clock;
  readonly onBug: (error: unknown) => void;
}

/** Each disk is a task of the vault's process; the keys go there over its own channel and nowhere else. */
export function createOnDemandDisks(parts: Parts): OnDemandDisks {
  const sessions = new Map<string, Session>();
  const within = (folder: string) =>
    [...sessions.values()].filter((session) => path.dirname(session.path) === path.resolve(folder));
  return {
    open(request) {
      const imagePath = path.resolve(request.path);
      const known = sessions.get(imagePath);
      if (known) return known.usable;
      const session = new Session(parts, request);
      sessions.set(imagePath, session);
      // Whoever asks next begins anew.
      session.usable.catch(() => sessions.delete(imagePath));
      return session.usable;
    },
    progress: (imagePath) => sessions.get(path.resolve(imagePath))?.progress() ?? null,
    async close(folder) {
      await Promise.all(within(folder).map((session) => session.close()));
      for (const session of within(folder)) sessions.delete(session.path);
      // A process that was killed leaves its socket behind.
      for (const name of socketsOf(parts.runFolder, folder))
        fs.rmSync(path.join(parts.runFolder, name), { force: true });
    },
    async remains(folder) {
      const served = within(folder).map((session) => `the service of ${path.basename(session.path)}`);
      return [...served, ...socketsOf(parts.runFolder, folder).map((name) => `socket ${name}`)];
    },
  };
}

class Session {
  readonly path: string;
  readonly usable: Promise<void>;
  readonly #parts: Parts;
  readonly #request: OnDemandRequest;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #proof: HydratedDisk | null = null;
  #failure: Explanation | null = null;
  #last: VaultTasks["hydrate"]["progress"] | null = null;
  #rates: { readonly atMs: number; readonly bytes: number }[] = [];

  constructor(parts: Parts, request: OnDemandRequest) {
    this.path = path.resolve(request.path);
    this.#parts = parts;
    this.#request = request;
    let markUsable = (): void => {};
    let refuse = (_reason: unknown): void => {};
    this.usable = new Promise<void>((resolve, reject) => {
      markUsable = resolve;
      refuse = reject;
    });
    this.#ended = this.#run(markUsable)
      .then((proof) => {
        this.#proof = proof;
        markUsable();
      })
      .catch((error: unknown) => {
        refuse(error);
        if (error instanceof Fault) this.#failure = error.explanation;
        else if (!this.#closing.signal.aborted) parts.onBug(error);
      });
  }

  progress(): OnDemandProgress | null {
    if (this.#proof !== null) {
      const { bytesWritten } = this.#proof;
      const whole = { phase: "hydrated", bytesDone: bytesWritten, bytesTotal: bytesWritten } as const;
      const bytesDemanded = this.#last?.bytesDemanded ?? 0;
      return { ...whole, bytesDemanded, bytesPerSecond: null, problem: null, proof: this.#proof };
    }
    if (this.#last === null) return null;
    const problem = this.#failure ?? this.#last.problem;
    return { ...this.#last, bytesPerSecond: this.#rate(), problem, proof: null };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  /** A process that dies is replaced, and the work goes on where it was. */
  async #run(markUsable: () => void): Promise<HydratedDisk> {
    const { workers, access, clock } = this.#parts;
    const { vault, machineName, pointObjectName, diskId } = this.#request;
    for (;;) {
      try {
        return await workers.run(
          "hydrate",
          {
            ...(await access(vault)),
            ...{ pointName: pointObjectName, diskId, imagePath: this.path, socketPath: this.#socketPath() },
            context: { machine: machineName, point: pointObjectName },
            bootId: bootId(),
          },
          {
            signal: this.#closing.signal,
            onProgress: (progress) => {
              this.#note(progress);
              markUsable();
            },
          },
        );
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== "VaultWorkerDied") throw error;
      }
      await clock.sleep(RESTART_MS, this.#closing.signal);
    }
  }

  #note(progress: VaultTasks["hydrate"]["progress"]): void {
    const atMs = this.#parts.clock.monotonicMs();
    if (progress.phase !== this.#last?.phase) this.#rates = [];
    this.#last = progress;
    this.#rates.push({ atMs, bytes: progress.bytesDone });
    while ((this.#rates[0]?.atMs ?? atMs) < atMs - RATE_WINDOW_MS) this.#rates.shift();
  }

  #rate(): number | null {
    const [first] = this.#rates;
    const last = this.#rates.at(-1);
    if (!first || !last || last.atMs <= first.atMs) return null;
    return Math.max(0, (last.bytes - first.bytes) / ((last.atMs - first.atMs) / 1000));
  }

  #socketPath(): string {
    const name = `${socketPrefix(path.dirname(this.path))}${shortHash(this.path)}.sock`;
    return path.join(this.#parts.runFolder, name);
  }
}

function socketPrefix(folder: string): string {
  return `blocks-${shortHash(path.resolve(folder))}-`;
}

function socketsOf(runFolder: string, folder: string): string[] {
  return fs.readdirSync(runFolder).filter((name) => name.startsWith(socketPrefix(folder)));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
