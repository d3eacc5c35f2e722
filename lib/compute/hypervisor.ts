import type { Disk } from "@/lib/engine/disk/disk";

export type MachinePowerState = "off" | "starting" | "running" | "stopping" | "failed";

export interface MachineSpec {
  readonly id: string;
  readonly name: string;
  readonly memoryBytes: number;
  /** Boot disk first. */
  readonly disks: readonly GuestDisk[];
}

/** What the hypervisor reads and writes; the host wraps a `Disk` so that writes pass the write log first. */
export type GuestDisk = Pick<Disk, "virtualSizeBytes" | "prepare" | "read" | "write" | "sync">;

/** 80 x 25 text screen. */
export interface ConsoleScreen {
  readonly rows: readonly string[];
  /** Everything the guest wrote to its first serial port, newest last, at most the last 64 KiB. */
  readonly serial: string;
  /** Increases whenever rows or serial changed. */
  readonly revision: number;
}

export interface RunningMachine {
  readonly id: string;
  screen(): ConsoleScreen;
  /** What its display shows now, as PNG; null when it is off. @throws what the hypervisor says when it cannot draw it */
  screenshot(): Promise<Uint8Array | null>;
  /** Called after every change of the console, at most 10 times a second. Returns the unsubscribe function. */
  onConsole(listener: () => void): () => void;
  /** Every piece of text that the guest sends on its first serial port, as it comes. Returns the unsubscribe function. */
  onSerial(listener: (text: string) => void): () => void;
  /** Why the machine stopped by itself (the emulator failed, a disk broke under it); null while it runs. */
  failure(): string | null;
  /** Called once when `failure` becomes known. Nothing that the guest does afterwards reaches disks or console. */
  onFailure(listener: (reason: string) => void): void;
  /** What the last refused disk access said (disk full, damaged image). The guest saw an I/O error and goes on. */
  diskProblem(): string | null;
  /** A clean power-off: in-flight writes finish, nothing is written after it resolves. */
  powerOff(): Promise<void>;
  /** Bytes typed on the first serial port. */
  sendSerial(text: string): void;
}

/** Starts a VM from disks and gives its console. Adapters: lib/adapters/hypervisors/*. */
export interface Hypervisor {
  readonly name: "v86" | "qemu";
  /** Null when it can run here; otherwise why not and what to install. */
  unavailableReason(): string | null;
  start(spec: MachineSpec): Promise<RunningMachine>;
}
