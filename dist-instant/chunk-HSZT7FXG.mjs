import {
  BLOCK_BYTES,
  BugError,
  Fault,
  ID_BYTES,
  PAGE_BYTES,
  PAGE_CHILDREN,
  PreserveLogReader,
  TRACKING_BLOCK_BYTES,
  assert,
  imageChangedWhileReading,
  openDisk,
  sameIdentity
} from "./chunk-WPXDUESJ.mjs";

// lib/adapters/engine-workers/error-wire.ts
function toWireError(error) {
  if (error instanceof Fault) return { kind: "fault", explanation: error.explanation, retryable: error.retryable };
  if (error instanceof Error && error.name === "AbortError") return { kind: "aborted" };
  if (error instanceof Error) return { kind: "bug", message: error.message, stack: error.stack ?? "" };
  return { kind: "bug", message: String(error), stack: "" };
}
function fromWireError(error) {
  switch (error.kind) {
    case "fault":
      return new Fault(error.explanation, { retryable: error.retryable });
    case "aborted":
      return new DOMException("The operation was aborted.", "AbortError");
    case "bug": {
      const bug = new BugError(error.message);
      if (error.stack !== "") bug.stack = error.stack;
      return bug;
    }
  }
}

// lib/adapters/system/system-random.ts
import { randomBytes, randomUUID } from "node:crypto";
var systemRandom = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID()
};

// lib/engine/keys/vault-keys.ts
import { hkdfSync } from "node:crypto";
var KEY_BYTES = 32;
function deriveVaultKeys(master) {
  assert(master.length === KEY_BYTES, "a master key has 32 bytes");
  const sub = (name) => hkdf(master, Buffer.alloc(0), `secondsite/v1/${name}`);
  return {
    master: Buffer.from(master),
    block: sub("block"),
    page: sub("page"),
    root: sub("root"),
    pack: sub("pack"),
    box: sub("box")
  };
}
function deriveObjectKey(parent, salt) {
  return hkdf(parent, salt, "secondsite/v1/object");
}
function hkdf(key, salt, info) {
  return Buffer.from(hkdfSync("sha256", key, salt, info, KEY_BYTES));
}

