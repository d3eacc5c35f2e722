import type { ConsoleScreen, GuestDisk, Hypervisor, MachineSpec, RunningMachine } from "@/lib/compute/hypervisor";

/** A machine whose guest is the test: it writes to the disks that the host gave it and says what it likes. */
export class PuppetMachine implements RunningMachine {
  readonly id: string;
  readonly disks: readonly GuestDisk[];
  /** What the host sent to its serial port. */
  heard = "";
  /** Called when the host sends something. */
  onHeard: (text: string) => void = () => undefined;
  readonly #listeners: ((text: string) => void)[] = [];

  constructor(spec: MachineSpec) {
    this.id = spec.id;
    this.disks = spec.disks;
  }

  screen = (): ConsoleScreen => ({ rows: [], serial: "", revision: 0 });
  screenshot = async (): Promise<Uint8Array | null> => null;
  onConsole = (): (() => void) => () => undefined;
  onSerial(listener: (text: string) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }
  failure = (): string | null => null;
  onFailure = (): void => undefined;
  diskProblem = (): string | null => null;
  powerOff = async (): Promise<void> => undefined;

  sendSerial(text: string): void {
    this.heard += text;
    this.onHeard(text);
  }

  say(line: string): void {
    for (const listener of this.#listeners) listener(`${line}\r\n`);
  }
}

export class PuppetHypervisor implements Hypervisor {
  readonly name = "v86" as const;
  readonly machines = new Map<string, PuppetMachine>();
  unavailableReason = (): string | null => null;

  async start(spec: MachineSpec): Promise<PuppetMachine> {
    const machine = new PuppetMachine(spec);
    this.machines.set(spec.id, machine);
    return machine;
  }

  machine(id: string): PuppetMachine {
    const machine = this.machines.get(id);
    if (!machine) throw new Error(`${id} was not started`);
    return machine;
  }
}
