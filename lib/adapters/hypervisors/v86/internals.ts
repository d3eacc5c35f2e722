import type { V86 } from "v86";
import type { VgaAdapter } from "./vga-picture";

/**
 * The parts of v86 (pinned version) that its type declarations leave out. They are used for four things only: to fail
 * one disk access the way an ATA drive does, to catch what the emulator throws, to read its text screen, and to draw it.
 */
export interface V86Internals {
  readonly v86: {
    do_tick(): void;
    readonly cpu: {
      readonly devices: {
        readonly ide: { readonly primary?: AtaChannel; readonly secondary?: AtaChannel };
        readonly vga: VgaAdapter;
      };
    };
  };
  readonly screen_adapter: { get_text_screen(): string[] };
}

export interface AtaChannel {
  readonly master: AtaInterface;
  readonly slave: AtaInterface;
  dma_status: number;
}

export interface AtaInterface {
  readonly buffer: unknown;
  readonly channel: AtaChannel;
  current_command: number;
  status_reg: number;
  error_reg: number;
  push_irq(): void;
}

export function internalsOf(emulator: V86): V86Internals {
  return emulator as unknown as V86Internals;
}

/** v86 accepts any object of this shape as a disk and calls it for every access. */
export interface V86DiskBuffer {
  readonly byteLength: number;
  onload?: (event: object) => void;
  load(): void;
  get(offset: number, length: number, done: (bytes: Uint8Array) => void): void;
  set(offset: number, bytes: Uint8Array, done: () => void): void;
  get_from_cache(offset: number, length: number): Uint8Array;
  get_and_cache(offset: number, length: number, done: (bytes: Uint8Array) => void): void;
  get_buffer(done: () => void): void;
  get_state(): unknown[];
  set_state(): void;
}

const STATUS_READY = 0x40;
const STATUS_SEEK_DONE = 0x10;
const STATUS_ERROR = 0x01;
const ERROR_UNCORRECTABLE = 0x40;
const DMA_ACTIVE = 0x01;
const DMA_ERROR = 0x02;

/** Ends the drive's current command with "uncorrectable data error", as a real drive ends it. */
export function failCurrentCommand(emulator: V86, buffer: V86DiskBuffer): void {
  const { primary, secondary } = internalsOf(emulator).v86.cpu.devices.ide;
  for (const channel of [primary, secondary]) {
    for (const drive of channel ? [channel.master, channel.slave] : []) {
      if (drive.buffer !== buffer) continue;
      drive.status_reg = STATUS_READY | STATUS_SEEK_DONE | STATUS_ERROR;
      drive.error_reg = ERROR_UNCORRECTABLE;
      if ((drive.channel.dma_status & DMA_ACTIVE) !== 0) {
        drive.channel.dma_status = (drive.channel.dma_status & ~DMA_ACTIVE) | DMA_ERROR;
        drive.current_command = -1;
      }
      drive.push_irq();
    }
  }
}