// lib/engine/tracking/frozen-view.ts
import { Buffer as Buffer2 } from "node:buffer";
function openFrozenView(fileSystem, source) {
  const identity = source.identity ?? fileSystem.statIdentity(source.imagePath);
  const disk = openDisk(fileSystem, source.imagePath, "read");
  try {
    if (source.preservePath === null) return new RestingView(fileSystem, disk, source.imagePath, identity);
    return new PreservedView(disk, new PreserveLogReader(fileSystem, source.preservePath), identity);
  } catch (error) {
    disk.close();
    throw error;
  }
}
function assertAligned(offsetBytes) {
  assert(offsetBytes % TRACKING_BLOCK_BYTES === 0, `a frozen view is read from a 64 KiB boundary, not ${offsetBytes}`);
}
var PreservedView = class {
  virtualSizeBytes;
  identity;
  #disk;
  #preserved;
  #block = Buffer2.alloc(TRACKING_BLOCK_BYTES);
  constructor(disk, preserved, identity) {
    this.virtualSizeBytes = disk.virtualSizeBytes;
    this.identity = identity;
    this.#disk = disk;
    this.#preserved = preserved;
  }
  read(offsetBytes, into) {
    assertAligned(offsetBytes);
    this.#disk.read(offsetBytes, into);
    this.#preserved.refresh();
    for (let at = 0; at < into.length; at += TRACKING_BLOCK_BYTES) {
      const piece = into.subarray(at, at + TRACKING_BLOCK_BYTES);
      const found = this.#preserved.lookup((offsetBytes + at) / TRACKING_BLOCK_BYTES, this.#block);
      if (found === "zero") piece.fill(0);
      else if (found === "data") piece.set(this.#block.subarray(0, piece.length));
    }
  }
  /** The disk's, and what was preserved: zeros written since the cut may have become a hole in the file. */
  allocatedExtents() {
    const extents = this.#disk.allocatedExtents();
    this.#preserved.refresh();
    for (const index of this.#preserved.blockIndexes()) {
      const offsetBytes = index * TRACKING_BLOCK_BYTES;
      const lengthBytes = Math.min(TRACKING_BLOCK_BYTES, this.virtualSizeBytes - offsetBytes);
      extents.push({ offsetBytes, lengthBytes });
    }
    return wholeBlocks(extents, this.virtualSizeBytes);
  }
  close() {
    this.#preserved.close();
    this.#disk.close();
  }
};
var RestingView = class {
  virtualSizeBytes;
  identity;
  #fileSystem;
  #disk;
  #path;
  constructor(fileSystem, disk, path, identity) {
    this.virtualSizeBytes = disk.virtualSizeBytes;
    this.identity = identity;
    this.#fileSystem = fileSystem;
    this.#disk = disk;
    this.#path = path;
    this.#assertUnchanged();
  }
  #assertUnchanged() {
    if (!sameIdentity(this.identity, this.#fileSystem.statIdentity(this.#path))) {
      throw imageChangedWhileReading(this.#path);
    }
  }
  read(offsetBytes, into) {
    assertAligned(offsetBytes);
    this.#disk.read(offsetBytes, into);
    this.#assertUnchanged();
  }
  allocatedExtents() {
    const extents = this.#disk.allocatedExtents();
    this.#assertUnchanged();
    return wholeBlocks(extents, this.virtualSizeBytes);
  }
  close() {
    this.#disk.close();
  }
};
function wholeBlocks(extents, virtualSizeBytes) {
  const result = [];
  for (const extent of [...extents].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    const offsetBytes = extent.offsetBytes - extent.offsetBytes % TRACKING_BLOCK_BYTES;
    const blocks = Math.ceil((extent.offsetBytes + extent.lengthBytes - offsetBytes) / TRACKING_BLOCK_BYTES);
    const end = Math.min(offsetBytes + blocks * TRACKING_BLOCK_BYTES, virtualSizeBytes);
    const last = result.at(-1);
    if (last === void 0 || offsetBytes > last.offsetBytes + last.lengthBytes) {
      result.push({ offsetBytes, lengthBytes: end - offsetBytes });
    } else last.lengthBytes = Math.max(last.lengthBytes, end - last.offsetBytes);
  }
  return result;
}

// lib/engine/blocks/blob-id.ts
var ZERO = Buffer.alloc(ID_BYTES);
function zeroId() {
  return Buffer.alloc(ID_BYTES);
}
function isZeroId(id) {
  return ZERO.equals(id);
}
function idFromHex(hex) {
  return /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, "hex") : null;
}

// lib/engine/blocks/block-hasher.ts
import { Blake3Hasher } from "@napi-rs/blake-hash";
var ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);
var ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
var BlockHasher = class {
  #block;
  #page;
  #root;
  #level = Buffer.alloc(1);
  constructor(keys) {
    this.#block = Blake3Hasher.newKeyed(keys.block);
    this.#page = Blake3Hasher.newKeyed(keys.page);
    this.#root = Blake3Hasher.newKeyed(keys.root);
  }
  /** `block` is exactly one block, the disk's last one padded with zeros. */
  blockId(block) {
    assert(block.length === BLOCK_BYTES, "a block has 65,536 bytes");
    if (isZeroBlock(block)) return zeroId();
    this.#block.reset();
    return this.#block.update(asBuffer(block)).digestBuffer();
  }
  pageId(level, page) {
    assert(page.length === PAGE_BYTES, "a page has 32,768 bytes");
    if (ZERO_PAGE.equals(page)) return zeroId();
    this.#level[0] = level;
    this.#page.reset();
    return this.#page.update(this.#level).update(asBuffer(page)).digestBuffer();
  }
  /** The identity of a disk: equal for two disks of one vault exactly when size and content are equal. */
  root(virtualSizeBytes, top) {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(virtualSizeBytes));
    this.#root.reset();
    return this.#root.update(size).update(top).digestBuffer();
  }
};
function isZeroBlock(block) {
  if ((block[0] ?? 0) !== 0 || (block[BLOCK_BYTES - 1] ?? 0) !== 0) return false;
  return ZERO_BLOCK.equals(block);
}
function asBuffer(bytes) {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

// lib/engine/blocks/tree-shape.ts
function treeShape(virtualSizeBytes) {
  assert(Number.isSafeInteger(virtualSizeBytes) && virtualSizeBytes > 0, `not a disk size: ${virtualSizeBytes}`);
  const blockCount = Math.ceil(virtualSizeBytes / BLOCK_BYTES);
  let height = 1;
  for (let reach = PAGE_CHILDREN; reach < blockCount; reach *= PAGE_CHILDREN) height += 1;
  return { virtualSizeBytes, blockCount, height };
}
function pageCount(shape, level) {
  return Math.ceil(shape.blockCount / PAGE_CHILDREN ** level);
}
function blockLengthBytes(shape, index) {
  return Math.min(BLOCK_BYTES, shape.virtualSizeBytes - index * BLOCK_BYTES);
}

// lib/engine/blocks/block-runs.ts
function blockRuns(extents, shape) {
  const runs = [];
  for (const { offsetBytes, lengthBytes } of extents) {
    if (lengthBytes === 0) continue;
    const first = Math.floor(offsetBytes / BLOCK_BYTES);
    const end = Math.min(Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES), shape.blockCount);
    const last = runs.at(-1);
    if (last !== void 0 && first <= last.end) last.end = Math.max(last.end, end);
    else if (first < end) runs.push({ first, end });
  }
  return runs;
}
function runsBlockCount(runs) {
  return runs.reduce((sum, run) => sum + run.end - run.first, 0);
}

