import path from "node:path";
import { NbdServer } from "@/lib/adapters/nbd/nbd-server";
import { EXPORT_NAME } from "@/lib/adapters/nbd/nbd-handshake";
import type { Hypervisor, MachineSpec, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { findQemu, probeKvm, qemuMissing } from "./find-qemu";
import { QemuMachine } from "./qemu-machine";
import { QemuProcess } from "./qemu-process";

const MIB = 1024 * 1024;
const LEAST_MEMORY_BYTES = 16 * MIB;
/** Masters and slaves of the PC's two IDE channels. */
const MOST_DISKS = 4;

export interface QemuHypervisorOptions {
  /** The emulator; looked for on the path when not given. */
  readonly program?: string;
}

/**
 * Machines of their own processes, where QEMU is installed: emulated, or with KVM where a probe shows that it works. Their
 * disks are served by this process over NBD, so that every write still passes the write log before the guest hears of it.
 */
export class QemuHypervisor implements Hypervisor {
  readonly name = "qemu" as const;
  readonly #program: string | null;
  #kvm: Promise<boolean> | null = null;

  constructor(options: QemuHypervisorOptions = {}) {
    this.#program = options.program ?? findQemu();
  }

  unavailableReason(): string | null {
    return this.#program === null ? qemuMissing() : null;
  }

  /** Whether machines run with KVM here; found out once. */
  hasKvm(): Promise<boolean> {
    return (this.#kvm ??= this.#program === null ? Promise.resolve(false) : probeKvm(this.#program));
  }

  async start(spec: MachineSpec): Promise<RunningMachine> {
    if (this.#program === null) throw cannotStart(spec, qemuMissing());
    if (spec.disks.length === 0) throw cannotStart(spec, "The machine has no disk to start from.");
    if (spec.disks.length > MOST_DISKS) throw cannotStart(spec, `QEMU attaches ${MOST_DISKS} disks at most here.`);
    const sector = new Uint8Array(512);
    for (const disk of spec.disks) await disk.prepare?.(0, sector.length);
    for (const disk of spec.disks) disk.read(0, sector); // A disk that cannot be read fails here, with its own reason.
    const accelerator = (await this.hasKvm()) ? "kvm" : "tcg";
    const qemu = new QemuProcess();
    const machine = new QemuMachine(spec.id, qemu);
    try {
      const drives = [];
      for (const [index, disk] of spec.disks.entries()) {
        const server = new NbdServer(disk, machine.diskHooks);
        machine.serves(server);
        const socketPath = path.join(qemu.folder, `disk-${index}.sock`);
        await server.listen(socketPath);
        drives.push("-drive", driveOf(index, socketPath));
      }
      machine.attach(await qemu.start(this.#program, [...machineArgs(spec, accelerator), ...drives]));
      return machine;
    } catch (error) {
      await machine.powerOff();
      if (error instanceof Fault) throw error;
      throw cannotStart(spec, error instanceof Error ? error.message : String(error));
    }
  }
}

function machineArgs(spec: MachineSpec, accelerator: string): string[] {
  const memoryMib = Math.floor(Math.max(LEAST_MEMORY_BYTES, spec.memoryBytes) / MIB);
  return [
    ...["-accel", accelerator, "-machine", "pc", "-m", String(memoryMib)],
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-vga", "std", "-display", "none"],
    ...["-rtc", "base=utc", "-boot", "order=c,menu=off"],
  ];
}

/** Errors go to the guest, as from a real drive; by default QEMU would halt the machine when a disk is full. */
function driveOf(index: number, socketPath: string): string {
  return [
    ...["format=raw", "file.driver=nbd", "file.server.type=unix", `file.server.path=${socketPath}`],
    ...[`file.export=${EXPORT_NAME}`, "if=ide", `index=${index}`, "media=disk", "werror=report", "rerror=report"],
  ].join(",");
}

function cannotStart(spec: MachineSpec, reason: string): Fault {
  return new Fault({
    code: "MachineCannotStart",
    message: `${spec.name} cannot be started. ${reason}`,
    possibleCauses: reason,
    recommendedAction: "Remove the cause and start the machine again. Its disks are untouched.",
  });
}
