import { assert } from "@/lib/kernel/assert";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import { explainError } from "./explain-error";
import type { QuiesceHooks } from "./quiesce-hooks";
import type { SiteHost } from "./site-host";
import { takeGroupCut, type CutRequestOfMachine, type GroupCutOutcome, type TakenCut } from "./take-cut";

export interface CutGroup {
  readonly name: string;
  /** Unique to this cut. */
  readonly stamp: string;
  /** Machines of the group, whether or not all take part. */
  readonly size: number;
}

/**
 * One cycle of a consistency group. Its members meet twice: before the cut, which is taken for all when the last one is
 * ready (or gave up), and after it, so that no point is registered before all are committed. A member that fails lets
 * the others go on: they are told why their points are not shared.
 */
export class GroupCycle {
  readonly group: CutGroup;
  readonly #host: SiteHost;
  readonly #hooks: QuiesceHooks;
  readonly #members: Set<string>;
  readonly #ready = new Map<string, CutRequestOfMachine>();
  readonly #committed = new Set<string>();
  readonly #cut = deferred<Map<string, GroupCutOutcome>>();
  readonly #allCommitted = deferred<Explanation | null>();
  #cutBegun = false;
  #problem: Explanation | null;

  /** `absent`: why some machines of the group take no part; null when all do. */
  constructor(
    tools: { readonly host: SiteHost; readonly hooks: QuiesceHooks },
    group: CutGroup,
    machineIds: readonly string[],
    absent: Explanation | null,
  ) {
    this.#host = tools.host;
    this.#hooks = tools.hooks;
    this.group = group;
    this.#members = new Set(machineIds);
    this.#problem = absent;
  }

  /** Resolves when all are cut. @throws Fault when this machine could not be */
  async takeCut(request: CutRequestOfMachine): Promise<TakenCut> {
    assert(this.#members.has(request.machine.id), "a machine is cut in a cycle that it takes no part in");
    this.#ready.set(request.machine.id, request);
    this.#cutWhenReady();
    const outcome = (await this.#cut.promise).get(request.machine.id);
    assert(outcome !== undefined, "a machine that was ready has an outcome");
    if ("taken" in outcome) return outcome.taken;
    throw new Fault(outcome.error, { retryable: true });
  }

  /** Resolves when every other member has committed or failed: null when the points of all share the cut. */
  async committed(machineId: string): Promise<Explanation | null> {
    this.#committed.add(machineId);
    this.#settleWhenAll();
    return this.#allCommitted.promise;
  }

  /** The member takes no further part. */
  failed(machineId: string, machineName: string, error: unknown): void {
    if (!this.#members.delete(machineId)) return;
    this.#problem ??= notShared(this.group.name, machineName, explainError(error).message);
    this.#ready.delete(machineId);
    this.#committed.delete(machineId);
    this.#cutWhenReady();
    this.#settleWhenAll();
  }

  #cutWhenReady(): void {
    if (this.#cutBegun || this.#ready.size === 0 || this.#ready.size < this.#members.size) return;
    this.#cutBegun = true;
    const requests = [...this.#ready.values()];
    takeGroupCut(this.#host, this.#hooks, requests).then(
      (outcomes) => this.#cut.resolve(byMachine(requests, outcomes)),
      (error: unknown) => this.#cut.reject(error),
    );
  }

  #settleWhenAll(): void {
    if (this.#committed.size === this.#members.size) this.#allCommitted.resolve(this.#problem);
  }
}

function byMachine(requests: readonly CutRequestOfMachine[], outcomes: readonly GroupCutOutcome[]) {
  return new Map(
    requests.map(({ machine }, index) => {
      const outcome = outcomes[index];
      assert(outcome !== undefined, "each request of a group cut has an outcome");
      return [machine.id, outcome] as const;
    }),
  );
}

export function notShared(groupName: string, machineName: string, why: string): Explanation {
  return {
    code: "MultiVmPointNotShared",
    message: `The machines of the group ${groupName} do not all have a point of this cut: ${machineName}: ${why}`,
    possibleCauses: "A machine of the group could not be cut, read or sent, or is not replicated yet.",
    recommendedAction:
      "Look at that machine's replication. The next cut is shared when all machines can be replicated.",
  };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits for it hears of a failure; that nobody may be waiting is no mistake.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