// lib/engine/blocks/tree-levels.ts
var TreeLevels = class {
  #shape;
  #hasher;
  #earlier;
  /** Touched pages of levels 2 and up, by level and index. */
  #pages = /* @__PURE__ */ new Map();
  #top = null;
  constructor(shape, hasher, earlier) {
    this.#shape = shape;
    this.#hasher = hasher;
    this.#earlier = earlier;
  }
  async setPage(level, index, id) {
    assert(index >= 0 && index < pageCount(this.#shape, level), `page ${index} is not in level ${level}`);
    if (level === this.#shape.height) {
      this.#top = id;
      return;
    }
    const parent = await this.#parentOf(level, index);
    id.copy(parent, index % PAGE_CHILDREN * ID_BYTES);
  }
  /** Makes the touched pages level by level, handing each to `store`; returns the top id, null if nothing was set. */
  async finish(store) {
    for (let level = 2; level <= this.#shape.height; level++) {
      for (const [index, bytes] of this.#pages.get(level) ?? []) {
        const id = this.#hasher.pageId(level, bytes);
        if (!isZeroId(id)) await store({ level, index, id, bytes });
        await this.setPage(level, index, id);
      }
    }
    return this.#top;
  }
  async #parentOf(level, index) {
    const parentIndex = Math.floor(index / PAGE_CHILDREN);
    let pages = this.#pages.get(level + 1);
    if (pages === void 0) this.#pages.set(level + 1, pages = /* @__PURE__ */ new Map());
    let parent = pages.get(parentIndex);
    if (parent === void 0) {
      const earlier = await this.#earlier(level + 1, parentIndex);
      parent = pages.get(parentIndex) ?? (earlier === null ? Buffer.alloc(PAGE_BYTES) : Buffer.from(earlier));
      pages.set(parentIndex, parent);
    }
    return parent;
  }
};
var noEarlierPage = async () => null;

// lib/engine/blocks/disk-root.ts
var READ_BLOCKS = 16;
async function rootOfDisk(disk, keys, options = {}) {
  const shape = treeShape(disk.virtualSizeBytes);
  return rootOfRuns(disk, shape, blockRuns(disk.allocatedExtents(), shape), keys, options);
}
async function rootOfRuns(disk, shape, runs, keys, options = {}) {
  const hasher = new BlockHasher(keys);
  const ids = function* () {
    for (const [index, block] of readBlocks(disk, shape, runs)) yield [index, hasher.blockId(block)];
  };
  return rootOfIds(shape, ids(), runs, keys, options);
}
async function rootOfIds(shape, ids, runs, keys, options = {}) {
  const hasher = new BlockHasher(keys);
  const levels = new TreeLevels(shape, hasher, noEarlierPage);
  const page = Buffer.alloc(PAGE_BYTES);
  let pageIndex = -1;
  const bytesTotal = runsBlockCount(runs) * BLOCK_BYTES;
  let bytesRead = 0;
  const closePage = async () => {
    if (pageIndex >= 0) await levels.setPage(1, pageIndex, hasher.pageId(1, page));
  };
  const take = async (index, id) => {
    const wanted = Math.floor(index / PAGE_CHILDREN);
    if (wanted !== pageIndex) {
      await closePage();
      page.fill(0);
      pageIndex = wanted;
      options.signal?.throwIfAborted();
      options.onProgress?.({ bytesRead, bytesTotal });
    }
    options.onBlock?.(index, id);
    id.copy(page, index % PAGE_CHILDREN * ID_BYTES);
    bytesRead += BLOCK_BYTES;
  };
  for await (const [index, id] of ids) await take(index, id);
  await closePage();
  const top = await levels.finish(async () => {
  }) ?? zeroId();
  options.onProgress?.({ bytesRead, bytesTotal });
  return { root: hasher.root(shape.virtualSizeBytes, top), top, bytesRead };
}
function* readBlocks(disk, shape, runs) {
  const buffer = Buffer.alloc(READ_BLOCKS * BLOCK_BYTES);
  for (const run of runs) {
    for (let index = run.first; index < run.end; index += READ_BLOCKS) {
      const count = Math.min(READ_BLOCKS, run.end - index);
      const bytes = readBlockRange(disk, shape, index, count, buffer);
      for (let at = 0; at < count; at++) {
        yield [index + at, bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)];
      }
    }
  }
}
function readBlockRange(disk, shape, first, count, buffer) {
  const bytes = buffer.subarray(0, count * BLOCK_BYTES);
  const available = Math.min(bytes.length, shape.virtualSizeBytes - first * BLOCK_BYTES);
  if (available < bytes.length) bytes.fill(0, available);
  disk.read(first * BLOCK_BYTES, bytes.subarray(0, available));
  return bytes;
}

