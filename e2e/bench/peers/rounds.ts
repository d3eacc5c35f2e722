import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { megabytes } from "../report";
import type { PeerImages } from "./images";
import { Borg, Restic, Rsync, Secondsite, Zstd, type Tool, type ToolName } from "./tools";
import type { Ran } from "./shell";

/** Rows of the table: what is done, by whom. */
export type Work = "initial" | "logged" | "scanned" | "rescan" | "restore" | "sparse";

export interface Measurement {
  readonly round: number;
  readonly work: Work;
  readonly tool: ToolName;
  readonly ran: Ran;
}

export interface Stored {
  readonly tool: ToolName;
  readonly initialBytes: number;
  readonly deltaBytes: number;
  /** Of ours, and only in the last round. */
  readonly compacted?: Compacted;
}

export interface Rounds {
  readonly measurements: readonly Measurement[];
  /** Of the last round; sizes do not vary. */
  readonly stored: readonly Stored[];
}

/** What is stored once compaction has been over it. */
export interface Compacted {
  readonly initialBytes: number;
  /** Compacted when the initial replication had been, hours before. */
  readonly deltaBytes: number;
  /** Compacted in one go with the initial replication. */
  readonly deltaTogetherBytes: number;
}

interface Options {
  readonly folder: string;
  /** dist/cli.mjs */
  readonly program: string;
  readonly images: PeerImages;
  readonly rounds: number;
  /** Programs that this machine has not got. */
  readonly missing: readonly string[];
}

/**
 * Each round does all work with every program in turn, beginning with another one each time: what else the machine does then
 * hurts all alike. Every round begins with empty stores.
 */
export async function measureRounds(options: Options): Promise<Rounds> {
  const measurements: Measurement[] = [];
  let stored: readonly Stored[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const folder = path.join(options.folder, `round-${String(round)}`);
    fs.mkdirSync(folder);
    const one = new Round(options, folder, round);
    stored = await one.run();
    measurements.push(...one.measurements);
    fs.rmSync(folder, { recursive: true });
  }
  return { measurements, stored };
}

class Round {
  readonly measurements: Measurement[] = [];
  readonly #options: Options;
  readonly #folder: string;
  readonly #round: number;
  readonly #disk: string;

  constructor(options: Options, folder: string, round: number) {
    this.#options = options;
    this.#folder = folder;
    this.#round = round;
    this.#disk = path.join(folder, "disk.raw");
  }

