import { sameIdentity } from "@/lib/engine/disk/random-access-file";
import type { HostDisk } from "./host-disk";
import type { Incoming, IncomingEnd } from "./host-protocol";
import { imageChangedSince, synchronizationIncomplete } from "./host-refusals";
import type { MachineStore } from "./machine-store";

/** The mark beside a machine whose disks are being made what a point holds. It outlives the host. */
export class MachineIncoming {
  readonly #store: MachineStore;
  readonly #machineId: string;
  #state: Incoming | null;

  constructor(store: MachineStore, machineId: string) {
    this.#store = store;
    this.#machineId = machineId;
    this.#state = store.incoming(machineId);
  }

  /** Null: the disks are the machine's own. */
  get state(): Incoming | null {
    return this.#state;
  }

  isWriting(point: string): boolean {
    return this.#state?.stage === "writing" && this.#state.point === point;
  }

  begin(point: string): void {
    this.#save({ point, stage: "writing" });
  }

  /** The disks are what the point holds; they are the machine's own again unless more is to come. */
  complete(point: string, moreToCome: boolean): void {
    this.#save(moreToCome ? { point, stage: "moreToCome" } : null);
  }

  /** @throws Refusal SynchronizationIncomplete */
  requireNone(machineName: string): void {
    if (this.#state !== null) throw synchronizationIncomplete(machineName, this.#state.stage);
  }

  #save(state: Incoming | null): void {
    this.#store.saveIncoming(this.#machineId, state);
    this.#state = state;
  }
}

/** @throws Refusal ImageChanged: somebody wrote to the files since they were proven */
export function requireUnchanged(machineName: string, disks: readonly HostDisk[], proven: IncomingEnd["disks"]): void {
  for (const { diskId, identity } of proven) {
    const now = disks.find((disk) => disk.id === diskId)?.inspectForReading().identity;
    if (!now || !sameIdentity(now, identity)) throw imageChangedSince(machineName, diskId);
  }
}
