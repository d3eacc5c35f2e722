import { fork, type ChildProcess } from "node:child_process";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { fromWireError } from "./error-wire";
import { programPath } from "./program-path";
import type { FromVaultWorker, ToVaultWorker, VaultTask, VaultTasks } from "./vault-worker-protocol";

export interface VaultWorkerOptions {
  /** The bundled bin/vault-worker; found beside the running program when not given. */
  readonly program?: string;
  /** Children at most; a task goes to the least busy. */
  readonly childCountMax?: number;
  /** Of the children; the program's own (low priority) when not given. */
  readonly niceness?: number;
}

export interface TaskOptions<Task extends VaultTask> {
  readonly onProgress?: (progress: VaultTasks[Task]["progress"]) => void;
  readonly signal?: AbortSignal;
}

interface PendingTask {
  readonly resolve: (result: VaultTasks[VaultTask]["result"]) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: (progress: VaultTasks[VaultTask]["progress"]) => void;
}

/**
 * Bulk work in child processes of low priority, so that the portal stays quick. A child that dies fails its tasks with a
 * retryable fault (VaultWorkerDied) and is replaced when the next task comes. Children end when this process does.
 */
export class VaultWorkerClient {
  readonly #options: VaultWorkerOptions;
  readonly #children = new Set<Child>();
  #closed = false;

  constructor(options: VaultWorkerOptions = {}) {
    this.#options = options;
  }

  /** Process ids of the children that are alive, for figures and for tests. */
  get processIds(): number[] {
    return [...this.#children].map((child) => child.processId);
  }

  /** Rejects with what the task threw; with the signal's reason when aborted; with the fault VaultWorkerDied. */
  async run<Task extends VaultTask>(
    task: Task,
    args: VaultTasks[Task]["args"],
    options: TaskOptions<Task> = {},
  ): Promise<VaultTasks[Task]["result"]> {
    assert(!this.#closed, "a task was given to vault workers that were closed");
    options.signal?.throwIfAborted();
    const child = this.#leastBusy();
    // The protocol pairs each task with its own types; the channel itself is untyped.
    const request = { kind: "request", task, args } as { kind: "request"; task: Task; args: never };
    const onProgress = options.onProgress ?? (() => {});
    const result = await child.run(request, onProgress, options.signal);
    return result;
  }

  /** Ends the children and what they hold in memory; what they were doing fails. New ones come with the next task. */
  async restart(): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.close()));
  }

  /** Ends the children at once; what they were doing fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#children].map((child) => child.close()));
  }

  #leastBusy(): Child {
    const children = [...this.#children];
    const idle = children.find((child) => child.busy === 0);
    if (idle !== undefined) return idle;
    if (children.length < (this.#options.childCountMax ?? 2)) {
      const program = this.#options.program ?? programPath("vault-worker.mjs");
      const child: Child = new Child(program, this.#options.niceness, () => this.#children.delete(child));
      this.#children.add(child);
      return child;
    }
    return children.reduce((a, b) => (b.busy < a.busy ? b : a));
  }
}

class Child {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, PendingTask>();
  readonly #ended: Promise<void>;
  #nextId = 1;

  constructor(program: string, niceness: number | undefined, onDeath: () => void) {
    this.#process = fork(program, niceness === undefined ? [] : [String(niceness)], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [],
    });
    this.#process.unref();
    this.#process.channel?.unref();
    this.#process.on("message", (message: FromVaultWorker) => this.#receive(message));
    this.#ended = new Promise((resolve) => {
      const end = (why: string) => {
        onDeath();
        this.#failAll(why);
        resolve();
      };
      this.#process.on("error", (error) => end(error.message));
      this.#process.on("exit", (code, signal) => end(signal ?? `code ${code ?? "unknown"}`));
    });
  }

  get busy(): number {
    return this.#pending.size;
  }

  get processId(): number {
    return this.#process.pid ?? -1;
  }

  run(
    request: { kind: "request"; task: VaultTask; args: never },
    onProgress: PendingTask["onProgress"],
    signal: AbortSignal | undefined,
  ): Promise<VaultTasks[VaultTask]["result"]> {
    const id = this.#nextId++;
    const abort = () => this.#send({ kind: "abort", id });
    const answered = new Promise<VaultTasks[VaultTask]["result"]>((resolve, reject) => {
      // Referenced while there is work, so that a program does not end under it.
      this.#process.channel?.ref();
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#send({ ...request, id });
    });
    signal?.addEventListener("abort", abort, { once: true });
    return answered
      .catch((error: unknown) => {
        if (signal?.aborted === true && error instanceof Error && error.name === "AbortError") throw signal.reason;
        throw error;
      })
      .finally(() => signal?.removeEventListener("abort", abort));
  }

  async close(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  #send(message: ToVaultWorker): void {
    // A send to a child that has just died fails here; its exit, which follows, fails the tasks.
    this.#process.send(message, () => {});
  }

  #receive(message: FromVaultWorker): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === "progress") {
      pending.onProgress(message.progress);
      return;
    }
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#process.channel?.unref();
    if (message.kind === "result") pending.resolve(message.result);
    else pending.reject(fromWireError(message.error));
  }

  #failAll(why: string): void {
    for (const { reject } of this.#pending.values()) {
      reject(
        new Fault(
          {
            code: "VaultWorkerDied",
            message: `The process that worked on the vault ended unexpectedly (${why}).`,
            possibleCauses: "It was killed, or the machine ran out of memory.",
            recommendedAction:
              "Nothing: the step is tried again in a new process. If it recurs, look at the memory of the machine.",
          },
          { retryable: true },
        ),
      );
    }
    this.#pending.clear();
  }
}
