import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { V86, type V86Image, type V86Options } from "v86";
import type { Hypervisor, MachineSpec, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { bridgeDisk } from "./disk-bridge";
import { findFirmware, firmwareMissing, loadFirmware, type Firmware } from "./firmware";
import { V86Machine } from "./v86-machine";

export interface V86HypervisorOptions {
  /** A folder with SeaBIOS to look into before the usual places. */
  readonly firmwareFolder?: string;
}

const MIB = 1024 * 1024;
const LEAST_MEMORY_BYTES = 16 * MIB;
const MOST_MEMORY_BYTES = 512 * MIB;
const VGA_MEMORY_BYTES = MIB;
const MOST_DISKS = 2;

/**
 * x86 machines in WebAssembly, inside this process. One machine takes about 16 MiB more than its memory; halted, it
 * wakes 18 times a second for its timer.
 */
export class V86Hypervisor implements Hypervisor {
  readonly name = "v86" as const;
  readonly #firmwareFolder: string | undefined;
  #firmware: Firmware | null = null;
  #wasm: Promise<WebAssembly.Module> | null = null;

  constructor(options: V86HypervisorOptions = {}) {
    this.#firmwareFolder = options.firmwareFolder;
  }

  unavailableReason(): string | null {
    return findFirmware(this.#firmwareFolder) ? null : firmwareMissing(this.#firmwareFolder);
  }

  async start(spec: MachineSpec): Promise<RunningMachine> {
    const firmware = (this.#firmware ??= loadFirmware(this.#firmwareFolder));
    if (!firmware) throw cannotStart(spec, firmwareMissing(this.#firmwareFolder));
    if (spec.disks.length === 0) throw cannotStart(spec, "The machine has no disk to start from.");
    if (spec.disks.length > MOST_DISKS) {
      throw cannotStart(spec, `The embedded hypervisor attaches ${MOST_DISKS} disks at most.`);
    }
    const sector = new Uint8Array(512);
    for (const disk of spec.disks) await disk.prepare?.(0, sector.length);
    for (const disk of spec.disks) disk.read(0, sector); // A disk that cannot be read fails here, with its own reason.
    const module = await (this.#wasm ??= compileEmulator());
    const machine = new V86Machine(spec.id);
    const emulator = new V86(optionsFor(spec, firmware, module, machine));
    await new Promise<void>((resolve) => emulator.add_listener("emulator-ready", () => resolve()));
    machine.attach(emulator);
    await emulator.run();
    return machine;
  }
}

function optionsFor(
  spec: MachineSpec,
  firmware: Firmware,
  module: WebAssembly.Module,
  machine: V86Machine,
): V86Options {
  const [first, second] = spec.disks.map((disk) => bridgeDisk(disk, machine.diskHooks) as unknown as V86Image);
  return {
    wasm_fn: async (imports: WebAssembly.Imports) => (await WebAssembly.instantiate(module, imports)).exports,
    memory_size: memoryFor(spec.memoryBytes),
    vga_memory_size: VGA_MEMORY_BYTES,
    bios: { buffer: firmware.bios.slice(0) },
    vga_bios: { buffer: firmware.vgaBios.slice(0) },
    ...(first === undefined ? {} : { hda: first }),
    ...(second === undefined ? {} : { hdb: second }),
    autostart: false,
    fastboot: true,
    disable_speaker: true,
    disable_keyboard: true,
    disable_mouse: true,
  };
}

/** v86 takes powers of two. */
function memoryFor(bytes: number): number {
  const power = 2 ** Math.floor(Math.log2(Math.max(1, bytes)));
  return Math.min(MOST_MEMORY_BYTES, Math.max(LEAST_MEMORY_BYTES, power));
}

/** Compiled once a process: every further machine only instantiates it. */
async function compileEmulator(): Promise<WebAssembly.Module> {
  const require = createRequire(import.meta.url);
  return WebAssembly.compile(readFileSync(require.resolve("v86/build/v86.wasm")));
}

function cannotStart(spec: MachineSpec, reason: string): Fault {
  return new Fault({
    code: "MachineCannotStart",
    message: `${spec.name} cannot be started. ${reason}`,
    possibleCauses: reason,
    recommendedAction: "Remove the cause and start the machine again. Its disks are untouched.",
  });
}
