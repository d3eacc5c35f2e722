import { readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import type { NbdServer } from "@/lib/adapters/nbd/nbd-server";
import type { ConsoleScreen, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { pngOfPpm } from "./ppm";
import { QmpClient } from "./qmp-client";
import type { QemuChannels, QemuProcess } from "./qemu-process";
import { parseTextScreen, READ_TEXT_SCREEN } from "./text-screen";

const SERIAL_KEEP_CHARACTERS = 64 * 1024;
const CONSOLE_INTERVAL_MS = 100;
const SCREEN_INTERVAL_MS = 500;

/** One guest of QEMU. Everything that it shows is dropped from the moment at which it is powered off or failed. */
export class QemuMachine implements RunningMachine {
  readonly id: string;
  readonly #qemu: QemuProcess;
  readonly #servers: NbdServer[] = [];
  #serialSocket: Socket | null = null;
  #qmp: QmpClient | null = null;
  #dead = false;
  #failure: string | null = null;
  #diskProblem: string | null = null;
  #serial = "";
  #rows: readonly string[] = [];
  #revision = 0;
  #screenshots = 0;
  #notifyTimer: NodeJS.Timeout | null = null;
  #screenTimer: NodeJS.Timeout | null = null;
  readonly #consoleListeners = new Set<() => void>();
  readonly #serialListeners = new Set<(text: string) => void>();
  readonly #failureListeners: ((reason: string) => void)[] = [];

  constructor(id: string, qemu: QemuProcess) {
    this.id = id;
    this.#qemu = qemu;
  }

  readonly diskHooks = {
    onAccessFailed: (cause: unknown): void => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#diskProblem = reason;
      // An expected fault of the world is the guest's to handle. Anything else is our bug, which running on would hide.
      if (!(cause instanceof Fault)) this.#fail(`The machine's disk broke: ${reason}`);
    },
  };

  serves(server: NbdServer): void {
    this.#servers.push(server);
  }

  attach({ serial, qmp }: QemuChannels): void {
    this.#serialSocket = serial;
    serial.setEncoding("latin1");
    serial.on("data", (text: string) => this.#takeSerial(text));
    serial.on("error", () => serial.destroy()); // QEMU has ended, which its process says with the reason.
    this.#qmp = new QmpClient(qmp);
    this.#qmp.execute("qmp_capabilities").then(
      () => this.#lookAtScreen(),
      () => undefined, // Likewise.
    );
    void this.#qemu.ended.then((reason) => this.#fail(`The machine stopped by itself: ${reason}`));
  }

  screen(): ConsoleScreen {
    return { rows: this.#rows, serial: this.#serial, revision: this.#revision };
  }

  async screenshot(): Promise<Uint8Array | null> {
    if (this.#dead || !this.#qmp) return null;
    this.#screenshots += 1;
    const file = path.join(this.#qemu.folder, `screen-${this.#screenshots}`);
    try {
      const isPng = await this.#qmp.execute("screendump", { filename: file, format: "png" }).then(
        () => true,
        () => false, // An older QEMU, or one without libpng; a QEMU that has ended says so again below.
      );
      if (isPng) return readFileSync(file);
      await this.#qmp.execute("screendump", { filename: file });
      return pngOfPpm(readFileSync(file));
    } finally {
      rmSync(file, { force: true });
    }
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

  /** The disks go first: what QEMU still sends after that reaches nothing. */
  async powerOff(): Promise<void> {
    this.#die();
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#serialSocket?.destroy();
    this.#qmp?.close();
    await this.#qemu.end();
  }

  sendSerial(text: string): void {
    if (!this.#dead) this.#serialSocket?.write(text, "latin1");
  }

  #takeSerial(text: string): void {
    if (this.#dead) return;
    this.#serial += text;
    if (this.#serial.length > SERIAL_KEEP_CHARACTERS * 1.5) this.#serial = this.#serial.slice(-SERIAL_KEEP_CHARACTERS);
    for (const listener of this.#serialListeners) listener(text);
    this.#changed();
  }

  #lookAtScreen(): void {
    if (this.#dead || !this.#qmp) return;
    this.#qmp
      .execute("human-monitor-command", { "command-line": READ_TEXT_SCREEN })
      .then((printed) => this.#takeScreen(String(printed)))
      .catch(() => undefined) // QEMU has ended; its process says why.
      .finally(() => {
        if (this.#dead) return;
        this.#screenTimer = setTimeout(() => this.#lookAtScreen(), SCREEN_INTERVAL_MS);
        this.#screenTimer.unref();
      });
  }

  #takeScreen(printed: string): void {
    const rows = parseTextScreen(printed);
    if (this.#dead || rows.join("\n") === this.#rows.join("\n")) return;
    this.#rows = rows;
    this.#changed();
  }

  #changed(): void {
    this.#revision += 1;
    if (this.#notifyTimer !== null) return;
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = null;
      for (const listener of this.#consoleListeners) listener();
    }, CONSOLE_INTERVAL_MS);
    this.#notifyTimer.unref();
  }

  #die(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#revision += 1;
    for (const timer of [this.#notifyTimer, this.#screenTimer]) if (timer !== null) clearTimeout(timer);
    for (const listener of this.#consoleListeners) listener();
  }

  #fail(reason: string): void {
    if (this.#dead) return;
    this.#failure = reason;
    this.#die();
    for (const server of this.#servers) void server.close();
    for (const listener of this.#failureListeners.splice(0)) listener(reason);
  }
}
