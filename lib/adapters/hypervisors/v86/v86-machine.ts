import type { V86 } from "v86";
import type { ConsoleScreen, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { failCurrentCommand, internalsOf, type V86DiskBuffer } from "./internals";
import { pictureOf } from "./vga-picture";

const SERIAL_KEEP_CHARACTERS = 64 * 1024;
const CONSOLE_INTERVAL_MS = 100;
const NEWLINE = 10;

/** One guest on v86. Everything that it shows is dropped from the moment at which it is powered off or failed. */
export class V86Machine implements RunningMachine {
  readonly id: string;
  #emulator: V86 | null = null;
  #dead = false;
  #failure: string | null = null;
  #diskProblem: string | null = null;
  #serial = "";
  #serialPiece = "";
  #lastRows: readonly string[] = [];
  #revision = 0;
  #notifyTimer: NodeJS.Timeout | null = null;
  readonly #consoleListeners = new Set<() => void>();
  readonly #serialListeners = new Set<(text: string) => void>();
  readonly #failureListeners: ((reason: string) => void)[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Hooks of the drives; usable before the emulator exists. */
  readonly diskHooks = {
    isDead: (): boolean => this.#dead,
    onAccessFailed: (buffer: V86DiskBuffer, cause: unknown): void => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#diskProblem = reason;
      // An expected fault of the world is the guest's to handle, as on real hardware. Anything else is our bug, and a
      // machine that runs on over a bug would only hide it.
      if (cause instanceof Fault && this.#emulator) failCurrentCommand(this.#emulator, buffer);
      else this.#fail(`The machine's disk broke: ${reason}`);
    },
  };

  attach(emulator: V86): void {
    this.#emulator = emulator;
    emulator.add_listener("serial0-output-byte", (byte) => this.#takeSerial(byte));
    emulator.add_listener("screen-put-char", () => this.#changed());
    const core = internalsOf(emulator).v86;
    const tick = core.do_tick.bind(core);
    core.do_tick = () => {
      try {
        tick();
      } catch (error) {
        this.#fail(`The emulator stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
  }

  screen(): ConsoleScreen {
    if (!this.#dead && this.#emulator) this.#lastRows = internalsOf(this.#emulator).screen_adapter.get_text_screen();
    return { rows: this.#lastRows, serial: this.#serial, revision: this.#revision };
  }

  async screenshot(): Promise<Uint8Array | null> {
    return this.#dead || !this.#emulator ? null : pictureOf(internalsOf(this.#emulator).v86.cpu.devices.vga);
  }

  onConsole(listener: () => void): () => void {
    this.#consoleListeners.add(listener);
    return () => this.#consoleListeners.delete(listener);
  }

  onSerial(listener: (text: string) => void): () => void {
    this.#serialListeners.add(listener);
    return () => this.#serialListeners.delete(listener);
  }

  failure(): string | null {
    return this.#failure;
  }

  onFailure(listener: (reason: string) => void): void {
    if (this.#failure === null) this.#failureListeners.push(listener);
    else listener(this.#failure);
  }

  diskProblem(): string | null {
    return this.#diskProblem;
  }

  /** Guest writes are synchronous, so none is in flight between two turns of the event loop: dead is dead at once. */
  async powerOff(): Promise<void> {
    this.#die();
    const emulator = this.#emulator;
    this.#emulator = null;
    if (!emulator) return;
    await emulator.stop();
    await emulator.destroy();
  }

  sendSerial(text: string): void {
    if (!this.#dead) this.#emulator?.serial0_send(text);
  }

  #takeSerial(byte: number): void {
    if (this.#dead) return;
    this.#serialPiece += String.fromCharCode(byte);
    if (byte === NEWLINE || this.#serialPiece.length >= 512) this.#flushSerial();
    this.#changed();
  }

  #flushSerial(): void {
    if (this.#serialPiece === "") return;
    const piece = this.#serialPiece;
    this.#serialPiece = "";
    this.#serial += piece;
    if (this.#serial.length > SERIAL_KEEP_CHARACTERS * 1.5) this.#serial = this.#serial.slice(-SERIAL_KEEP_CHARACTERS);
    for (const listener of this.#serialListeners) listener(piece);
  }

  #changed(): void {
    if (this.#dead) return;
    this.#revision += 1;
    if (this.#notifyTimer !== null) return;
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = null;
      this.#flushSerial();
      this.#tellConsole();
    }, CONSOLE_INTERVAL_MS);
    this.#notifyTimer.unref();
  }

  #tellConsole(): void {
    for (const listener of this.#consoleListeners) listener();
  }

  #die(): void {
    if (this.#dead) return;
    this.screen();
    this.#flushSerial();
    this.#dead = true;
    this.#revision += 1;
    if (this.#notifyTimer !== null) clearTimeout(this.#notifyTimer);
    this.#notifyTimer = null;
    this.#tellConsole();
  }

  #fail(reason: string): void {
    if (this.#dead) return;
    this.#failure = reason;
    this.#die();
    for (const listener of this.#failureListeners.splice(0)) listener(reason);
  }
}