// lib/engine/blocks/compressor.ts
import zstd from "zstd-napi/binding.js";
var LEVEL = 1;
var Compressor = class {
  #context = new zstd.CCtx();
  #output = Buffer.alloc(zstd.compressBound(BLOCK_BYTES));
  /**
   * One zstd frame, or null when it would save less than a 32nd. The result is overwritten by the next call. `plain` has
   * at most BLOCK_BYTES.
   */
  compress(plain) {
    const length = this.#context.compress(this.#output, plain, LEVEL);
    return length <= plain.length - plain.length / 32 ? this.#output.subarray(0, length) : null;
  }
};
var Decompressor = class {
  #context = new zstd.DCtx();
  /** Fills `into` exactly, or returns false: the frame is not sound or holds another number of bytes. */
  decompress(frame, into) {
    try {
      return this.#context.decompress(into, frame) === into.length;
    } catch {
      return false;
    }
  }
};

// lib/engine/vault/blob-table.ts
var PACK_DEAD = 0;
var PACK_STORED = 1;
var EMPTY = 0;
var BEING_WRITTEN = -1;
var WORDS = 8;
var LOAD_MAX = 0.65;
var PACKS_MAX = 1024 * 1024;
function createSharedBlobTable(expectedBlobs) {
  return {
    segments: [createSegment(expectedBlobs)],
    packStates: new SharedArrayBuffer(PACKS_MAX * 4),
    packCounter: new SharedArrayBuffer(4)
  };
}
function createSegment(blobs) {
  let slotCount = 1024;
  while (slotCount * LOAD_MAX < blobs) slotCount *= 2;
  return {
    slotCount,
    ids: new SharedArrayBuffer(slotCount * WORDS * 4),
    packs: new SharedArrayBuffer(slotCount * 4),
    places: new SharedArrayBuffer(slotCount * 8),
    used: new SharedArrayBuffer(4)
  };
}
var BlobTable = class {
  #packStates;
  #packCounter;
  #shared;
  /** Newest first: that is where most of what is asked for lies. */
  #segments = [];
  #words = new Uint32Array(WORDS);
  #wordBytes = Buffer.from(this.#words.buffer);
  constructor(shared) {
    this.#shared = shared;
    this.#packStates = new Int32Array(shared.packStates);
    this.#packCounter = new Int32Array(shared.packCounter);
    this.adopt(shared.segments);
  }
  get shared() {
    return this.#shared;
  }
  get count() {
    return this.#segments.reduce((sum, segment) => sum + Atomics.load(segment.used, 0), 0);
  }
  /** Takes note of segments that the coordinating thread has added. */
  adopt(segments) {
    if (segments.length === this.#segments.length) return;
    this.#shared = { ...this.#shared, segments };
    this.#segments = segments.map(openSegment).reverse();
  }
  /** Coordinating thread only: makes sure that `blobs` more can be claimed before the table is adopted anew. */
  reserve(blobs) {
    const newest = this.#newest();
    const free = Math.floor(newest.shared.slotCount * LOAD_MAX) - Atomics.load(newest.used, 0);
    if (free >= blobs) return;
    const segment = createSegment(Math.max(blobs, newest.shared.slotCount * LOAD_MAX * 2));
    this.adopt([...this.#shared.segments, segment]);
  }
  newPack(state) {
    const pack = Atomics.add(this.#packCounter, 0, 1) + 1;
    if (pack >= PACKS_MAX) throw sessionFull();
    Atomics.store(this.#packStates, pack, state);
    return pack;
  }
  packState(pack) {
    return Atomics.load(this.#packStates, pack);
  }
  setPackState(pack, state) {
    Atomics.store(this.#packStates, pack, state);
  }
  /**
   * Zero: the caller must store the blob, and will do so in `newPack` of `run`. Otherwise the pack that has it: stored,
   * or being filled by the same run. A blob that only another run is about to store is stored twice rather than
   * trusted, since that run may still fail.
   */
  claim(id, newPack, run) {
    this.#load(id);
    for (let attempt = 0; ; attempt++) {
      assert(attempt < 1e3, "a slot of the blob table changes hands without end");
      const found = this.#find();
      if (found === null) {
        if (this.#insert(newPack, 0, 0)) return 0;
        continue;
      }
      const pack = this.#packAt(found.segment, found.slot);
      const state = this.packState(pack);
      if (state === PACK_STORED || state === run) return pack;
      if (state !== PACK_DEAD) return 0;
      if (Atomics.compareExchange(found.segment.packs, found.slot, pack, newPack) === pack) return 0;
    }
  }
  /**
   * Makes a blob of a stored pack known. False: it is known from another live pack, where it is read until that pack goes.
   */
  insertStored(id, pack, offset, sealedLength) {
    this.#load(id);
    const found = this.#find();
    if (found === null) {
      this.reserve(1);
      this.#insert(pack, offset, sealedLength);
      return true;
    }
    const holder = this.#packAt(found.segment, found.slot);
    const better = this.packState(holder) === PACK_DEAD && this.packState(pack) !== PACK_DEAD;
    if (holder !== pack && !better) return false;
    setPlace(found.segment, found.slot, offset, sealedLength);
    Atomics.store(found.segment.packs, found.slot, pack);
    return true;
  }
  /** Coordinating thread, when the pack that `claim` announced is finished. */
  setPlace(id, pack, offset, sealedLength) {
    this.#load(id);
    const found = this.#find();
    if (found !== null && this.#packAt(found.segment, found.slot) === pack) {
      setPlace(found.segment, found.slot, offset, sealedLength);
    }
  }
  /** Where a blob lies, also when its pack is thought to be lost: whoever reads will see. Null when unknown. */
  place(id) {
    this.#load(id);
    const found = this.#find();
    if (found === null) return null;
    const pack = this.#packAt(found.segment, found.slot);
    const offset = found.segment.places[found.slot * 2] ?? 0;
    const sealedLength = found.segment.places[found.slot * 2 + 1] ?? 0;
    return sealedLength === 0 ? null : { pack, offset, sealedLength };
  }
  /** A number that belongs to this blob alone, for as long as the table lives; null when it is unknown. Below `slotCount`. */
  slotOf(id) {
    this.#load(id);
    const found = this.#find();
    if (found === null) return null;
    let before = 0;
    for (const segment of this.#segments.toReversed()) {
      if (segment === found.segment) break;
      before += segment.shared.slotCount;
    }
    return before + found.slot;
  }
  get slotCount() {
    return this.#segments.reduce((sum, segment) => sum + segment.shared.slotCount, 0);
  }
  #newest() {
    const newest = this.#segments[0];
    assert(newest !== void 0, "a blob table has a segment");
    return newest;
  }
  #load(id) {
    id.copy(this.#wordBytes);
  }
  #find() {
    for (const segment of this.#segments) {
      let slot = (this.#words[0] ?? 0) & segment.mask;
      while (this.#packAt(segment, slot) !== EMPTY) {
        if (this.#matches(segment, slot)) return { segment, slot };
        slot = slot + 1 & segment.mask;
      }
    }
    return null;
  }
  /** False: another thread took the slot meanwhile, perhaps for the same id; look again. */
  #insert(pack, offset, sealedLength) {
    const segment = this.#newest();
    let slot = (this.#words[0] ?? 0) & segment.mask;
    while (this.#packAt(segment, slot) !== EMPTY) slot = slot + 1 & segment.mask;
    if (Atomics.compareExchange(segment.packs, slot, EMPTY, BEING_WRITTEN) !== EMPTY) return false;
    segment.ids.set(this.#words, slot * WORDS);
    setPlace(segment, slot, offset, sealedLength);
    const used = Atomics.add(segment.used, 0, 1);
    assert(used < segment.shared.slotCount - 1, "the blob table was not reserved for what is put into it");
    Atomics.store(segment.packs, slot, pack);
    return true;
  }
  /** Waits out a slot that is being written: eight stores, so spinning is the shortest way. */
  #packAt(segment, slot) {
    let pack = Atomics.load(segment.packs, slot);
    while (pack === BEING_WRITTEN) pack = Atomics.load(segment.packs, slot);
    return pack;
  }
  #matches(segment, slot) {
    const at = slot * WORDS;
    for (let word = 0; word < WORDS; word++) if (segment.ids[at + word] !== this.#words[word]) return false;
    return true;
  }
};
function sessionFull() {
  return new Fault(
    {
      code: "VaultSessionFull",
      message: "This connection to the vault has seen as many packs as it can tell apart.",
      possibleCauses: "It has been open for months, or the vault holds an extraordinary number of small packs.",
      recommendedAction: "Connect to the vault again; the agent does so by itself."
    },
    { retryable: true }
  );
}
function setPlace(segment, slot, offset, sealedLength) {
  segment.places[slot * 2] = offset;
  segment.places[slot * 2 + 1] = sealedLength;
}
function openSegment(shared) {
  return {
    shared,
    mask: shared.slotCount - 1,
    ids: new Uint32Array(shared.ids),
    packs: new Int32Array(shared.packs),
    places: new Uint32Array(shared.places),
    used: new Int32Array(shared.used)
  };
}

// lib/engine/vault/blob-type.ts
var BLOB_TYPE = { block: 1, page: 2, group: 3 };
function plainLength(type) {
  return type === "block" ? BLOCK_BYTES : PAGE_BYTES;
}
function packKindOf(type) {
  return type === "page" ? "tree" : "data";
}
function packTypeOf(byte) {
  if (byte === BLOB_TYPE.block) return "block";
  if (byte === BLOB_TYPE.page) return "page";
  return byte === BLOB_TYPE.group ? "group" : null;
}

// lib/engine/vault/block-group.ts
var GROUP_BLOCKS = 16;
var GROUP_BLOCKS_MAX = 64;
var HEAD_BYTES = 8;
function groupLength(blocks) {
  return HEAD_BYTES + blocks * (ID_BYTES + BLOCK_BYTES);
}
function groupCount(length) {
  const count = (length - HEAD_BYTES) / (ID_BYTES + BLOCK_BYTES);
  return Number.isInteger(count) && count >= 1 && count <= GROUP_BLOCKS_MAX ? count : null;
}
var BlockGroup = class _BlockGroup {
  #plain;
  #count;
  constructor(plain, count) {
    this.#plain = plain;
    this.#count = count;
  }
  /** Null when the bytes are not a group's. They are kept, not copied. */
  static of(plain) {
    const count = groupCount(plain.length);
    if (count === null || plain.readUInt32LE(0) !== count || plain.readUInt32LE(4) !== 0) return null;
    return new _BlockGroup(plain, count);
  }
  /** Writes the group into `into`; returns its length. */
  static encode(blocks, into) {
    assert(blocks.length >= 1 && blocks.length <= GROUP_BLOCKS_MAX, "a group has 1 to 64 blocks");
    into.writeUInt32LE(blocks.length, 0);
    into.writeUInt32LE(0, 4);
    let at = HEAD_BYTES + blocks.length * ID_BYTES;
    for (const [index, { id, block }] of blocks.entries()) {
      id.copy(into, HEAD_BYTES + index * ID_BYTES);
      into.set(block, at);
      at += BLOCK_BYTES;
    }
    return at;
  }
  equals(plain) {
    return this.#plain.equals(plain);
  }
  /** A view of the block's bytes, not yet compared with its id. Null when the group does not hold it. */
  block(id) {
    for (let index = 0; index < this.#count; index++) {
      const at = HEAD_BYTES + index * ID_BYTES;
      if (this.#plain.compare(id, 0, ID_BYTES, at, at + ID_BYTES) !== 0) continue;
      const content = HEAD_BYTES + this.#count * ID_BYTES + index * BLOCK_BYTES;
      return this.#plain.subarray(content, content + BLOCK_BYTES);
    }
    return null;
  }
};

// lib/engine/vault/seal.ts
import { createCipheriv, createDecipheriv } from "node:crypto";
var SALT_BYTES = 32;
var TAG_BYTES = 16;
var NONCE_DOMAIN = { blob: 0, header: 1 };
function nonceAt(offset, domain) {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(offset, 0);
  nonce.writeUInt32LE(domain, 8);
  return nonce;
}
function sealInto(into, at, plain, key, nonce, context) {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  into.set(cipher.update(plain), at);
  cipher.final();
  into.set(cipher.getAuthTag(), at + plain.length);
  return plain.length + TAG_BYTES;
}
function unseal(sealed, key, nonce, context) {
  if (sealed.length < TAG_BYTES) return null;
  const split = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(split));
  const plain = decipher.update(sealed.subarray(0, split));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return plain;
}

// lib/engine/vault/pack-format.ts
var PACK_BYTES_MAX = 8 * 1024 * 1024;
var PACK_FILL_BYTES = 4 * 1024 * 1024;
var PACK_BLOBS_MAX = 4096;
var PACK_MAGIC = Buffer.from("SSPACK1\n", "latin1");
var PACK_END = Buffer.from("PEND", "latin1");
var PACK_SALT_AT = 16;
var PACK_HEAD_BYTES = PACK_SALT_AT + SALT_BYTES;
var PACK_FOOT_BYTES = 8;
var HEADER_ENTRY_BYTES = 1 + ID_BYTES + 12;
function packKey(keys, salt) {
  return deriveObjectKey(keys.pack, salt);
}
function blobContext(type, id) {
  const context = Buffer.alloc(1 + ID_BYTES);
  context[0] = BLOB_TYPE[type];
  context.set(id, 1);
  return context;
}
var GROUP_CONTEXT = Buffer.from([BLOB_TYPE.group]);
function headerPlace(foot, packSizeBytes) {
  if (foot.length !== PACK_FOOT_BYTES || !foot.subarray(4).equals(PACK_END)) return null;
  const length = foot.readUInt32LE(0);
  const offset = packSizeBytes - PACK_FOOT_BYTES - length;
  const entryBytes = length - TAG_BYTES;
  if (offset < PACK_HEAD_BYTES || entryBytes <= 0 || entryBytes % HEADER_ENTRY_BYTES !== 0) return null;
  return entryBytes / HEADER_ENTRY_BYTES <= PACK_BLOBS_MAX ? { offset, length } : null;
}
function openHeader(head, sealedHeader, place, keys) {
  if (head.length !== PACK_HEAD_BYTES || !head.subarray(0, 8).equals(PACK_MAGIC)) return null;
  const salt = Buffer.from(head.subarray(PACK_SALT_AT));
  const plain = unseal(sealedHeader, packKey(keys, salt), nonceAt(place.offset, NONCE_DOMAIN.header), head);
  const type = packTypeOf(head[8]);
  if (type === null) return null;
  const entries = plain === null ? null : decodeHeader(type, plain, place.offset);
  return entries === null ? null : { type, salt, entries };
}
function decodeHeader(type, plain, endOfBlobs) {
  const entries = [];
  for (let at = 0; at < plain.length; at += HEADER_ENTRY_BYTES) {
    const entry = {
      id: Buffer.from(plain.subarray(at + 1, at + 1 + ID_BYTES)),
      offset: plain.readUInt32LE(at + 33),
      sealedLength: plain.readUInt32LE(at + 37)
    };
    if (plain[at] !== BLOB_TYPE[type] || !isPlainLength(type, plain.readUInt32LE(at + 41))) return null;
    if (entry.offset < PACK_HEAD_BYTES || entry.offset + entry.sealedLength > endOfBlobs) return null;
    entries.push(entry);
  }
  return entries;
}
function isPlainLength(type, length) {
  return type === "group" ? groupCount(length) !== null : length === plainLength(type);
}

// lib/engine/vault/object-names.ts
import { createHash } from "node:crypto";

// lib/engine/vault/object-store.ts
function objectNotFound(name, cause) {
  return new Fault(
    {
      code: "ObjectNotFound",
      message: `The storage holds no object named ${name}.`,
      possibleCauses: "It was deleted or moved, or another storage account is connected than the one that was written to.",
      recommendedAction: "Check the storage account of the vault, and restore the object from a copy when there is one."
    },
    { cause }
  );
}
function objectTruncated(name) {
  return new Fault({
    code: "ObjectTruncated",
    message: `The object ${name} is shorter than it was when it was stored.`,
    possibleCauses: "The storage medium lost part of it, or somebody altered it.",
    recommendedAction: "Check the medium of the storage account, and restore the object from a copy when there is one."
  });
}
function storageFull(what, cause) {
  return new Fault(
    {
      code: "StorageFull",
      message: `The storage is full: ${what} could not be written.`,
      possibleCauses: "The disk that holds the storage account has no space left, or a quota is reached.",
      recommendedAction: "Free space on that disk, or shorten the recovery point history; replication goes on by itself then."
    },
    { cause, retryable: true }
  );
}
function invalidObjectName(name) {
  return new Fault({
    code: "InvalidObjectName",
    message: `${JSON.stringify(name.slice(0, 200))} is not the name of a vault object.`,
    possibleCauses: "The request was not made by a Secondsite component, or it was altered.",
    recommendedAction: "Update the site component, and register it again if the error persists."
  });
}

// lib/engine/vault/object-names.ts
var PATTERNS = [
  { kind: "keys", pattern: /^keys\/(?<sha>[0-9a-f]{64})$/ },
  { kind: "data", pattern: /^data\/(?<two>[0-9a-f]{2})\/(?<sha>\k<two>[0-9a-f]{62})$/ },
  { kind: "tree", pattern: /^tree\/(?<two>[0-9a-f]{2})\/(?<sha>\k<two>[0-9a-f]{62})$/ },
  { kind: "index", pattern: /^index\/(?<sha>[0-9a-f]{64})$/ },
  {
    kind: "points",
    pattern: /^points\/(?<machine>[A-Za-z0-9_-][A-Za-z0-9._-]{0,63})\/\d{8}T\d{9}Z-(?<sha>[0-9a-f]{64})$/
  },
  { kind: "tombstones", pattern: /^tombstones\/(?<sha>[0-9a-f]{64})$/ }
];
function parseObjectName(name) {
  for (const { kind, pattern } of PATTERNS) {
    const groups = pattern.exec(name)?.groups;
    const sha256 = groups?.["sha"];
    if (groups !== void 0 && sha256 !== void 0) return { kind, sha256, machineId: groups["machine"] ?? null };
  }
  return null;
}
function sha256Hex(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
function packName(kind, sha256) {
  return `${kind}/${sha256.slice(0, 2)}/${sha256}`;
}

// lib/engine/vault/pack-finish.ts
function finishPack({ type, buffer, end, key, salt, entries, plainLengthOf }) {
  const header = Buffer.alloc(entries.length * HEADER_ENTRY_BYTES);
  let at = 0;
  for (const entry of entries) {
    header[at] = BLOB_TYPE[type];
    entry.id.copy(header, at + 1);
    header.writeUInt32LE(entry.offset, at + 33);
    header.writeUInt32LE(entry.sealedLength, at + 37);
    header.writeUInt32LE(plainLengthOf(entry), at + 41);
    at += HEADER_ENTRY_BYTES;
  }
  const head = buffer.subarray(0, PACK_HEAD_BYTES);
  const length = sealInto(buffer, end, header, key, nonceAt(end, NONCE_DOMAIN.header), head);
  const foot = end + length;
  buffer.writeUInt32LE(length, foot);
  PACK_END.copy(buffer, foot + 4);
  const bytes = buffer.subarray(0, foot + PACK_FOOT_BYTES);
  return { name: packName(packKindOf(type), sha256Hex(bytes)), type, sizeBytes: bytes.length, salt, entries, bytes };
}

// lib/engine/vault/pack-writer.ts
var PackWriter = class {
  #type;
  #buffer;
  #key;
  #salt;
  #compressor;
  #entries = [];
  #end = PACK_HEAD_BYTES;
  #finished = false;
  constructor(type, buffer, keys, random, compressor) {
    assert(buffer.length === PACK_FILL_BYTES, "a pack is filled in a buffer of the pool's size");
    this.#type = type;
    this.#buffer = buffer;
    this.#compressor = compressor;
    this.#salt = random.bytes(SALT_BYTES);
    buffer.fill(0, 0, PACK_HEAD_BYTES);
    PACK_MAGIC.copy(buffer, 0);
    buffer[8] = BLOB_TYPE[type];
    this.#salt.copy(buffer, PACK_SALT_AT);
    this.#key = packKey(keys, this.#salt);
  }
  get count() {
    return this.#entries.length;
  }
  /** True when one more blob fits, however badly it compresses. */
  hasRoom() {
    const headerBytes = (this.#entries.length + 1) * HEADER_ENTRY_BYTES + TAG_BYTES;
    const blobBytes = plainLength(this.#type) + TAG_BYTES;
    const end = this.#end + blobBytes + headerBytes + PACK_FOOT_BYTES;
    return this.#entries.length < PACK_BLOBS_MAX && end <= PACK_FILL_BYTES;
  }
  /** Compresses if that helps, seals, appends. Returns the bytes it took. `hasRoom` must be true. */
  add(id, plain) {
    assert(!this.#finished && this.hasRoom(), "a blob was added to a pack that is full or finished");
    assert(plain.length === plainLength(this.#type), "a blob has the length of its type");
    const content = this.#compressor.compress(plain) ?? plain;
    const offset = this.#end;
    const nonce = nonceAt(offset, NONCE_DOMAIN.blob);
    const sealedLength = sealInto(this.#buffer, offset, content, this.#key, nonce, blobContext(this.#type, id));
    this.#entries.push({ id, offset, sealedLength });
    this.#end += sealedLength;
    return sealedLength;
  }
  finish() {
    assert(!this.#finished && this.#entries.length > 0, "only a pack with blobs can be finished, and only once");
    this.#finished = true;
    return finishPack({
      type: this.#type,
      buffer: this.#buffer,
      end: this.#end,
      key: this.#key,
      salt: this.#salt,
      entries: this.#entries,
      plainLengthOf: () => plainLength(this.#type)
    });
  }
};

export {
  toWireError,
  fromWireError,
  objectNotFound,
  objectTruncated,
  storageFull,
  invalidObjectName,
  parseObjectName,
  sha256Hex,
  packName,
  systemRandom,
  isZeroId,
  idFromHex,
  BlockHasher,
  treeShape,
  blockLengthBytes,
  rootOfDisk,
  rootOfRuns,
  rootOfIds,
  readBlockRange,
  deriveVaultKeys,
  deriveObjectKey,
  openFrozenView,
  SALT_BYTES,
  TAG_BYTES,
  NONCE_DOMAIN,
  nonceAt,
  sealInto,
  unseal,
  Compressor,
  Decompressor,
  GROUP_BLOCKS,
  groupLength,
  groupCount,
  BlockGroup,
  BLOB_TYPE,
  plainLength,
  packKindOf,
  packTypeOf,
  PACK_BYTES_MAX,
  PACK_FILL_BYTES,
  PACK_BLOBS_MAX,
  PACK_MAGIC,
  PACK_SALT_AT,
  PACK_HEAD_BYTES,
  PACK_FOOT_BYTES,
  HEADER_ENTRY_BYTES,
  packKey,
  blobContext,
  GROUP_CONTEXT,
  headerPlace,
  openHeader,
  PACK_DEAD,
  PACK_STORED,
  createSharedBlobTable,
  BlobTable,
  finishPack,
  PackWriter
};
