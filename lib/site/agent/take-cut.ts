import type { Cut, GroupCutRequest } from "@/lib/compute/host-protocol";
import type { Point } from "@/lib/engine/vault/point-object";
import type { Explanation } from "@/lib/kernel/fault";
import type { FreezeOutcome, HookMachine, QuiesceHooks } from "./quiesce-hooks";
import type { SiteHost } from "./site-host";

export interface CutRequestOfMachine {
  readonly machine: HookMachine;
  readonly diskIds: readonly string[];
  /** An application-consistent point is due. */
  readonly quiesce: boolean;
}

/** A cut that stands, and what is known of the workload at its instant. */
export interface TakenCut {
  readonly cut: Cut;
  readonly kind: Point["kind"];
  /** Why it is not application-consistent although it was to be; null when it was not, or is. */
  readonly problem: Explanation | null;
  /**
   * Lets the workload go on; repeatable. It went on right after the cut where writes are preserved; an image that nobody
   * preserves has to rest until it is read. Returns what went wrong with it.
   */
  thaw(): Promise<Explanation | null>;
}

/** Freezes, cuts, lets go on. Whatever fails after a freeze was attempted, the workload is let go on. */
export async function takeCut(host: SiteHost, hooks: QuiesceHooks, request: CutRequestOfMachine): Promise<TakenCut> {
  const freeze = await freezeIfDue(hooks, request);
  try {
    const { diskIds, machine } = request;
    const cut = await host.cut(machine.id, { diskIds: [...diskIds], quiesce: asksGuest(freeze) });
    return await taken(hooks, request, freeze, cut);
  } catch (error) {
    await thawAfter(hooks, request, freeze);
    throw error;
  }
}

export type GroupCutOutcome = { readonly taken: TakenCut } | { readonly error: Explanation };

/** The same for several machines at one instant; each has its own outcome, in the order of the requests. */
export async function takeGroupCut(
  host: SiteHost,
  hooks: QuiesceHooks,
  requests: readonly CutRequestOfMachine[],
): Promise<GroupCutOutcome[]> {
  const freezes = await Promise.all(requests.map((request) => freezeIfDue(hooks, request)));
  const pairs = requests.map((request, index) => ({ request, freeze: freezes[index] ?? null }));
  try {
    const { machines } = await host.cutTogether({
      machines: pairs.map(({ request, freeze }) => wire(request, freeze)),
    });
    return await Promise.all(
      pairs.map(async ({ request, freeze }): Promise<GroupCutOutcome> => {
        const outcome = machines.find((one) => one.machineId === request.machine.id);
        if (outcome !== undefined && "cut" in outcome)
          return { taken: await taken(hooks, request, freeze, outcome.cut) };
        await thawAfter(hooks, request, freeze);
        return { error: outcome?.error ?? notCut(request.machine.name) };
      }),
    );
  } catch (error) {
    await Promise.all(pairs.map(({ request, freeze }) => thawAfter(hooks, request, freeze)));
    throw error;
  }
}

async function freezeIfDue(hooks: QuiesceHooks, request: CutRequestOfMachine): Promise<FreezeOutcome | null> {
  return request.quiesce ? hooks.freeze(request.machine) : null;
}

function wire({ machine, diskIds }: CutRequestOfMachine, freeze: FreezeOutcome | null) {
  const request: GroupCutRequest["machines"][number] = { machineId: machine.id, diskIds: [...diskIds] };
  return { ...request, quiesce: asksGuest(freeze) };
}

/** Half of a workload at rest would be no better than none. */
function asksGuest(freeze: FreezeOutcome | null): boolean {
  return freeze !== null && freeze.state !== "failed";
}

async function taken(
  hooks: QuiesceHooks,
  request: CutRequestOfMachine,
  freeze: FreezeOutcome | null,
  cut: Cut,
): Promise<TakenCut> {
  let thawing: Promise<Explanation | null> | null = null;
  const thaw = () => (thawing ??= thawAfter(hooks, request, freeze));
  if (cut.disks.every((disk) => disk.preservePath !== null)) await thaw();
  return { cut, thaw, ...kindOf(freeze, cut) };
}

async function thawAfter(
  hooks: QuiesceHooks,
  request: CutRequestOfMachine,
  freeze: FreezeOutcome | null,
): Promise<Explanation | null> {
  return freeze === null || freeze.state === "none" ? null : hooks.thaw(request.machine);
}

function kindOf(freeze: FreezeOutcome | null, cut: Cut): Pick<TakenCut, "kind" | "problem"> {
  if (freeze === null) return { kind: "CrashConsistent", problem: null };
  if (freeze.state === "failed") return { kind: "CrashConsistent", problem: freeze.problem };
  if (cut.quiesced?.state === "failed") return { kind: "CrashConsistent", problem: cut.quiesced.problem };
  if (freeze.state === "frozen" || cut.quiesced?.state === "quiesced") {
    return { kind: "ApplicationConsistent", problem: null };
  }
  const guest = cut.quiesced?.state === "notAvailable" ? `${cut.quiesced.problem.message} ` : "";
  return { kind: "CrashConsistent", problem: { ...freeze.problem, message: `${guest}${freeze.problem.message}` } };
}

function notCut(machineName: string): Explanation {
  return {
    code: "MachineNotCut",
    message: `The host gave no cut of ${machineName}.`,
    possibleCauses: "The host is of another version than the agent.",
    recommendedAction: "Update both.",
  };
}
