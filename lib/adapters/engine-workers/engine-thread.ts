import { Worker } from "node:worker_threads";
import type { Fault } from "@/lib/kernel/fault";
import type { BlockUnit, BlockUnitResult, BlockWorkersSetup } from "@/lib/engine/vault/block-workers";
import { engineThreadDied } from "./engine-thread-died";
import { fromWireError } from "./error-wire";
import { fromWirePack, type FromThread, type ToThread } from "./thread-protocol";

interface PendingCall {
  readonly resolve: (result: BlockUnitResult | null) => void;
  readonly reject: (error: Error) => void;
}

export interface StartedThread {
  readonly worker: Worker;
  /** What ended it before anybody listened. */
  readonly failure: Error | null;
}

export function startThread(program: string): StartedThread {
  // A small young generation: each sealed block leaves a buffer of 64 KiB behind, and a larger one lets hundreds pile up
  // before they are collected (60 MB more, and no faster). The environment holds nothing that a thread needs.
  const resourceLimits = { maxYoungGenerationSizeMb: 2 };
  const worker = new Worker(program, { env: {}, execArgv: [], resourceLimits });
  const started: { worker: Worker; failure: Error | null } = { worker, failure: null };
  worker.on("error", (error) => (started.failure = error));
  worker.unref();
  return started;
}

/** One worker thread, seen from the coordinating thread. Once dead it stays dead. */
export class EngineThread {
  readonly #worker: Worker;
  readonly #setup: BlockWorkersSetup;
  readonly #pending = new Map<number, PendingCall>();
  #nextCall = 1;
  #buffersHeld = 0;
  #closing = false;
  #death: Fault | null = null;

  constructor(started: StartedThread, setup: BlockWorkersSetup, niceness: number | null) {
    this.#setup = setup;
    this.#worker = started.worker;
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (error) => this.#die(error));
    this.#worker.on("exit", (code) => this.#die(new Error(`the thread ended with code ${code}`)));
    if (started.failure !== null) this.#die(started.failure);
    const masterKey = new Uint8Array(setup.keys.master);
    const message: ToThread = { kind: "setup", setup: { masterKey, table: setup.table, niceness } };
    this.#worker.postMessage(message);
  }

  get busy(): number {
    return this.#pending.size;
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  async process(unit: BlockUnit): Promise<BlockUnitResult> {
    const result = await this.#call((call) => ({ kind: "process", call, unit }));
    if (result === null) throw new Error("a thread answered a unit without a result");
    return result;
  }

  async end(kind: "finish" | "discard", run: number): Promise<void> {
    await this.#call((call) => ({ kind, call, run }));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #call(message: (call: number) => ToThread): Promise<BlockUnitResult | null> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const call = this.#nextCall++;
    // Referenced while there is work, so that a program does not end under it.
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage(message(call));
    });
  }

  #settle(call: number): PendingCall | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (this.#pending.size === 0) this.#worker.unref();
    return pending;
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case "result":
        return this.#settle(message.call)?.resolve(message.result);
      case "error":
        return this.#settle(message.call)?.reject(fromWireError(message.error));
      case "takeBuffer":
        void this.#sendBuffer();
        return;
      case "giveBuffer":
        this.#buffersHeld -= 1;
        return this.#setup.giveBuffer(message.buffer);
      case "pack":
        this.#buffersHeld -= 1;
        return this.#setup.onPack(message.run, message.number, fromWirePack(message.pack));
    }
  }

  async #sendBuffer(): Promise<void> {
    const buffer = await this.#setup.takeBuffer();
    if (this.#death !== null) return this.#setup.giveBuffer(buffer);
    this.#buffersHeld += 1;
    const message: ToThread = { kind: "buffer", buffer };
    this.#worker.postMessage(message, [buffer]);
  }

  #die(cause: Error): void {
    if (this.#death !== null) return;
    this.#death = engineThreadDied(cause);
    for (; this.#buffersHeld > 0; this.#buffersHeld -= 1) if (!this.#closing) this.#setup.forgetBuffer();
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
  }
}
