import type { V86 } from "v86";
import type { ConsoleScreen, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { MachineConsole } from "../machine-console";
import { failCurrentCommand, internalsOf, type V86DiskBuffer } from "./internals";
import { pictureOf } from "./vga-picture";

const NEWLINE = 10;

/** One guest on v86. Everything that it shows is dropped from the moment at which it is powered off or failed. */
export class V86Machine implements RunningMachine {
  readonly id: string;
  #emulator: V86 | null = null;
  #diskProblem: string | null = null;
  #serialPiece = "";
  #lastRows: readonly string[] = [];
  readonly #console = new MachineConsole(() => this.#flushSerial());

  constructor(id: string) {
    this.id = id;
  }

  /** Hooks of the drives; usable before the emulator exists. */
  readonly diskHooks = {
    isDead: (): boolean => this.#console.isEnded,
    onAccessFailed: (buffer: V86DiskBuffer, cause: unknown): void => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#diskProblem = reason;
      // An expected fault of the world is the guest's to handle, as on real hardware. Anything else is our bug, and a
      // machine that runs on over a bug would only hide it.
      if (cause instanceof Fault && this.#emulator) failCurrentCommand(this.#emulator, buffer);
      else this.#end(`The machine's disk broke: ${reason}`);
    },
  };

  attach(emulator: V86): void {
    this.#emulator = emulator;
    emulator.add_listener("serial0-output-byte", (byte) => this.#takeSerial(byte));
    emulator.add_listener("screen-put-char", () => this.#console.changed());
    const core = internalsOf(emulator).v86;
    const tick = core.do_tick.bind(core);
    core.do_tick = () => {
      try {
        tick();
      } catch (error) {
        this.#end(`The emulator stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
  }

  screen(): ConsoleScreen {
    if (!this.#console.isEnded && this.#emulator) {
      this.#lastRows = internalsOf(this.#emulator).screen_adapter.get_text_screen();
    }
    const { serial, revision } = this.#console;
    return { rows: this.#lastRows, serial, revision };
  }

  async screenshot(): Promise<Uint8Array | null> {
    return this.#console.isEnded || !this.#emulator ? null : pictureOf(internalsOf(this.#emulator).v86.cpu.devices.vga);
  }

  onConsole(listener: () => void): () => void {
    return this.#console.onConsole(listener);
  }

  onSerial(listener: (text: string) => void): () => void {
    return this.#console.onSerial(listener);
  }

  failure(): string | null {
    return this.#console.failure;
  }

  onFailure(listener: (reason: string) => void): void {
    this.#console.onFailure(listener);
  }

  diskProblem(): string | null {
    return this.#diskProblem;
  }

  /** Guest writes are synchronous, so none is in flight between two turns of the event loop: dead is dead at once. */
  async powerOff(): Promise<void> {
    this.#end(null);
    const emulator = this.#emulator;
    this.#emulator = null;
    if (!emulator) return;
    await emulator.stop();
    await emulator.destroy();
  }

  sendSerial(text: string): void {
    if (!this.#console.isEnded) this.#emulator?.serial0_send(text);
  }

  #takeSerial(byte: number): void {
    if (this.#console.isEnded) return;
    this.#serialPiece += String.fromCharCode(byte);
    if (byte === NEWLINE || this.#serialPiece.length >= 512) this.#flushSerial();
    this.#console.changed();
  }

  #flushSerial(): void {
    if (this.#serialPiece === "") return;
    const piece = this.#serialPiece;
    this.#serialPiece = "";
    this.#console.say(piece);
  }

  /** What was on the screen and said until now stays. */
  #end(failure: string | null): void {
    if (this.#console.isEnded) return;
    this.screen();
    this.#flushSerial();
    this.#console.end(failure);
  }
}
