import fs from "node:fs";
import path from "node:path";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { WriteLogWriter } from "@/lib/engine/tracking/write-log";
import { changesOf, makeImage } from "../images";
import type { Ran } from "./shell";
import { Secondsite } from "./tools";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const BLOCK = 64 * 1024;
const DATA_BYTES = 256 * MIB;
const CHANGED_BLOCKS = (16 * MIB) / BLOCK;

export const LARGE_BYTES = 4096 * GIB;
export const SMALL_BYTES = 10 * GIB;

export interface DiskRuns {
  readonly virtualBytes: number;
  readonly initial: Ran;
  readonly deltas: Ran[];
}

/** The same data and the same changes on a disk of 10 GiB and on one of 4 TiB, in turn. */
export async function measureLargeDisk(
  folder: string,
  program: string,
  runs: number,
): Promise<{ small: DiskRuns; large: DiskRuns }> {
  const small = await SizedDisk.make(folder, program, SMALL_BYTES);
  const large = await SizedDisk.make(folder, program, LARGE_BYTES);
  for (let run = 0; run < runs; run += 1) for (const disk of [small, large]) await disk.delta(run);
  return { small: small.result, large: large.result };
}

class SizedDisk {
  readonly result: DiskRuns;
  readonly #image: string;
  readonly #vault: Secondsite;

  private constructor(image: string, vault: Secondsite, result: DiskRuns) {
    this.#image = image;
    this.#vault = vault;
    this.result = result;
  }

  static async make(folder: string, program: string, virtualBytes: number): Promise<SizedDisk> {
    const own = path.join(folder, `disk-${String(virtualBytes / GIB)}`);
    fs.mkdirSync(own);
    const image = path.join(own, "disk.raw");
    await makeImage(image, DATA_BYTES, 5);
    fs.truncateSync(image, virtualBytes);
    const vault = new Secondsite(program, own);
    return new SizedDisk(image, vault, { virtualBytes, initial: await vault.store(image), deltas: [] });
  }

  /** 16 MiB in blocks of their own, spread over the data and over the disk's far end. */
  async delta(run: number): Promise<void> {
    const log = new WriteLogWriter(nodeFileSystem, `${this.#image}.log`, run + 1, this.result.virtualBytes);
    const handle = fs.openSync(this.#image, "r+");
    const noise = [...changesOf(DATA_BYTES, 0.05, run + 10)];
    for (let at = 0; at < CHANGED_BLOCKS; at += 1) {
      const near = (at * 2 * DATA_BYTES) / CHANGED_BLOCKS;
      const offset = at % 8 === 0 ? this.result.virtualBytes - (at + 1) * MIB : near - (near % BLOCK);
      const bytes = Buffer.alloc(BLOCK, noise[at % noise.length]?.bytes ?? Buffer.from("x"));
      bytes.writeUInt32LE(run * CHANGED_BLOCKS + at, 0);
      fs.writeSync(handle, bytes, 0, BLOCK, offset);
      log.append(offset, BLOCK);
    }
    fs.closeSync(handle);
    log.close();
    this.result.deltas.push(await this.#vault.storeLogged(this.#image, `${this.#image}.log`));
  }
}
