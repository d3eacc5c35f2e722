import type { Random } from "@/lib/kernel/random";
import { isZeroId } from "../blocks/blob-id";
import { BlockHasher } from "../blocks/block-hasher";
import { BLOCK_BYTES, ID_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { Compressor } from "../blocks/compressor";
import { readBlockRange } from "../blocks/disk-root";
import { treeShape } from "../blocks/tree-shape";
import type { VaultKeys } from "../keys/vault-keys";
import { imageChangedWhileReading } from "../tracking/log-faults";
import { BlobTable, PACK_DEAD, PACK_STORED, type SharedBlobTable } from "./blob-table";
import type { BlockUnit, BlockUnitResult, OpenBlockSource, SourceOpener, SourceSpec } from "./block-workers";
import type { FinishedPack } from "./pack-finish";
import { PackWriter } from "./pack-writer";

const READ_BLOCKS = 16;
const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

export interface EncoderSetup {
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly table: SharedBlobTable;
  readonly openSource: SourceOpener;
  readonly takeBuffer: () => Promise<ArrayBuffer>;
  readonly giveBuffer: (buffer: ArrayBuffer) => void;
  readonly onPack: (run: number, number: number, pack: FinishedPack) => void;
}

interface OpenPack {
  readonly number: number;
  readonly buffer: ArrayBuffer;
  readonly writer: PackWriter;
}

interface RunState {
  pack: OpenPack | null;
  readonly sources: Map<string, OpenBlockSource>;
}

/**
 * One worker's share of replication: read, hash, compare, claim, compress, seal, pack. Units come one after the other;
 * several runs may be open, each with a pack of its own.
 */
export class BlockEncoder {
  readonly #setup: EncoderSetup;
  readonly #table: BlobTable;
  readonly #hasher: BlockHasher;
  readonly #compressor = new Compressor();
  readonly #buffer = Buffer.alloc(READ_BLOCKS * BLOCK_BYTES);
  readonly #runs = new Map<number, RunState>();

  constructor(setup: EncoderSetup) {
    this.#setup = setup;
    this.#table = new BlobTable(setup.table);
    this.#hasher = new BlockHasher(setup.keys);
  }

  async process(unit: BlockUnit): Promise<BlockUnitResult> {
    this.#table.adopt(unit.segments);
    const run = this.#run(unit.run);
    const source = this.#source(run, unit.source);
    const shape = treeShape(unit.virtualSizeBytes);
    if (source.virtualSizeBytes !== unit.virtualSizeBytes) throw imageChangedWhileReading(unit.source.imagePath);
    const earlier = unit.earlier === null ? ZERO_PAGE : Buffer.from(unit.earlier);
    const page = Buffer.from(unit.page);
    const reliedOn = new Set<number>();
    let changed = 0;
    let storedBytes = 0;
    for (const { first, count } of stretches(unit.blocks)) {
      const bytes = readBlockRange(source, shape, first, count, this.#buffer);
      for (let at = 0; at < count; at++) {
        const block = bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
        const id = this.#hasher.blockId(block);
        const idAt = ((first + at) % PAGE_CHILDREN) * ID_BYTES;
        if (earlier.compare(id, 0, ID_BYTES, idAt, idAt + ID_BYTES) === 0) {
          id.copy(page, idAt);
          continue;
        }
        changed += 1;
        id.copy(page, idAt);
        if (!isZeroId(id)) storedBytes += await this.#store(unit.run, run, id, block, reliedOn);
      }
    }
    const bytesRead = unit.blocks.length * BLOCK_BYTES;
    return { bytesRead, changedBytes: changed * BLOCK_BYTES, storedBytes, reliedOn: [...reliedOn] };
  }

  finishRun(number: number): void {
    const pack = this.#end(number);
    if (pack === null) return;
    if (pack.writer.count === 0) this.#drop(pack);
    else this.#setup.onPack(number, pack.number, pack.writer.finish());
  }

  discardRun(number: number): void {
    const pack = this.#end(number);
    if (pack !== null) this.#drop(pack);
  }

  async #store(number: number, run: RunState, id: Buffer, block: Buffer, reliedOn: Set<number>): Promise<number> {
    let pack = run.pack;
    if (pack !== null && !pack.writer.hasRoom()) {
      run.pack = null;
      this.#setup.onPack(number, pack.number, pack.writer.finish());
      pack = null;
    }
    pack ??= await this.#openPack(number, run);
    const holder = this.#table.claim(id, pack.number, number);
    if (holder === 0) return pack.writer.add(id, block);
    if (this.#table.packState(holder) === PACK_STORED) reliedOn.add(holder);
    return 0;
  }

  async #openPack(number: number, run: RunState): Promise<OpenPack> {
    const buffer = await this.#setup.takeBuffer();
    const { keys, random } = this.#setup;
    const writer = new PackWriter("block", Buffer.from(buffer), keys, random, this.#compressor);
    run.pack = { number: this.#table.newPack(number), buffer, writer };
    return run.pack;
  }

  #drop(pack: OpenPack): void {
    this.#table.setPackState(pack.number, PACK_DEAD);
    this.#setup.giveBuffer(pack.buffer);
  }

  #run(number: number): RunState {
    let run = this.#runs.get(number);
    if (run === undefined) this.#runs.set(number, (run = { pack: null, sources: new Map<string, OpenBlockSource>() }));
    return run;
  }

  #source(run: RunState, spec: SourceSpec): OpenBlockSource {
    const name = JSON.stringify([spec.imagePath, spec.preservePath]);
    let source = run.sources.get(name);
    if (source === undefined) run.sources.set(name, (source = this.#setup.openSource(spec)));
    return source;
  }

  /** Closes the run's sources; returns the pack that it has begun. */
  #end(number: number): OpenPack | null {
    const run = this.#runs.get(number);
    this.#runs.delete(number);
    for (const source of run?.sources.values() ?? []) source.close();
    return run?.pack ?? null;
  }
}

/** Neighbouring blocks, up to READ_BLOCKS, that are read with one call. */
function* stretches(blocks: Uint32Array): Generator<{ first: number; count: number }> {
  let at = 0;
  while (at < blocks.length) {
    const first = blocks[at] ?? 0;
    let count = 1;
    while (count < READ_BLOCKS && blocks[at + count] === first + count) count += 1;
    yield { first, count };
    at += count;
  }
}
