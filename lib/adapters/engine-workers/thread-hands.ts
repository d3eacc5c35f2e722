import { Worker } from "node:worker_threads";
import type { StoreLocation } from "@/lib/adapters/stores/store-location";
import type { BlockRun } from "@/lib/engine/blocks/block-runs";
import { ID_BYTES } from "@/lib/engine/blocks/block-size";
import type { WantedBlock } from "@/lib/engine/vault/blob-reader";
import type { RestoreHands } from "@/lib/engine/vault/restore-hands";
import type { VaultContext } from "@/lib/engine/vault/vault-faults";
import { engineThreadDied } from "./engine-thread-died";
import { fromWireError } from "./error-wire";
import { findProgram } from "./program-path";
import type { FromRestoreThread, ToRestoreThread } from "./restore-protocol";

export interface RestoreTask {
  readonly masterKey: Uint8Array;
  readonly store: StoreLocation;
  readonly context: VaultContext;
  readonly virtualSizeBytes: number;
}

const THREADS = 2;
/** Units that each thread has before it, so that none waits for the next one to be asked for. */
const UNITS_A_THREAD = 2;

/** Started before it is known what there is to restore, since a thread takes a while to load. `close` ends them. */
export class ThreadHands implements RestoreHands {
  readonly appetite = THREADS * UNITS_A_THREAD;
  readonly #threads: HandThread[];
  #next = 0;

  constructor(program: string) {
    this.#threads = Array.from({ length: THREADS }, () => new HandThread(program));
  }

  /** Before anything else; again for another disk. */
  open(task: RestoreTask): this {
    for (const thread of this.#threads) thread.open(task);
    return this;
  }

  async write(path: string, wanted: readonly WantedBlock[]): Promise<void> {
    const ids = Buffer.from(new ArrayBuffer(wanted.length * ID_BYTES));
    wanted.forEach(({ id }, at) => id.copy(ids, at * ID_BYTES));
    const blocks = Uint32Array.from(wanted, ({ blockIndex }) => blockIndex);
    await this.#leastBusy().call((call) => ({ kind: "write", call, path, ids, blocks }));
  }

  async hash(path: string, { first, end }: BlockRun): Promise<Buffer> {
    const ids = await this.#leastBusy().call((call) => ({ kind: "hash", call, path, first, end }));
    if (ids === null) throw new Error("a thread answered a run of blocks without ids");
    return Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  }

  async sync(path: string): Promise<void> {
    await this.#leastBusy().call((call) => ({ kind: "sync", call, path }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Of equally busy ones, in turn. */
  #leastBusy(): HandThread {
    this.#next += 1;
    const turned = this.#threads.map((_, at, all) => all[(at + this.#next) % all.length] as HandThread);
    return turned.reduce((best, thread) => (thread.busy < best.busy ? thread : best));
  }
}

/** Null when run from source, where there is no program for the threads: one thread then does all. */
export function startHands(): ThreadHands | null {
  const program = findProgram("restore.worker.mjs");
  return program === null ? null : new ThreadHands(program);
}

interface PendingCall {
  readonly resolve: (ids: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

class HandThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  #calls = 0;
  #death: Error | null = null;

  constructor(program: string) {
    this.#worker = new Worker(program, { env: {}, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    this.#worker.unref();
    this.#worker.on("message", (message: FromRestoreThread) => this.#receive(message));
    this.#worker.on("error", (error) => this.#die(error));
    this.#worker.on("exit", (code) => this.#die(new Error(`the thread ended with code ${code}`)));
  }

  get busy(): number {
    return this.#pending.size;
  }

  open(task: RestoreTask): void {
    const message: ToRestoreThread = { kind: "open", ...task, masterKey: new Uint8Array(task.masterKey) };
    this.#worker.postMessage(message);
  }

  call(message: (call: number) => ToRestoreThread): Promise<Uint8Array | null> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const call = (this.#calls += 1);
    // Referenced while there is work, so that a program does not end under it.
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage(message(call));
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: FromRestoreThread): void {
    const pending = this.#pending.get(message.call);
    this.#pending.delete(message.call);
    if (this.#pending.size === 0) this.#worker.unref();
    if (message.kind === "done") pending?.resolve(message.ids);
    else pending?.reject(fromWireError(message.error));
  }

  #die(cause: Error): void {
    this.#death ??= engineThreadDied(cause);
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
  }
}
