import { readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import type { NbdServer } from "@/lib/adapters/nbd/nbd-server";
import type { ConsoleScreen, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { MachineConsole } from "../machine-console";
import { pngOfPpm } from "./ppm";
import { QmpClient } from "./qmp-client";
import type { QemuChannels, QemuProcess } from "./qemu-process";
import { parseTextScreen, READ_TEXT_SCREEN } from "./text-screen";

const SCREEN_INTERVAL_MS = 500;

/** One guest of QEMU. Everything that it shows is dropped from the moment at which it is powered off or failed. */
export class QemuMachine implements RunningMachine {
  readonly id: string;
  readonly #qemu: QemuProcess;
  readonly #servers: NbdServer[] = [];
  #serialSocket: Socket | null = null;
  #qmp: QmpClient | null = null;
  #diskProblem: string | null = null;
  #rows: readonly string[] = [];
  #screenshots = 0;
  #screenTimer: NodeJS.Timeout | null = null;
  readonly #console = new MachineConsole();

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
    const { serial, revision } = this.#console;
    return { rows: this.#rows, serial, revision };
  }

  async screenshot(): Promise<Uint8Array | null> {
    if (this.#console.isEnded || !this.#qmp) return null;
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

  /** The disks go first: what QEMU still sends after that reaches nothing. */
  async powerOff(): Promise<void> {
    this.#end(null);
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#serialSocket?.destroy();
    this.#qmp?.close();
    await this.#qemu.end();
  }

  sendSerial(text: string): void {
    if (!this.#console.isEnded) this.#serialSocket?.write(text, "latin1");
  }

  #takeSerial(text: string): void {
    if (this.#console.isEnded) return;
    this.#console.say(text);
    this.#console.changed();
  }

  #lookAtScreen(): void {
    if (this.#console.isEnded || !this.#qmp) return;
    this.#qmp
      .execute("human-monitor-command", { "command-line": READ_TEXT_SCREEN })
      .then((printed) => this.#takeScreen(String(printed)))
      .catch(() => undefined) // QEMU has ended; its process says why.
      .finally(() => {
        if (this.#console.isEnded) return;
        this.#screenTimer = setTimeout(() => this.#lookAtScreen(), SCREEN_INTERVAL_MS);
        this.#screenTimer.unref();
      });
  }

  #takeScreen(printed: string): void {
    const rows = parseTextScreen(printed);
    if (this.#console.isEnded || rows.join("\n") === this.#rows.join("\n")) return;
    this.#rows = rows;
    this.#console.changed();
  }

  #end(failure: string | null): void {
    if (this.#console.isEnded) return;
    if (this.#screenTimer !== null) clearTimeout(this.#screenTimer);
    this.#console.end(failure);
  }

  #fail(reason: string): void {
    if (this.#console.isEnded) return;
    // Before anybody hears of it: who starts the machine again opens the disks.
    for (const server of this.#servers) void server.close();
    this.#end(reason);
  }
}
