import type { z } from "zod";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { ObjectReader } from "@/lib/engine/vault/object-store";
import type { Point } from "@/lib/engine/vault/point-object";
import type { VaultSession } from "@/lib/engine/vault/vault-session";
import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type {
  DesiredReplication,
  PointRegistration,
  ProgressReport,
  ResynchronizationNotice,
  ResynchronizationReceipt,
} from "../protocol";
import { isOutage, replicationDelayMs } from "./back-off";
import type { LastPoint } from "./choose-blocks";
import { CutSchedule } from "./cut-schedule";
import { explainError } from "./explain-error";
import type { GroupCycle } from "./group-cycle";
import { ProgressMeter } from "./progress-meter";
import type { QuiesceHooks } from "./quiesce-hooks";
import { replicateMachine, type RunFigures } from "./replicate-machine";
import { isAwaited, resynchronizationAwaited, type ResynchronizationNeed } from "./resynchronization";
import type { SiteHost } from "./site-host";
import { Slots } from "./slots";
import { takeCut } from "./take-cut";
import { findUnregisteredPoints, instantOfPoint } from "./unregistered-points";

export interface ReplicatorSetup {
  readonly host: SiteHost;
  readonly hooks: QuiesceHooks;
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly fileSystem: FileSystem;
  readonly openSession: () => Promise<VaultSession>;
  readonly registerPoint: (registration: z.input<typeof PointRegistration>) => Promise<string>;
  readonly noticeResynchronization: (
    notice: z.infer<typeof ResynchronizationNotice>,
  ) => Promise<z.infer<typeof ResynchronizationReceipt>>;
  /** Where full passes note how far they are; null: nowhere. */
  readonly journalFolder: string | null;
  /** Waits until a resynchronization may read so many bytes more. */
  readonly paceReads: (bytes: number, signal: AbortSignal) => Promise<void>;
  /** One initial replication at a time a host; a few deltas. */
  readonly initialSlots: Slots;
  readonly deltaSlots: Slots;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface ReplicationReceipt {
  readonly recoveryPointId: string;
  readonly orders: { readonly count: number; readonly lastAt: string | null } | null;
}

const AWAITED_MS = 60_000;

/** What the vault lost comes back by storing again what the source still has. */
const DAMAGE = /^Vault(Pack|Blob|Point|Index)|^ResynchronizationRequired$|^ObjectNotFound$|^ObjectTruncated$/;

/**
 * Keeps one machine replicated: at its interval, at once when told to, and again after a failure. At most one run at a
 * time. It converges on what the vault last asked for and may be dropped and made anew at any instant.
 */
export class MachineReplicator {
  readonly #setup: ReplicatorSetup;
  readonly #ended = new AbortController();
  readonly #meter: ProgressMeter;
  /** Of bytes that the vault has taken in the run under way, or the last one. */
  readonly #sent: ProgressMeter;
  /** One run at a time, commanded or due. */
  readonly #turn = new Slots(1);
  #desired: DesiredReplication;
  #machineName: string;
  #lastPoint: LastPoint | null;
  #lastContent: { readonly objectName: string; readonly point: Point } | null = null;
  #phase: z.infer<typeof ProgressReport>["phase"] = "waiting";
  #error: unknown = null;
  #failures = 0;
  #pendingBytes = 0;
  #repair = false;
  #leftoversLookedFor = false;
  #healthLookedAt = false;
  readonly #schedule: CutSchedule;
  /** Wall clock, milliseconds: when the workload was last brought to rest, or when that failed. */
  #quiescedAtMs = Number.NEGATIVE_INFINITY;
  #wake: AbortController = new AbortController();

  constructor(setup: ReplicatorSetup, desired: DesiredReplication, machineName: string) {
    this.#setup = setup;
    this.#desired = desired;
    this.#machineName = machineName;
    this.#lastPoint = desired.lastPoint;
    this.#meter = new ProgressMeter(setup.clock);
    this.#sent = new ProgressMeter(setup.clock);
    this.#schedule = this.#scheduleFromLastPoint();
  }

  get desired(): DesiredReplication {
    return this.#desired;
  }

  /** Takes over what the vault says now. Our own newest point counts until the vault has heard of it. */
  update(desired: DesiredReplication, machineName: string, pendingBytes: number): void {
    const before = this.#desired;
    const wasLed = this.#isLed;
    const wasAllowed = before.resynchronization?.allowed === true;
    this.#desired = desired;
    this.#machineName = machineName;
    this.#pendingBytes = pendingBytes;
    const ours = this.#lastPoint?.objectName ?? "";
    if (desired.lastPoint !== null && desired.lastPoint.objectName >= ours) this.#lastPoint = desired.lastPoint;
    const isAllowed = desired.resynchronization?.allowed === true;
    if ((before.state !== "active" && desired.state === "active") || (isAllowed && !wasAllowed)) {
      this.#schedule.restart(this.#setup.clock.monotonicMs());
      this.#wake.abort();
    }
    this.#schedule.setInterval(desired.intervalSeconds * 1000);
    if (before.intervalSeconds !== desired.intervalSeconds || wasLed !== this.#isLed) this.#wake.abort();
  }

  /** A consistency group decides when it is cut. What takes long each machine does alone. */
  get #isLed(): boolean {
    return this.#desired.consistencyGroup !== null && this.#lastPoint !== null && this.#need() === null;
  }

