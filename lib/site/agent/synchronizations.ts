import type { z } from "zod";
import { Fault } from "@/lib/kernel/fault";
import type { ProgressReport } from "../protocol";
import { reconnectDelayMs } from "./back-off";
import { ProgressMeter } from "./progress-meter";
import {
  synchronizeBack,
  type SynchronizeBackCommand,
  type SynchronizeBackOptions,
  type SynchronizeBackTools,
  type SynchronizedDisk,
} from "./synchronize-back";

/** About a minute of waiting in all; then the failback fails and says that the host does not answer. */
const HOST_OUTAGES_MAX = 6;

interface UnderWay {
  readonly command: SynchronizeBackCommand;
  readonly stop: AbortController;
  readonly meter: ProgressMeter;
  readonly result: Promise<SynchronizedDisk[]>;
  phase: string;
}

/**
 * The machines that come back to this host: one synchronization of a machine at a time. Who asks again for what is under
 * way gets its result; another point takes the place of an earlier one.
 */
export class Synchronizations {
  readonly #tools: SynchronizeBackTools;
  readonly #ended: AbortSignal;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #takenBack = new Set<string>();

  constructor(tools: SynchronizeBackTools, ended: AbortSignal) {
    this.#tools = tools;
    this.#ended = ended;
  }

  async run(command: SynchronizeBackCommand): Promise<SynchronizedDisk[]> {
    for (;;) {
      const known = this.#underWay.get(command.machineId);
      if (known === undefined) return this.#begin(command).result;
      if (known.command.pointObjectName === command.pointObjectName) return known.result;
      known.stop.abort(replaced(command));
      await known.result.catch(() => undefined);
    }
  }

  /** Machines that came back while this agent runs and that nobody has asked to replicate yet: their logs must go on. */
  isTakenBack(machineId: string): boolean {
    return this.#takenBack.has(machineId) || this.#underWay.has(machineId);
  }

  replicates(machineId: string): void {
    this.#takenBack.delete(machineId);
  }

  /** Null when nothing of the item is under way. */
  report(protectedItemId: string): z.infer<typeof ProgressReport> | null {
    return this.reports().find((report) => report.protectedItemId === protectedItemId) ?? null;
  }

  reports(): z.infer<typeof ProgressReport>[] {
    return [...this.#underWay.values()].map(({ command, meter }) => ({
      ...{ protectedItemId: command.protectedItemId, phase: "synchronizingBack", ...meter.read() },
      ...{ pendingBytes: 0, sentBytes: 0, sentBytesPerSecond: 0, error: null },
    }));
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underWay.values()].map(({ result }) => result));
  }

  #begin(command: SynchronizeBackCommand): UnderWay {
    const stop = new AbortController();
    const meter = new ProgressMeter(this.#tools.clock);
    meter.start(0);
    const signal = AbortSignal.any([stop.signal, this.#ended]);
    const options: SynchronizeBackOptions = {
      signal,
      onProgress: ({ phase, bytesDone, bytesTotal }) => {
        if (underWay.phase !== phase) meter.start(bytesTotal);
        underWay.phase = phase;
        meter.update(bytesDone, bytesTotal);
      },
    };
    const result = this.#throughRestartsOfTheHost(() => synchronizeBack(this.#tools, command, options), signal)
      .then((disks) => {
        this.#takenBack.add(command.machineId);
        return disks;
      })
      .finally(() => this.#underWay.delete(command.machineId));
    const underWay: UnderWay = { command, stop, meter, result, phase: "" };
    this.#underWay.set(command.machineId, underWay);
    return underWay;
  }

  /** A host that was killed is started again by its supervisor; what has come meanwhile is equal and not sent again. */
  async #throughRestartsOfTheHost<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, random } = this.#tools;
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const isAway = error instanceof Fault && error.code === "ComputeHostUnreachable";
        if (!isAway || failures > HOST_OUTAGES_MAX) throw error;
        await clock.sleep(reconnectDelayMs(failures, random), signal);
      }
    }
  }
}

function replaced({ machineId, pointObjectName }: SynchronizeBackCommand): Fault {
  return new Fault(
    {
      code: "SynchronizationOvertaken",
      message: `The synchronization of machine ${machineId} was ended for that with ${pointObjectName}.`,
      possibleCauses: "The failback was started again with a later recovery point.",
      recommendedAction: "Nothing: what has come stays, and only what differs is sent.",
    },
    { retryable: true },
  );
}
