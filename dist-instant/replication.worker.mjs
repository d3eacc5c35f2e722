import {
  toWirePack
} from "./chunk-3UFCT3DP.mjs";
import {
  readBlockRange
} from "./chunk-ODQSTQ4I.mjs";
import {
  BLOCK_BYTES,
  BlobTable,
  BlockHasher,
  Compressor,
  ID_BYTES,
  PACK_DEAD,
  PACK_STORED,
  PAGE_BYTES,
  PAGE_CHILDREN,
  PackWriter,
  assert,
  deriveVaultKeys,
  imageChangedWhileReading,
  isZeroId,
  nodeFileSystem,
  openFrozenView,
  systemRandom,
  toWireError,
  treeShape
} from "./chunk-TQ4H22DW.mjs";

// lib/adapters/engine-workers/replication.worker.ts
import os from "node:os";
import { parentPort } from "node:worker_threads";

// lib/engine/vault/block-encoder.ts
var READ_BLOCKS = 16;
var ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
var BlockEncoder = class {
  #setup;
  #table;
  #hasher;
  #compressor = new Compressor();
  #buffer = Buffer.alloc(READ_BLOCKS * BLOCK_BYTES);
  #runs = /* @__PURE__ */ new Map();
  constructor(setup) {
    this.#setup = setup;
    this.#table = new BlobTable(setup.table);
    this.#hasher = new BlockHasher(setup.keys);
  }
  async process(unit) {
    this.#table.adopt(unit.segments);
    const run = this.#run(unit.run);
    const source = this.#source(run, unit.source);
    const shape = treeShape(unit.virtualSizeBytes);
    if (source.virtualSizeBytes !== unit.virtualSizeBytes) throw imageChangedWhileReading(unit.source.imagePath);
    const earlier = unit.earlier === null ? ZERO_PAGE : Buffer.from(unit.earlier);
    const page = Buffer.from(unit.page);
    const reliedOn = /* @__PURE__ */ new Set();
    let changed = 0;
    let storedBytes = 0;
    for (const { first, count } of stretches(unit.blocks)) {
      const bytes = readBlockRange(source, shape, first, count, this.#buffer);
      for (let at = 0; at < count; at++) {
        const block = bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
        const id = this.#hasher.blockId(block);
        const idAt = (first + at) % PAGE_CHILDREN * ID_BYTES;
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
  finishRun(number) {
    const pack = this.#end(number);
    if (pack === null) return;
    if (pack.writer.count === 0) this.#drop(pack);
    else this.#setup.onPack(number, pack.number, pack.writer.finish());
  }
  discardRun(number) {
    const pack = this.#end(number);
    if (pack !== null) this.#drop(pack);
  }
  async #store(number, run, id, block, reliedOn) {
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
  async #openPack(number, run) {
    const buffer = await this.#setup.takeBuffer();
    const { keys, random } = this.#setup;
    const writer = new PackWriter("block", Buffer.from(buffer), keys, random, this.#compressor);
    run.pack = { number: this.#table.newPack(number), buffer, writer };
    return run.pack;
  }
  #drop(pack) {
    this.#table.setPackState(pack.number, PACK_DEAD);
    this.#setup.giveBuffer(pack.buffer);
  }
  #run(number) {
    let run = this.#runs.get(number);
    if (run === void 0) this.#runs.set(number, run = { pack: null, sources: /* @__PURE__ */ new Map() });
    return run;
  }
  #source(run, spec) {
    const name = JSON.stringify([spec.imagePath, spec.preservePath]);
    let source = run.sources.get(name);
    if (source === void 0) run.sources.set(name, source = this.#setup.openSource(spec));
    return source;
  }
  /** Closes the run's sources; returns the pack that it has begun. */
  #end(number) {
    const run = this.#runs.get(number);
    this.#runs.delete(number);
    for (const source of run?.sources.values() ?? []) source.close();
    return run?.pack ?? null;
  }
};
function* stretches(blocks) {
  let at = 0;
  while (at < blocks.length) {
    const first = blocks[at] ?? 0;
    let count = 1;
    while (count < READ_BLOCKS && blocks[at + count] === first + count) count += 1;
    yield { first, count };
    at += count;
  }
}

// lib/adapters/engine-workers/replication.worker.ts
var port = parentPort;
assert(port !== null, "replication.worker runs as a worker thread only");
var waiting = [];
var send = (message, moved = []) => port.postMessage(message, moved);
function makeEncoder(setup) {
  if (setup.niceness !== null) os.setPriority(setup.niceness);
  return new BlockEncoder({
    keys: deriveVaultKeys(setup.masterKey),
    random: systemRandom,
    table: setup.table,
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    takeBuffer: () => new Promise((resolve) => {
      waiting.push(resolve);
      send({ kind: "takeBuffer" });
    }),
    giveBuffer: (buffer) => send({ kind: "giveBuffer", buffer }, [buffer]),
    onPack: (run, number, pack) => {
      const wire = toWirePack(pack);
      send({ kind: "pack", run, number, pack: wire }, [wire.buffer]);
    }
  });
}
var encoder = null;
async function perform(message) {
  assert(encoder !== null, "a replicating thread is set up before it is given work");
  switch (message.kind) {
    case "process":
      return encoder.process(message.unit);
    case "finish":
      encoder.finishRun(message.run);
      return null;
    case "discard":
      encoder.discardRun(message.run);
      return null;
  }
}
var last = Promise.resolve();
port.on("message", (message) => {
  if (message.kind === "setup") {
    encoder = makeEncoder(message.setup);
    return;
  }
  if (message.kind === "buffer") {
    waiting.shift()?.(message.buffer);
    return;
  }
  const { call } = message;
  last = last.then(async () => {
    try {
      send({ kind: "result", call, result: await perform(message) });
    } catch (error) {
      send({ kind: "error", call, error: toWireError(error) });
    }
  });
});