  /** Why a cut of its consistency group leaves it out; null when it can take part. */
  absentFromGroup(): string | null {
    if (this.#ended.signal.aborted) return "its replication is ending";
    if (this.#desired.state !== "active") return "it is failed over";
    if (this.#lastPoint === null) return "its initial replication is not complete";
    if (this.#need() !== null || this.#phase === "resyncRequired") return "it needs resynchronization";
    const waits = this.#failures > 0 && this.#schedule.dueMs > this.#setup.clock.monotonicMs();
    return waits ? `its replication failed: ${explainError(this.#error).message}` : null;
  }

  /** Takes part in a cut of its consistency group. True when its point is registered; never rejects. */
  async replicateInGroup(cycle: GroupCycle, missedIntervals: number): Promise<boolean> {
    try {
      await this.#replicate({ final: false, commanded: false, part: { cycle, missedIntervals } });
      return true;
    } catch (error) {
      cycle.failed(this.#desired.machineId, this.#machineName, error);
      return false;
    }
  }

  get machine(): { readonly id: string; readonly name: string } {
    return { id: this.#desired.machineId, name: this.#machineName };
  }

  /** Runs until `stop`. Never rejects: what fails is shown and tried again. */
  async run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const isDue = await this.#untilDue();
      if (!isDue || this.#ended.signal.aborted || this.#desired.state !== "active" || this.#isLed) continue;
      await this.#replicate({ final: false, commanded: false, part: null }).catch(() => undefined);
    }
  }

  /** Now, whatever the interval says; waits for a run under way and then makes one of its own. */
  async replicateNow(final: boolean, storeAgain = false): Promise<ReplicationReceipt> {
    if (storeAgain) this.#repair = true;
    return this.#replicate({ final, commanded: true, part: null });
  }

  /** Resolves when no run is under way; after `stop` none begins any more. */
  async settled(): Promise<void> {
    (await this.#turn.take(new AbortController().signal))();
  }

  stop(): void {
    this.#ended.abort(new Fault(stopped(this.#machineName)));
    this.#wake.abort();
  }

  report(): z.infer<typeof ProgressReport> {
    return {
      protectedItemId: this.#desired.protectedItemId,
      phase: this.#phase,
      ...this.#meter.read(),
      ...this.#sentFigures(),
      pendingBytes: this.#pendingBytes,
      error: this.#error === null ? null : explainError(this.#error),
    };
  }

  #sentFigures(): { sentBytes: number; sentBytesPerSecond: number } {
    const { bytesDone, bytesPerSecond } = this.#sent.read();
    const moving = this.#phase !== "idle" && this.#phase !== "error";
    return { sentBytes: bytesDone, sentBytesPerSecond: moving ? bytesPerSecond : 0 };
  }

  /** A chain of runs: each waits for its turn, then for a slot of the host. */
  async #replicate(asked: Omit<Run, "beganMs">): Promise<ReplicationReceipt> {
    const { signal } = this.#ended;
    const giveTurn = await this.#turn.take(signal);
    const began = this.#setup.clock.monotonicMs();
    try {
      const receipt = await this.#inSlot({ ...asked, beganMs: began });
      this.#failures = 0;
      this.#error = null;
      this.#repair = false;
      this.#phase = "idle";
      return receipt;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      giveTurn();
    }
  }

  async #inSlot(run: Run): Promise<ReplicationReceipt> {
    const { initialSlots, deltaSlots } = this.#setup;
    const { signal } = this.#ended;
    this.#phase = this.#error === null ? "waiting" : this.#phase;
    const session = await this.#setup.openSession();
    this.#repairWhatIsMissing(session);
    await this.#registerLeftovers();
    const initial = this.#lastPoint === null;
    const full = initial || this.#need() !== null;
    // A group is cut when all are ready: whoever held a slot until then would keep the others from it.
    if (run.part !== null) return this.#oneRun(session, run, () => deltaSlots.take(signal));
    const giveSlot = await (full ? initialSlots : deltaSlots).take(signal);
    try {
      return await this.#oneRun(session, run, async () => () => undefined);
    } finally {
      giveSlot();
    }
  }

  async #oneRun(session: VaultSession, run: Run, takeSlot: () => Promise<() => void>): Promise<ReplicationReceipt> {
    const { host, hooks, store, keys, fileSystem } = this.#setup;
    const { diskIds } = this.#desired;
    const lastPoint = this.#lastPoint;
    this.#phase = lastPoint === null ? "initial" : "delta";
    this.#meter.start(0);
    this.#sent.start(0);
    const content = this.#lastContent;
    const cycle = run.part?.cycle ?? null;
    const request = { machine: this.machine, diskIds, quiesce: !run.final && this.#isQuiesceDue() };
    const done = await replicateMachine(
      { host, session, store, keys, fileSystem },
      {
        machine: this.machine,
        diskIds,
        lastPoint,
        lastPointContent: content !== null && content.objectName === lastPoint?.objectName ? content.point : null,
        final: run.final,
        resynchronize: this.#need(),
        flag: (need) => this.#flag(need, run),
        // Somebody who waits wants the state of now, not that of an earlier cut.
        journalPath: run.commanded || run.part !== null ? null : this.#journalPath(),
        paceReads: (bytes) => this.#setup.paceReads(bytes, this.#ended.signal),
        signal: this.#ended.signal,
        onProgress: (bytesDone, bytesTotal, sentBytes) => {
          this.#meter.update(bytesDone, bytesTotal);
          this.#sent.update(sentBytes, sentBytes);
        },
        onNote: (note) => this.#setup.log("replication", { machine: this.#machineName, note }),
        takeCut: () => cycle?.takeCut(request) ?? takeCut(host, hooks, request),
        takeSlot,
        group: cycle?.group ?? null,
        register: (objectName, point, figures) => this.#registerRun(objectName, point, figures, run),
      },
    );
    if (request.quiesce) this.#quiescedAtMs = Date.parse(done.point.at);
    this.#lastContent = { objectName: done.objectName, point: done.point };
    return { recoveryPointId: done.recoveryPointId, orders: done.point.orders };
  }

  /** The flag that is up and may be worked off, or what we found ourselves. */
  #need(): ResynchronizationNeed | null {
    if (this.#lastPoint === null) return null;
    if (this.#repair) return { reason: "the vault lost some of the data", compareWith: "Nothing" };
    const orders = this.#desired.resynchronization;
    if (orders?.allowed !== true) return null;
    return { reason: "the machine is flagged for resynchronization", compareWith: orders.compareWith };
  }

  /** What a person waits for is not held back by hours. @throws Fault ResynchronizationAwaited */
  async #flag(need: ResynchronizationNeed, run: Run): Promise<string> {
    const { protectedItemId } = this.#desired;
    const { flagId, allowed } = await this.#setup.noticeResynchronization({ protectedItemId, ...need });
    // The others of a group would have to wait for it: it is done alone.
    if (run.part !== null || (!allowed && !run.commanded)) throw resynchronizationAwaited(this.#machineName);
    this.#phase = "resync";
    return flagId;
  }

  /** Of a group: only when all its machines have committed, so that a shared point is whole from its first moment. */
  async #registerRun(objectName: string, point: Point, figures: RunFigures, run: Run): Promise<string> {
    const durationMs = this.#setup.clock.monotonicMs() - run.beganMs;
    const missed = this.#schedule.covered(run.beganMs);
    const problem = (await run.part?.cycle.committed(this.#desired.machineId)) ?? null;
    return this.#register(objectName, point, {
      group: point.group ? { ...point.group, problem } : null,
      cycle: { durationMs, missedIntervals: run.part?.missedIntervals ?? missed, writeLogBytes: figures.writeLogBytes },
      resynchronization: figures.resynchronization,
    });
  }

  async #register(objectName: string, point: Point, about: AboutPoint): Promise<string> {
    const { disks, at, kind, final, sourceBytesRead, changedBytes, storedBytes, orders } = point;
    // Until the answer is here we cannot know whether the vault has it: the next run looks for it.
    this.#leftoversLookedFor = false;
    const id = await this.#setup.registerPoint({
      protectedItemId: this.#desired.protectedItemId,
      ...{ objectName, at, kind, final, sourceBytesRead, changedBytes, storedBytes, orders },
      ...{ quiesceProblem: point.quiesceProblem ?? null, ...about },
      disks: disks.map(({ diskId, virtualSizeBytes, root }) => ({ diskId, virtualSizeBytes, root })),
    });
    this.#leftoversLookedFor = true;
    // The vault takes the flag down with this point; its next answer says so.
    if (about.resynchronization) this.#desired = { ...this.#desired, resynchronization: null };
    this.#lastPoint = { id, objectName, previousId: this.#lastPoint?.id ?? null };
    return id;
  }