  async run(): Promise<readonly Stored[]> {
    const { images } = this.#options;
    const ours = new Secondsite(this.#options.program, this.#folder);
    const tools = this.#inTurn([ours, ...this.#peers()]);
    this.#show(images.before);
    for (const tool of tools) await this.#measure("initial", tool.name, () => tool.store(this.#disk));
    const initial = new Map(tools.map((tool) => [tool.name, tool.storedBytes()]));
    const compacting = this.#isLast() ? ours.copy(this.#folder, "vault-compacted") : null;
    const compactedInitial = compacting?.compactedBytes();
    this.#show(images.after);
    const scanned = ours.copy(this.#folder, "vault-scanned");
    const keeping = tools.filter((tool) => tool.rescan !== undefined);
    await this.#measure("logged", ours.name, () => ours.storeLogged(this.#disk, images.writeLog));
    const compacted = compacting === null ? null : await this.#compactedDelta(ours, compacting, compactedInitial ?? 0);
    for (const tool of keeping) {
      const target = tool === ours ? scanned : tool;
      await this.#measure("scanned", tool.name, () => target.store(this.#disk));
    }
    const stored = keeping.map((tool) => ({
      tool: tool.name,
      initialBytes: initial.get(tool.name) ?? 0,
      deltaBytes: tool.storedBytes() - (initial.get(tool.name) ?? 0),
      ...(tool === ours && compacted !== null ? { compacted } : {}),
    }));
    for (const tool of keeping) await this.#measure("rescan", tool.name, () => this.#must(tool.rescan?.(this.#disk)));
    for (const tool of tools) if (tool.restore !== undefined) await this.#restore(tool);
    await this.#sparse();
    return stored;
  }

  /** `ours` has the delta; `compacting` was compacted before it. */
  async #compactedDelta(ours: Secondsite, compacting: Secondsite, initialBytes: number): Promise<Compacted> {
    const togetherBytes = ours.copy(this.#folder, "vault-together").compactedBytes();
    await compacting.storeLogged(this.#disk, this.#options.images.writeLog);
    const deltaBytes = compacting.compactedBytes() - initialBytes;
    return { initialBytes, deltaBytes, deltaTogetherBytes: togetherBytes - initialBytes };
  }

  #peers(): Tool[] {
    const makers: [string, () => Tool][] = [
      ["restic", () => new Restic(this.#folder)],
      ["borg", () => new Borg(this.#folder)],
      ["rsync", () => new Rsync(this.#folder)],
      ["zstd", () => new Zstd(this.#folder)],
    ];
    return makers.filter(([name]) => !this.#options.missing.includes(name)).map(([, make]) => make());
  }

  #isLast(): boolean {
    return this.#round === this.#options.rounds - 1;
  }

  #inTurn(tools: Tool[]): Tool[] {
    const first = this.#round % tools.length;
    return [...tools.slice(first), ...tools.slice(0, first)];
  }

  /** The image under the name that every program knows it by, and in the page cache. */
  #show(image: string): void {
    fs.rmSync(this.#disk, { force: true });
    fs.linkSync(image, this.#disk);
    const handle = fs.openSync(image, "r");
    const buffer = Buffer.alloc(4 * 1024 * 1024);
    while (fs.readSync(handle, buffer, 0, buffer.length, null) > 0);
    fs.closeSync(handle);
  }

  async #restore(tool: Tool): Promise<void> {
    const target = path.join(this.#folder, `restored-${tool.name}`);
    fs.mkdirSync(target);
    await this.#measure("restore", tool.name, () => this.#must(tool.restore?.(target)));
    if (tool.name === "secondsite") assertSame(path.join(target, "disk.vhd"), this.#disk);
    fs.rmSync(target, { recursive: true });
  }

  async #sparse(): Promise<void> {
    const folder = path.join(this.#folder, "sparse");
    fs.mkdirSync(folder);
    const image = path.join(folder, "disk.raw");
    fs.linkSync(this.#options.images.sparse, image);
    const restic = this.#options.missing.includes("restic") ? [] : [new Restic(folder)];
    const tools = this.#inTurn([new Secondsite(this.#options.program, folder), ...restic]);
    for (const tool of tools) await this.#measure("sparse", tool.name, () => tool.store(image));
  }

  async #measure(work: Work, tool: ToolName, run: () => Promise<Ran>): Promise<void> {
    // What others have left in the page cache would be written while this one is timed, and its syncs would wait for it.
    execFileSync("sync");
    const ran = await run();
    this.measurements.push({ round: this.#round, work, tool, ran });
    const figures = `${ran.seconds.toFixed(2)} s, processor ${ran.cpuSeconds.toFixed(2)} s, ${megabytes(ran.peakBytes)}`;
    process.stdout.write(`   round ${String(this.#round + 1)}: ${work}, ${tool}: ${figures}\n`);
  }

  #must(run: Promise<Ran> | undefined): Promise<Ran> {
    if (run === undefined) throw new Error("a program was asked for what it cannot do");
    return run;
  }
}

/** A fixed VHD begins with the disk itself. */
function assertSame(vhd: string, disk: string): void {
  const handles = [fs.openSync(vhd, "r"), fs.openSync(disk, "r")] as const;
  const buffers = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)] as const;
  const sizeBytes = fs.fstatSync(handles[1]).size;
  for (let at = 0; at < sizeBytes; at += 1 << 20) {
    for (const side of [0, 1] as const) fs.readSync(handles[side], buffers[side], 0, 1 << 20, at);
    if (!buffers[0].equals(buffers[1]))
      throw new Error(`the restored disk differs from the image near byte ${String(at)}`);
  }
  for (const handle of handles) fs.closeSync(handle);
}
