import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { CutSchedule } from "./cut-schedule";
import { GroupCycle, notShared } from "./group-cycle";
import type { MachineReplicator } from "./machine-replicator";
import type { QuiesceHooks } from "./quiesce-hooks";
import type { SiteHost } from "./site-host";

interface Setup {
  readonly host: SiteHost;
  readonly hooks: QuiesceHooks;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface GroupMembers {
  readonly members: readonly MachineReplicator[];
  /** Of the whole group, members that this host does not know included. */
  readonly size: number;
  readonly intervalSeconds: number;
}

/** Nobody is ready yet: look again soon, not at every interval. */
const NOBODY_READY_MS = 2_000;

/** Cuts the machines of one consistency group together, at every interval. At most one cycle at a time. */
export class ConsistencyGroup {
  readonly name: string;
  readonly #setup: Setup;
  readonly #ended = new AbortController();
  readonly #schedule: CutSchedule;
  #now: GroupMembers;
  /** Intervals without a point of any machine, not yet told to anybody. */
  #untold = 0;

  constructor(setup: Setup, name: string, members: GroupMembers) {
    this.#setup = setup;
    this.name = name;
    this.#now = members;
    this.#schedule = new CutSchedule(members.intervalSeconds * 1000, null, setup.clock.monotonicMs());
  }

  update(members: GroupMembers): void {
    this.#now = members;
    this.#schedule.setInterval(members.intervalSeconds * 1000);
  }

  /** Runs until `stop`. Never rejects: a machine that fails shows it itself. */
  async run(): Promise<void> {
    const { clock } = this.#setup;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const waitMs = this.#schedule.dueMs - clock.monotonicMs();
      if (waitMs > 0) {
        await clock.sleep(waitMs, signal).catch((error: unknown) => {
          assert(signal.aborted, `a sleep failed: ${String(error)}`);
        });
      }
      if (!signal.aborted) await this.#cycle();
    }
  }

  stop(): void {
    this.#ended.abort();
  }

  async #cycle(): Promise<void> {
    const { clock, random, host, hooks, log } = this.#setup;
    const { members, size } = this.#now;
    const standing = members.map((member) => ({ member, absent: member.absentFromGroup() }));
    const ready = standing.filter(({ absent }) => absent === null).map(({ member }) => member);
    if (ready.length === 0) return this.#schedule.postpone(clock.monotonicMs() + NOBODY_READY_MS);
    const missed = this.#schedule.covered(clock.monotonicMs()) + this.#untold;
    const left = standing.find(({ absent }) => absent !== null);
    const unknown = ready.length < size ? "another host replicates it" : null;
    const why = left?.absent ?? unknown;
    const problem = why === null ? null : notShared(this.name, left?.member.machine.name ?? "a machine", why);
    const group = { name: this.name, stamp: random.uuid(), size };
    const ids = ready.map((member) => member.machine.id);
    const cycle = new GroupCycle({ host, hooks }, group, ids, problem);
    const outcomes = await Promise.all(ready.map((member) => member.replicateInGroup(cycle, missed)));
    const points = outcomes.filter((made) => made).length;
    this.#untold = points === 0 ? missed + 1 : 0;
    if (points < size) log("groupNotShared", { group: this.name, points, size });
  }
}