  async #registerLeftovers(): Promise<void> {
    if (this.#leftoversLookedFor) return;
    const { store, keys } = this.#setup;
    const machine = { id: this.#desired.machineId, name: this.#machineName };
    for (const left of await findUnregisteredPoints(store, keys, machine, this.#lastPoint)) {
      const group = left.point.group ? { ...left.point.group, problem: null } : null;
      await this.#register(left.objectName, left.point, { group, cycle: null, resynchronization: null });
      this.#setup.log("replication", { machine: machine.name, note: `registered ${left.objectName} belatedly` });
    }
    this.#leftoversLookedFor = true;
  }

  /** Once: a pack that was there when the vault was opened and goes later is found by the run that needs it. */
  #repairWhatIsMissing(session: VaultSession): void {
    if (this.#healthLookedAt) return;
    this.#healthLookedAt = true;
    const missing = session.health.missingPacks.length;
    if (missing === 0) return;
    this.#repair = true;
    this.#setup.log("replication", { machine: this.#machineName, note: `${missing} packs of the vault are missing` });
  }

  #failed(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    if (isAwaited(error)) return this.#awaitPermission();
    this.#failures += 1;
    this.#error = error;
    this.#phase = isOutage(error) ? "waiting" : "error";
    const isNews = !this.#repair && error instanceof Fault && DAMAGE.test(error.code);
    if (isNews) this.#repair = true;
    // Another point may be the vault's last one than we believe: what it says next counts.
    if (error instanceof Fault && error.code === "ReplicationOvertaken") this.#lastPoint = this.#desired.lastPoint;
    // The next run stores again what is lost: there is nothing to wait for.
    const delayMs = isNews ? 0 : replicationDelayMs(this.#failures, error, this.#setup.random);
    this.#schedule.postpone(this.#setup.clock.monotonicMs() + delayMs);
    const known = error instanceof Fault || error instanceof Refusal;
    this.#setup.log("replicationFailed", {
      machine: this.#machineName,
      ...explainError(error),
      retryInMs: delayMs,
      ...(known ? {} : { stack: error instanceof Error ? error.stack : String(error) }),
    });
  }

  /** The vault wakes us with a heartbeat; now and then we look ourselves whether the need is still there. */
  #awaitPermission(): void {
    this.#failures = 0;
    this.#error = null;
    this.#phase = "resyncRequired";
    this.#schedule.postpone(this.#setup.clock.monotonicMs() + AWAITED_MS);
  }

  /** False when it was woken before: what is due, and whether anything is, has to be looked at again. */
  async #untilDue(): Promise<boolean> {
    const { clock } = this.#setup;
    const active = this.#desired.state === "active" && !this.#isLed;
    const waitMs = active ? this.#schedule.dueMs - clock.monotonicMs() : this.#desired.intervalSeconds * 1000;
    if (waitMs <= 0) return true;
    this.#wake = new AbortController();
    const { signal } = this.#wake;
    if (this.#ended.signal.aborted) return false;
    await clock.sleep(waitMs, signal).catch((error: unknown) => {
      assert(signal.aborted, `a sleep failed: ${String(error)}`);
    });
    return !signal.aborted;
  }

  #journalPath(): string | null {
    const { journalFolder } = this.#setup;
    return journalFolder === null ? null : `${journalFolder}/${this.#desired.machineId}.pass`;
  }

  #isQuiesceDue(): boolean {
    const wanted = this.#desired.applicationConsistent;
    if (wanted === null) return false;
    const known = wanted.lastAttemptAt === null ? Number.NEGATIVE_INFINITY : Date.parse(wanted.lastAttemptAt);
    const last = Math.max(known, this.#quiescedAtMs);
    return this.#setup.clock.now().getTime() - last >= wanted.frequencySeconds * 1000;
  }

  /** After a restart the interval goes on from the last point; without one the initial replication is due at once. */
  #scheduleFromLastPoint(): CutSchedule {
    const { clock } = this.#setup;
    const now = clock.monotonicMs();
    const at = this.#lastPoint === null ? null : instantOfPoint(this.#lastPoint.objectName);
    const age = at === null ? null : Math.max(0, clock.now().getTime() - at);
    return new CutSchedule(this.#desired.intervalSeconds * 1000, age === null ? null : now - age, now);
  }
}

/** A machine's part in a cycle of its consistency group. */
interface GroupPart {
  readonly cycle: GroupCycle;
  readonly missedIntervals: number;
}

interface Run {
  readonly final: boolean;
  /** Somebody waits for it: nothing holds it back. */
  readonly commanded: boolean;
  readonly part: GroupPart | null;
  readonly beganMs: number;
}

type AboutPoint = Pick<z.input<typeof PointRegistration>, "group" | "cycle" | "resynchronization">;

function stopped(machineName: string) {
  return {
    code: "ReplicationStopped",
    message: `The replication of ${machineName} was stopped.`,
    possibleCauses: "Protection was disabled, or the agent is ending.",
    recommendedAction: "Enable protection again if the machine is to be protected.",
  };
}
