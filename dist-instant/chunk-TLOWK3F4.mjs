import {
  BLOB_TYPE,
  BLOCK_BYTES,
  BlobTable,
  BlockGroup,
  BlockHasher,
  Decompressor,
  Fault,
  GROUP_CONTEXT,
  ID_BYTES,
  NONCE_DOMAIN,
  PACK_BLOBS_MAX,
  PACK_BYTES_MAX,
  PACK_DEAD,
  PACK_FOOT_BYTES,
  PACK_HEAD_BYTES,
  PACK_STORED,
  PAGE_BYTES,
  PAGE_CHILDREN,
  SALT_BYTES,
  TAG_BYTES,
  VHD_BLOCK_BYTES,
  VHD_FOOTER_BYTES,
  VHD_HEADER_BYTES,
  VHD_SIZE_MAX_BYTES,
  assert,
  blobContext,
  createSharedBlobTable,
  deriveObjectKey,
  diskTooLargeForFormat,
  encodeVhdFooter,
  encodeVhdHeader,
  groupCount,
  headerPlace,
  idFromHex,
  invalidObjectName,
  isZeroId,
  nonceAt,
  objectNotFound,
  objectTruncated,
  openDynamicVhd,
  openFixedVhd,
  openHeader,
  packKey,
  packKindOf,
  packName,
  packTypeOf,
  parseObjectName,
  parseVhdFooter,
  plainLength,
  pointName,
  sealInto,
  sha256Hex,
  storageFull,
  tableBytesFor,
  unseal
} from "./chunk-TQ4H22DW.mjs";

// lib/adapters/stores/folder-store.ts
import { randomBytes } from "node:crypto";
import path2 from "node:path";

// lib/adapters/stores/folder-files.ts
import fs from "node:fs/promises";
import path from "node:path";
var nodeFolderFiles = {
  makeFolder: (folder) => fs.mkdir(folder, { recursive: true, mode: 448 }),
  async write(file, bytes) {
    const handle = await fs.open(file, "wx", 384);
    try {
      await handle.writeFile(bytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return fileOf(handle);
  },
  open: async (file) => fileOf(await fs.open(file, "r")),
  rename: (from, to) => fs.rename(from, to),
  remove: (file) => fs.rm(file, { force: true }),
  async syncFolder(folder) {
    const handle = await fs.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async stat(file) {
    try {
      const { size, mtime } = await fs.stat(file);
      return { size, modifiedAt: mtime };
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
  async filesBelow(folder) {
    const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }
};
function fileOf(handle) {
  return {
    readAll: () => handle.readFile(),
    read: async (into, at, length, position) => (await handle.read(into, at, length, position)).bytesRead,
    sync: () => handle.sync(),
    close: () => handle.close()
  };
}

// lib/adapters/stores/folder-store.ts
var TEMPORARY_FOLDER = ".incoming";
var TEMPORARY_AGE_MS_MAX = 24 * 60 * 60 * 1e3;
var FolderStore = class _FolderStore {
  #root;
  #files;
  #folders = /* @__PURE__ */ new Set();
  constructor(root, files) {
    this.#root = root;
    this.#files = files;
  }
  /** Makes the folder when it is missing, and clears away what an earlier process died over. */
  static async open(root, files = nodeFolderFiles) {
    const store = new _FolderStore(path2.resolve(root), files);
    await store.#makeFolder(path2.join(store.#root, TEMPORARY_FOLDER));
    await store.#removeOldTemporaries();
    return store;
  }
  async put(name, bytes) {
    const file = this.#file(name);
    const temporary = path2.join(this.#root, TEMPORARY_FOLDER, randomBytes(12).toString("hex"));
    await this.#makeFolder(path2.dirname(file));
    try {
      await this.#writeDurably(temporary, bytes);
      await this.#files.rename(temporary, file);
      await this.#files.syncFolder(path2.dirname(file));
    } catch (error) {
      await this.#files.remove(temporary);
      throw translate(error, name, "write");
    }
  }
  async get(name, range) {
    let file = null;
    try {
      file = await this.#files.open(this.#file(name));
      if (range === void 0) return await file.readAll();
      const bytes = Buffer.allocUnsafeSlow(range.length);
      let done = 0;
      while (done < range.length) {
        const bytesRead = await file.read(bytes, done, range.length - done, range.offset + done);
        if (bytesRead === 0) throw objectTruncated(name);
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      throw translate(error, name, "read");
    } finally {
      await file?.close();
    }
  }
  async size(name) {
    try {
      return (await this.#files.stat(this.#file(name)))?.size ?? null;
    } catch (error) {
      throw translate(error, name, "look up");
    }
  }
  async list(prefix) {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const found = [];
    try {
      for (const file of await this.#files.filesBelow(path2.join(this.#root, folder))) {
        const name = path2.relative(this.#root, file).split(path2.sep).join("/");
        if (!name.startsWith(prefix) || parseObjectName(name) === null) continue;
        const stat = await this.#files.stat(file);
        if (stat !== null) found.push({ name, sizeBytes: stat.size, modifiedAt: stat.modifiedAt });
      }
    } catch (error) {
      if (codeOf(error) === "ENOENT") return found;
      throw translate(error, prefix, "list");
    }
    return found;
  }
  async delete(name) {
    const file = this.#file(name);
    try {
      await this.#files.remove(file);
      await this.#files.syncFolder(path2.dirname(file));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw translate(error, name, "delete");
    }
  }
  #file(name) {
    if (parseObjectName(name) === null) throw invalidObjectName(name);
    return path2.join(this.#root, name);
  }
  /** A folder is durable when its parent is synced; done once per folder and process. */
  async #makeFolder(folder) {
    if (this.#folders.has(folder)) return;
    try {
      const first = await this.#files.makeFolder(folder);
      if (first !== void 0) {
        for (let made = folder; made.length >= first.length; made = path2.dirname(made))
          await this.#files.syncFolder(path2.dirname(made));
      }
    } catch (error) {
      throw translate(error, folder, "create");
    }
    this.#folders.add(folder);
  }
  async #writeDurably(file, bytes) {
    const written = await this.#files.write(file, bytes);
    try {
      await written.sync();
    } finally {
      await written.close();
    }
  }
  async #removeOldTemporaries() {
    const folder = path2.join(this.#root, TEMPORARY_FOLDER);
    try {
      for (const file of await this.#files.filesBelow(folder)) {
        const stat = await this.#files.stat(file);
        const old = stat !== null && Date.now() - stat.modifiedAt.getTime() > TEMPORARY_AGE_MS_MAX;
        if (old) await this.#files.remove(file);
      }
    } catch (error) {
      throw translate(error, folder, "clear");
    }
  }
};
function codeOf(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : void 0;
}
function translate(error, name, verb) {
  if (error instanceof Fault) return error;
  switch (codeOf(error)) {
    case "ENOENT":
      return objectNotFound(name, error);
    case "ENOSPC":
    case "EDQUOT":
      return storageFull(name, error);
    case void 0:
      return error;
    default:
      return new Fault(
        {
          code: "StorageFailed",
          message: `The storage failed to ${verb} ${name} (${codeOf(error) ?? "unknown"}).`,
          possibleCauses: "The disk of the storage account is failing, is mounted read-only, or belongs to another user.",
          recommendedAction: "Check that disk, its permissions and the system log; the operation is tried again."
        },
        { cause: error, retryable: true }
      );
  }
}

// lib/adapters/system/system-clock.ts
import { setTimeout as delay } from "node:timers/promises";
var systemClock = {
  now: () => /* @__PURE__ */ new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, void 0, signal ? { signal } : {})
};

// lib/engine/disk/create-vhd.ts
import { Buffer as Buffer2 } from "node:buffer";
function assertSize(path4, bytes) {
  assert(Number.isSafeInteger(bytes) && bytes > 0 && bytes % 512 === 0, `not a disk size: ${bytes}`);
  if (bytes > VHD_SIZE_MAX_BYTES) throw diskTooLargeForFormat(path4, bytes, VHD_SIZE_MAX_BYTES);
}
function createFixedVhd(fileSystem, path4, vhd) {
  assertSize(path4, vhd.virtualSizeBytes);
  const footer = encodeVhdFooter("fixed", vhd.virtualSizeBytes, vhd);
  const file = fileSystem.create(path4);
  try {
    file.write(vhd.virtualSizeBytes, footer);
    return openFixedVhd(file, parseVhdFooter(path4, footer, "end"), "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}
function createDynamicVhd(fileSystem, path4, vhd) {
  assertSize(path4, vhd.virtualSizeBytes);
  const footer = encodeVhdFooter("dynamic", vhd.virtualSizeBytes, vhd);
  const tableOffset = VHD_FOOTER_BYTES + VHD_HEADER_BYTES;
  const entries = Math.ceil(vhd.virtualSizeBytes / VHD_BLOCK_BYTES);
  const table = Buffer2.alloc(tableBytesFor(entries), 255);
  const file = fileSystem.create(path4);
  try {
    file.write(tableOffset, Buffer2.concat([table, footer]));
    file.write(VHD_FOOTER_BYTES, encodeVhdHeader(tableOffset, entries));
    file.write(0, footer);
    return openDynamicVhd(file, "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}

// lib/engine/on-demand/on-demand-files.ts
import { Buffer as Buffer3 } from "node:buffer";
function onDemandFiles(imagePath) {
  return {
    state: `${imagePath}.on-demand`,
    present: `${imagePath}.present`,
    overlay: `${imagePath}.overlay`,
    overlayMap: `${imagePath}.overlay-map`
  };
}
function readOnDemandState(fileSystem, imagePath) {
  const path4 = onDemandFiles(imagePath).state;
  if (!fileSystem.exists(path4)) return null;
  const file = fileSystem.open(path4, "read");
  try {
    const bytes = Buffer3.alloc(file.sizeBytes());
    const state = parse(bytes.toString("utf8", 0, file.read(0, bytes)));
    if (state === null) throw stateDamaged(path4);
    return state;
  } finally {
    file.close();
  }
}
function writeOnDemandState(fileSystem, imagePath, state) {
  const path4 = onDemandFiles(imagePath).state;
  const file = fileSystem.create(`${path4}.new`, { replace: true });
  try {
    file.write(0, Buffer3.from(`${JSON.stringify(state)}
`, "utf8"));
    file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(`${path4}.new`, path4);
}
function removeOnDemandFiles(fileSystem, imagePath) {
  const { overlayMap, overlay, present, state } = onDemandFiles(imagePath);
  for (const path4 of [overlayMap, overlay, present, `${state}.new`, state]) fileSystem.remove(path4);
}
function parse(text) {
  try {
    const state = JSON.parse(text);
    const sound = state.version === 1 && typeof state.root === "string" && typeof state.socket === "string" && Number.isSafeInteger(state.virtualSizeBytes) && (state.hydrated === null || typeof state.hydrated.root === "string");
    return sound ? state : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
function stateDamaged(path4) {
  return new Fault({
    code: "OnDemandStateDamaged",
    message: `'${path4}', which says how far a disk that was started instantly has come, cannot be read.`,
    possibleCauses: "The storage damaged it, or another program wrote to it.",
    recommendedAction: "Clean up the failover that made the disk and start it again from its recovery point."
  });
}

// lib/adapters/engine-workers/program-path.ts
import fs2 from "node:fs";
import { fileURLToPath } from "node:url";
function findProgram(name) {
  const candidates = [`./${name}`, `../${name}`].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return candidates.find((file) => fs2.existsSync(file)) ?? null;
}
function programPath(name) {
  const file = findProgram(name);
  assert(file !== null, `${name} is not beside this program: it must be bundled, or its path given`);
  return file;
}

// lib/engine/blocks/group-compressor.ts
import zstd from "zstd-napi/binding.js";
var LEVEL = 6;
var GroupCompressor = class {
  #context = new zstd.CCtx();
  #output;
  constructor(lengthMax) {
    this.#output = Buffer.alloc(zstd.compressBound(lengthMax));
  }
  /** One zstd frame; overwritten by the next call. */
  compress(plain) {
    return this.#output.subarray(0, this.#context.compress(this.#output, plain, LEVEL));
  }
};
function frameContentLength(frame) {
  try {
    return zstd.getFrameContentSize(frame);
  } catch {
    return null;
  }
}

// lib/engine/vault/blob-opener.ts
var PACK_KEYS_MAX = 256;
var BlobOpener = class {
  #keys;
  #hasher;
  #decompressor = new Decompressor();
  #packKeys = /* @__PURE__ */ new Map();
  constructor(keys) {
    this.#keys = keys;
    this.#hasher = new BlockHasher(keys);
  }
  /** Fills `into`, a block. False: altered, or not this block. `offset` is where the sealed bytes lie in their pack. */
  openBlock(id, sealed, offset, salt, into) {
    return this.#open("block", id, sealed, offset, salt, into) && this.#hasher.blockId(into).equals(id);
  }
  openPage(id, level, sealed, offset, salt, into) {
    return this.#open("page", id, sealed, offset, salt, into) && this.#hasher.pageId(level, into).equals(id);
  }
  /** Null when it was altered, or is not a group. Its blocks are to be compared with their ids: `isBlock`. */
  openGroup(sealed, offset, salt) {
    const frame = unseal(sealed, this.#packKey(salt), nonceAt(offset, NONCE_DOMAIN.blob), GROUP_CONTEXT);
    const length = frame === null ? null : frameContentLength(frame);
    if (frame === null || length === null || groupCount(length) === null) return null;
    const plain = Buffer.allocUnsafeSlow(length);
    return this.#decompressor.decompress(frame, plain) ? BlockGroup.of(plain) : null;
  }
  isBlock(id, block) {
    return this.#hasher.blockId(block).equals(id);
  }
  #open(type, id, sealed, offset, salt, into) {
    const nonce = nonceAt(offset, NONCE_DOMAIN.blob);
    const content = unseal(sealed, this.#packKey(salt), nonce, blobContext(type, id));
    if (content === null) return false;
    if (sealed.length - TAG_BYTES === plainLength(type)) return content.copy(into) === into.length;
    return this.#decompressor.decompress(content, into);
  }
  #packKey(salt) {
    const name = salt.toString("latin1");
    let key = this.#packKeys.get(name);
    if (key === void 0) {
      if (this.#packKeys.size >= PACK_KEYS_MAX) this.#packKeys.clear();
      this.#packKeys.set(name, key = packKey(this.#keys, salt));
    }
    return key;
  }
};

// lib/engine/vault/group-cache.ts
var GroupCache = class {
  #groups = /* @__PURE__ */ new Map();
  #countMax;
  constructor(countMax = 8) {
    this.#countMax = countMax;
  }
  get(pack, offset) {
    const name = `${pack}/${offset}`;
    const group = this.#groups.get(name);
    if (group !== void 0) {
      this.#groups.delete(name);
      this.#groups.set(name, group);
    }
    return group;
  }
  put(pack, offset, group) {
    this.#groups.set(`${pack}/${offset}`, group);
    for (const oldest of this.#groups.keys()) {
      if (this.#groups.size <= this.#countMax) return;
      this.#groups.delete(oldest);
    }
  }
};

// lib/engine/vault/page-cache.ts
var PageCache = class {
  #pages = /* @__PURE__ */ new Map();
  #countMax;
  constructor(countMax = 512) {
    this.#countMax = countMax;
  }
  get(id) {
    const name = id.toString("latin1");
    const page = this.#pages.get(name);
    if (page !== void 0) {
      this.#pages.delete(name);
      this.#pages.set(name, page);
    }
    return page;
  }
  /** The page must not be altered afterwards. */
  put(id, page) {
    this.#pages.set(id.toString("latin1"), page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#countMax) return;
      this.#pages.delete(oldest);
    }
  }
};

// lib/engine/vault/vault-faults.ts
var SENTENCES = {
  VaultPackMissing: {
    what: "is missing from the storage",
    causes: "The pack was deleted or moved by something other than this product, or another storage account is connected."
  },
  VaultPackTruncated: {
    what: "is shorter than it was when it was stored",
    causes: "The storage medium lost part of the pack, or somebody altered it."
  },
  VaultPackDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, or somebody altered the pack."
  },
  VaultBlobMissing: {
    what: "holds no copy of a part of the disk",
    causes: "A pack and the index that listed it were both deleted."
  },
  VaultPointMissing: {
    what: "is missing from the storage",
    causes: "The recovery point was deleted, or another storage account is connected."
  },
  VaultPointDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, somebody altered the object, or it belongs to another vault or machine."
  },
  VaultIndexDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, somebody altered the object, or it belongs to another vault."
  }
};
function vaultDamage(code, object, context, cause) {
  const { what, causes } = SENTENCES[code];
  const whose = context.point === null ? `The replicated data of ${context.machine} cannot be read` : `Recovery point ${context.point} of ${context.machine} cannot be read`;
  return new Fault(
    {
      code,
      message: `${whose}: ${object} ${what}.`,
      possibleCauses: causes,
      recommendedAction: "Choose another recovery point: points that do not use this object are not affected. Then resynchronize the machine, which stores the missing parts again, and check the storage medium."
    },
    { cause }
  );
}
function runOvertaken(machine, what) {
  return new Fault(
    {
      code: "ReplicationOvertaken",
      message: `This replication of ${machine} was given up before its recovery point became visible: ${what}.`,
      possibleCauses: "Space was being reclaimed, or recovery points were being deleted, while the machine was replicating.",
      recommendedAction: "Nothing: the next replication starts anew and stores what is missing."
    },
    { retryable: true }
  );
}

// lib/engine/vault/blob-reader.ts
var GAP_BYTES_MAX = 64 * 1024;
var FETCH_BYTES_MAX = 1024 * 1024;
var FETCHES_AHEAD = 4;
var BlobReader = class {
  #store;
  #index;
  #opener;
  #pages;
  #groups = new GroupCache();
  #block = Buffer.alloc(BLOCK_BYTES);
  constructor(store, index, keys, pages = new PageCache()) {
    this.#store = store;
    this.#index = index;
    this.#opener = new BlobOpener(keys);
    this.#pages = pages;
  }
  get pages() {
    return this.#pages;
  }
  /** An opened page; not to be altered. */
  async page(id, level, context) {
    const cached = this.#pages.get(id);
    if (cached !== void 0) return cached;
    const { place, sealed } = await this.#fetchPage(id, context);
    const page = Buffer.alloc(PAGE_BYTES);
    if (!this.#opener.openPage(id, level, sealed, place.offset, place.in.salt, page)) {
      throw vaultDamage("VaultPackDamaged", place.in.name, context);
    }
    this.#pages.put(Buffer.from(id), page);
    return page;
  }
  /**
   * Hands each wanted block to `onBlock`, in the order in which they lie in their packs; the buffer is overwritten by the
   * next. Fetches run ahead of the opening.
   */
  async blocks(wanted, context, onBlock, signal) {
    const located = await this.#locateAll(wanted, context);
    const fetches = planFetches(located.filter((block) => !this.#serveOpenGroup(block, context, onBlock)));
    const pending = [];
    try {
      for (const [at, fetch] of fetches.entries()) {
        signal?.throwIfAborted();
        while (pending.length < FETCHES_AHEAD && at + pending.length < fetches.length) {
          const next = fetches[at + pending.length];
          if (next === void 0) break;
          const fetching2 = this.#fetch(next.pack, next.offset, next.end - next.offset, context);
          fetching2.catch(() => void 0);
          pending.push(fetching2);
        }
        const fetching = pending.shift();
        const bytes = await fetching?.catch((error) => this.#unlessMoved(fetch, error));
        if (bytes === "moved") {
          const again = fetch.blocks.map((block) => block.wanted);
          await this.blocks(again, context, onBlock, signal);
        } else if (bytes !== void 0) this.#openFetched(fetch, bytes, context, onBlock);
      }
    } finally {
      await Promise.allSettled(pending);
    }
  }
  async locate(id, context) {
    let place = this.#index.locate(id);
    if (place === null) {
      await this.#index.readUnindexedPacks(this.#store);
      place = this.#index.locate(id);
    }
    if (place === null) {
      const [lost] = this.#index.damaged.keys();
      if (lost !== void 0) throw vaultDamage("VaultIndexDamaged", lost, context);
      throw vaultDamage("VaultBlobMissing", "the vault", context);
    }
    return place;
  }
  async #locateAll(wanted, context) {
    const located = [];
    for (const one of wanted) located.push({ wanted: one, place: await this.locate(one.id, context) });
    return located;
  }
  #openFetched(fetch, bytes, context, onBlock) {
    for (const { wanted, place } of fetch.blocks) {
      const at = place.offset - fetch.offset;
      const sealed = bytes.subarray(at, at + place.sealedLength);
      if (place.in.type === "group") {
        onBlock(wanted.blockIndex, this.#takeFromGroup(wanted.id, place, sealed, context));
        continue;
      }
      if (!this.#opener.openBlock(wanted.id, sealed, place.offset, fetch.pack.salt, this.#block)) {
        throw vaultDamage("VaultPackDamaged", fetch.pack.name, context);
      }
      onBlock(wanted.blockIndex, this.#block);
    }
  }
  /** True when the block's group is open still: it needs no fetch. */
  #serveOpenGroup({ wanted, place }, context, onBlock) {
    const group = place.in.type === "group" ? this.#groups.get(place.pack, place.offset) : void 0;
    if (group === void 0) return false;
    onBlock(wanted.blockIndex, this.#blockOf(group, wanted.id, place, context));
    return true;
  }
  #takeFromGroup(id, place, sealed, context) {
    let group = this.#groups.get(place.pack, place.offset) ?? null;
    if (group === null) {
      group = this.#opener.openGroup(sealed, place.offset, place.in.salt);
      if (group === null) throw vaultDamage("VaultPackDamaged", place.in.name, context);
      this.#groups.put(place.pack, place.offset, group);
    }
    return this.#blockOf(group, id, place, context);
  }
  #blockOf(group, id, place, context) {
    const block = group.block(id);
    if (block === null || !this.#opener.isBlock(id, block)) {
      throw vaultDamage("VaultPackDamaged", place.in.name, context);
    }
    return block;
  }
  async #fetchPage(id, context) {
    const place = await this.locate(id, context);
    const fetch = { pack: place.in, blocks: [{ wanted: { id } }] };
    const sealed = await this.#fetch(place.in, place.offset, place.sealedLength, context).catch(
      (error) => this.#unlessMoved(fetch, error)
    );
    return sealed === "moved" ? this.#fetchPage(id, context) : { place, sealed };
  }
  /**
   * A pack that is gone may have been compacted since this reader looked: then everything it had is in others by now. Throws
   * the error when that is not so.
   */
  async #unlessMoved({
    pack,
    blocks
  }, error) {
    if (!(error instanceof Fault) || error.code !== "VaultPackMissing") throw error;
    await this.#index.refresh(this.#store, { reading: true });
    const stayed = blocks.some(({ wanted }) => (this.#index.locate(wanted.id)?.in ?? pack) === pack);
    if (stayed) throw error;
    return "moved";
  }
  async #fetch(pack, offset, length, context) {
    try {
      return await this.#store.get(pack.name, { offset, length });
    } catch (error) {
      if (error instanceof Fault && error.code === "ObjectNotFound") {
        throw vaultDamage("VaultPackMissing", pack.name, context, error);
      }
      if (error instanceof Fault && error.code === "ObjectTruncated") {
        throw vaultDamage("VaultPackTruncated", pack.name, context, error);
      }
      throw error;
    }
  }
};
function planFetches(located) {
  located.sort((a, b) => a.place.pack - b.place.pack || a.place.offset - b.place.offset);
  const fetches = [];
  for (const block of located) {
    const { place } = block;
    const end = place.offset + place.sealedLength;
    const last = fetches.at(-1);
    const joins = last !== void 0 && last.pack === place.in && place.offset - last.end <= GAP_BYTES_MAX && end - last.offset <= FETCH_BYTES_MAX;
    if (joins) {
      last.end = Math.max(last.end, end);
      last.blocks.push(block);
    } else fetches.push({ pack: place.in, offset: place.offset, end, blocks: [block] });
  }
  return fetches;
}

// lib/engine/vault/sealed-box.ts
var MAGIC = Buffer.from("SSBOX01\n", "latin1");
var HEAD_BYTES = 16;
var TEXT_AT = HEAD_BYTES + SALT_BYTES;
var NONCE = nonceAt(0, NONCE_DOMAIN.blob);
var BOX_KIND = { index: 1, point: 2, tombstone: 3 };
function sealBox(kind, text, keys, random) {
  const bytes = Buffer.alloc(TEXT_AT + text.length + TAG_BYTES);
  MAGIC.copy(bytes, 0);
  bytes[8] = BOX_KIND[kind];
  const salt = random.bytes(SALT_BYTES);
  salt.copy(bytes, HEAD_BYTES);
  sealInto(bytes, TEXT_AT, text, deriveObjectKey(keys.box, salt), NONCE, bytes.subarray(0, TEXT_AT));
  return bytes;
}
function openBox(kind, bytes, keys) {
  if (bytes.length < TEXT_AT + TAG_BYTES || !bytes.subarray(0, 8).equals(MAGIC) || bytes[8] !== BOX_KIND[kind])
    return null;
  const salt = bytes.subarray(HEAD_BYTES, TEXT_AT);
  return unseal(bytes.subarray(TEXT_AT), deriveObjectKey(keys.box, salt), NONCE, bytes.subarray(0, TEXT_AT));
}

// lib/engine/vault/index-object.ts
var PACK_RECORD_BYTES = 32 + SALT_BYTES + 1 + 4 + 4;
var ENTRY_BYTES = ID_BYTES + 8;
function encodeIndex(packs, keys, random) {
  const blobs = packs.reduce((sum, pack) => sum + pack.entries.length, 0);
  const text = Buffer.alloc(4 + packs.length * PACK_RECORD_BYTES + blobs * ENTRY_BYTES);
  let at = text.writeUInt32LE(packs.length, 0);
  for (const pack of packs) {
    at += text.write(pack.name.slice(-64), at, "hex");
    at += pack.salt.copy(text, at);
    at = text.writeUInt8(BLOB_TYPE[pack.type], at);
    at = text.writeUInt32LE(pack.sizeBytes, at);
    at = text.writeUInt32LE(pack.entries.length, at);
    for (const { id, offset, sealedLength } of pack.entries) {
      at += id.copy(text, at);
      at = text.writeUInt32LE(offset, at);
      at = text.writeUInt32LE(sealedLength, at);
    }
  }
  const bytes = sealBox("index", text, keys, random);
  return { name: `index/${sha256Hex(bytes)}`, bytes };
}
function decodeIndex(bytes, keys) {
  const text = openBox("index", bytes, keys);
  if (text === null || text.length < 4) return null;
  const packs = [];
  let at = 4;
  for (let left = text.readUInt32LE(0); left > 0; left--) {
    if (at + PACK_RECORD_BYTES > text.length) return null;
    const sha256 = text.toString("hex", at, at + 32);
    const salt = Buffer.from(text.subarray(at + 32, at + 64));
    const type = packTypeOf(text[at + 64]);
    const sizeBytes = text.readUInt32LE(at + 65);
    const count = text.readUInt32LE(at + 69);
    at += PACK_RECORD_BYTES;
    const end = at + count * ENTRY_BYTES;
    if (type === null) return null;
    if (sizeBytes > PACK_BYTES_MAX || count > PACK_BLOBS_MAX || end > text.length) return null;
    const entries = [];
    for (; at < end; at += ENTRY_BYTES) {
      entries.push({
        id: text.subarray(at, at + ID_BYTES),
        offset: text.readUInt32LE(at + ID_BYTES),
        sealedLength: text.readUInt32LE(at + ID_BYTES + 4)
      });
    }
    packs.push({ name: packName(packKindOf(type), sha256), type, sizeBytes, salt, entries });
  }
  return at === text.length ? packs : null;
}

// lib/engine/vault/pack-header-reader.ts
async function readPackHeader(store, name, sizeBytes, keys) {
  const kind = parseObjectName(name)?.kind;
  if (kind !== "data" && kind !== "tree" || sizeBytes < PACK_HEAD_BYTES + PACK_FOOT_BYTES) return null;
  const foot = await store.get(name, { offset: sizeBytes - PACK_FOOT_BYTES, length: PACK_FOOT_BYTES });
  const place = headerPlace(foot, sizeBytes);
  if (place === null) return null;
  const head = await store.get(name, { offset: 0, length: PACK_HEAD_BYTES });
  const header = openHeader(head, await store.get(name, place), place, keys);
  if (header === null || packKindOf(header.type) !== kind) return null;
  return { name, type: header.type, sizeBytes, salt: header.salt, entries: header.entries };
}

// lib/engine/vault/tombstone-object.ts
function encodeTombstone(tombstone, keys, random) {
  const text = Buffer.from(JSON.stringify({ version: 1, ...tombstone }), "utf8");
  const bytes = sealBox("tombstone", text, keys, random);
  return { name: `tombstones/${sha256Hex(bytes)}`, bytes };
}
function decodeTombstone(bytes, keys) {
  const text = openBox("tombstone", bytes, keys);
  return text === null ? null : JSON.parse(text.toString("utf8"));
}

// lib/engine/vault/vault-index.ts
var VaultIndex = class {
  table;
  #keys;
  #byName = /* @__PURE__ */ new Map();
  #byNumber = /* @__PURE__ */ new Map();
  /** Sound index objects that were there at the last refresh, and the packs that each lists. */
  #indexes = /* @__PURE__ */ new Map();
  /** Index objects that could not be used (readers fall back on pack headers), and tombstones that a reader could not open. */
  damaged = /* @__PURE__ */ new Map();
  /** Packs that no sound index lists and that do not say themselves what they hold. */
  unreadablePacks = /* @__PURE__ */ new Set();
  /** Listed packs that the store does not have as listed. */
  #lost = /* @__PURE__ */ new Set();
  /** While connecting: the packs that the store has, and their sizes. */
  #present = null;
  #headersRead = false;
  #doomed = /* @__PURE__ */ new Set();
  /** Packs with blobs that are read from another pack, until that one goes. */
  #shadowed = /* @__PURE__ */ new Set();
  #elsewhereUnread = false;
  constructor(keys, expectedBlobs = 0) {
    this.#keys = keys;
    this.table = new BlobTable(createSharedBlobTable(expectedBlobs));
  }
  /**
   * Brings the knowledge up to date with what the store lists: tombstones first, then indexes (why: vault-format §8).
   * With `checkPacks` packs that are absent or have another size are not relied on either, and where a blob is in a sound
   * pack as well, that one is read. `reading`: nothing new will rely on what is found, so that a damaged tombstone is
   * noted and need not stop anybody.
   */
  async refresh(store, options = {}) {
    if (options.checkPacks === true) this.#present = await packSizes(store);
    const damaged = options.reading === true ? this.damaged : null;
    const doomed = await readDoomedPacks(store, this.#keys, damaged);
    this.#doomed = doomed;
    await this.#loadIndexes(store);
    const listed = new Set([...this.#indexes.values()].flat());
    let died = false;
    for (const pack of this.#byName.values()) {
      const alive = listed.has(pack.name) && !doomed.has(pack.name) && !this.#lost.has(pack.name);
      if (alive || this.table.packState(pack.number) !== PACK_STORED) continue;
      this.table.setPackState(pack.number, PACK_DEAD);
      died = true;
    }
    if (died || this.#elsewhereUnread) await this.#readElsewhere(store);
    this.#present = null;
  }
  /** Packs in no sound index, from their headers: the way to read a vault that has lost an index. Once a session. */
  async readUnindexedPacks(store) {
    if (this.#headersRead) return [];
    this.#headersRead = true;
    const found = [];
    for (const [name, sizeBytes] of await packSizes(store)) {
      if (this.#byName.has(name)) continue;
      const header = await readPackHeader(store, name, sizeBytes, this.#keys);
      if (header === null) {
        this.unreadablePacks.add(name);
        continue;
      }
      found.push(header);
      this.#addStored(header);
    }
    return found;
  }
  /** Packs of the store that no sound index listed and no tombstone named at the last refresh. */
  async unlistedPacks(store) {
    const listed = new Set([...this.#indexes.values()].flat());
    const objects = [...await store.list("data/"), ...await store.list("tree/")];
    return objects.filter(({ name }) => !listed.has(name) && !this.#doomed.has(name) && !this.#lost.has(name));
  }
  /** Packs of another run that an index of ours lists from now on. */
  adopt(indexName, packs) {
    const names = packs.map((pack) => pack.name);
    for (const pack of packs) this.#addStored(pack);
    this.#indexes.set(indexName, names);
  }
  /** The number under which a pack that a run is filling is known from now on. */
  registerOpen(number, pack) {
    this.#remember(number, pack);
    for (const { id, offset, sealedLength } of pack.entries) this.table.setPlace(id, number, offset, sealedLength);
  }
  /** An index that this process has stored: its packs may be relied on by everybody now. */
  registerIndex(name, packs) {
    this.#indexes.set(
      name,
      packs.map((pack) => pack.name)
    );
    for (const { number } of packs) this.table.setPackState(number, PACK_STORED);
  }
  locate(id) {
    const place = this.table.place(id);
    const pack = place === null ? void 0 : this.#byNumber.get(place.pack);
    return place === null || pack === void 0 ? null : { ...place, in: pack };
  }
  packByNumber(number) {
    const pack = this.#byNumber.get(number);
    assert(pack !== void 0, `pack number ${number} was never registered`);
    return pack;
  }
  /** Names of packs that an index lists and the store does not have as listed. */
  get lostPacks() {
    return [...this.#lost];
  }
  isReliable(pack) {
    return this.table.packState(pack) === PACK_STORED;
  }
  /** Named by a tombstone at the last refresh. */
  isDoomed(name) {
    return this.#doomed.has(name);
  }
  knownPacks() {
    return [...this.#byName.values()];
  }
  /** Sound index objects and the packs that each lists. */
  indexes() {
    return this.#indexes;
  }
  async #loadIndexes(store) {
    const present = /* @__PURE__ */ new Map();
    for (const { name } of await store.list("index/")) {
      const known = this.#indexes.get(name);
      if (known !== void 0) present.set(name, known);
      else if (!this.damaged.has(name)) {
        const packs = await this.#loadIndex(store, name);
        if (packs !== null) present.set(name, packs);
      }
    }
    this.#indexes = present;
  }
  async #loadIndex(store, name) {
    const bytes = await getIfThere(store, name);
    if (bytes === null) return null;
    const packs = decodeIndex(bytes, this.#keys);
    if (packs === null) {
      this.damaged.set(name, vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null }));
      return null;
    }
    for (const pack of packs) {
      if (!await this.#isPresent(store, pack)) this.#lost.add(pack.name);
      this.#addStored(pack);
    }
    return packs.map((pack) => pack.name);
  }
  async #isPresent(store, { name, sizeBytes }) {
    if (this.#present === null || this.#present.get(name) === sizeBytes) return true;
    return await store.size(name) === sizeBytes;
  }
  /** What lay in packs that are going, and was compacted, is read from the packs that have it as well. */
  async #readElsewhere(store) {
    this.#elsewhereUnread = false;
    if (this.#shadowed.size === 0) return;
    for (const [name, listed] of this.#indexes) {
      if (!listed.some((pack) => this.#shadowed.has(pack))) continue;
      const bytes = await getIfThere(store, name);
      if (bytes === null) this.#elsewhereUnread = true;
      const packs = bytes === null ? null : decodeIndex(bytes, this.#keys);
      for (const pack of packs ?? []) {
        const number = this.#byName.get(pack.name)?.number;
        if (number !== void 0 && this.#shadowed.has(pack.name)) this.#insert(number, pack);
      }
    }
  }
  #insert(number, { name, entries }) {
    let shadowed = false;
    for (const { id, offset, sealedLength } of entries) {
      if (!this.table.insertStored(id, number, offset, sealedLength)) shadowed = true;
    }
    if (shadowed) this.#shadowed.add(name);
    else this.#shadowed.delete(name);
  }
  #addStored(pack) {
    const gone = this.#lost.has(pack.name) || this.#doomed.has(pack.name);
    const state = gone ? PACK_DEAD : PACK_STORED;
    const known = this.#byName.get(pack.name);
    if (known !== void 0) {
      if (this.table.packState(known.number) === PACK_DEAD) this.table.setPackState(known.number, state);
      return;
    }
    const number = this.table.newPack(state);
    this.#remember(number, pack);
    this.table.reserve(pack.entries.length);
    this.#insert(number, pack);
  }
  #remember(number, { name, type, sizeBytes, salt, entries }) {
    const known = { number, name, type, sizeBytes, salt, blobCount: entries.length };
    this.#byName.set(name, known);
    this.#byNumber.set(number, known);
  }
};
async function readDoomedPacks(store, keys, damaged) {
  const doomed = /* @__PURE__ */ new Set();
  for (const { name } of await store.list("tombstones/")) {
    const bytes = await getIfThere(store, name);
    if (bytes === null) continue;
    const tombstone = decodeTombstone(bytes, keys);
    if (tombstone === null) {
      const fault = vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null });
      if (damaged === null) throw fault;
      damaged.set(name, fault);
    }
    for (const pack of tombstone?.packs ?? []) doomed.add(pack);
  }
  return doomed;
}
async function getIfThere(store, name) {
  try {
    return await store.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") return null;
    throw error;
  }
}
async function packSizes(store) {
  const listed = [...await store.list("data/"), ...await store.list("tree/")];
  return new Map(listed.map(({ name, sizeBytes }) => [name, sizeBytes]));
}

// lib/adapters/engine-workers/engine-thread-died.ts
function engineThreadDied(cause) {
  return new Fault(
    {
      code: "EngineThreadDied",
      message: "A worker thread of the replication engine ended unexpectedly.",
      possibleCauses: "The process ran out of memory, or a bug of ours.",
      recommendedAction: "Nothing: the work is tried again. If it recurs, send us the log of the program."
    },
    { cause, retryable: true }
  );
}

// lib/adapters/compute/unix-socket.ts
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import path3 from "node:path";
var SOCKET_PATH_BYTES_MAX = 103;
async function listenOnUnixSocket(server, socketPath) {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) throw tooLong(socketPath);
  mkdirSync(path3.dirname(socketPath), { recursive: true, mode: 448 });
  if (existsSync(socketPath)) {
    if (await somebodyAnswers(socketPath)) throw taken(socketPath);
    rmSync(socketPath);
  }
  const umask = process.umask(127);
  try {
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(socketPath, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } finally {
    process.umask(umask);
  }
}
function somebodyAnswers(socketPath) {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
function tooLong(socketPath) {
  return new Fault({
    code: "SocketPathTooLong",
    message: `The socket path ${socketPath} is longer than ${SOCKET_PATH_BYTES_MAX} bytes.`,
    possibleCauses: "The home folder lies deep in the file system.",
    recommendedAction: "Choose a home folder with a shorter path."
  });
}
function taken(socketPath) {
  return new Fault({
    code: "SocketInUse",
    message: `Another program answers on ${socketPath}.`,
    possibleCauses: "The same host was started twice.",
    recommendedAction: "Use the one that runs, or end it and start again."
  });
}

// lib/engine/vault/sweep-grace.ts
var SWEEP_GRACE_MS = 60 * 60 * 1e3;

// lib/engine/vault/point-object.ts
function encodePoint(point, keys, random) {
  const text = Buffer.from(JSON.stringify({ version: 1, ...point }), "utf8");
  const bytes = sealBox("point", text, keys, random);
  return { name: pointName(point.machineId, new Date(point.at), bytes), bytes };
}
function decodePoint(name, bytes, keys) {
  const text = openBox("point", bytes, keys);
  const parsed = parseObjectName(name);
  if (text === null || parsed?.kind !== "points") return null;
  const point = JSON.parse(text.toString("utf8"));
  if (point.version !== 1 || point.machineId !== parsed.machineId) return null;
  if (!name.startsWith(`points/${point.machineId}/${point.at.replace(/[-:.]/g, "")}-`)) return null;
  const hasher = new BlockHasher(keys);
  for (const disk of point.disks) {
    const top = idFromHex(disk.top);
    if (top === null || hasher.root(disk.virtualSizeBytes, top).toString("hex") !== disk.root) return null;
  }
  const { version: _version, ...rest } = point;
  return rest;
}

// lib/engine/vault/tree-reader.ts
var TreeReader = class {
  #reader;
  #shape;
  #top;
  #context;
  constructor(reader, shape, top, context) {
    this.#reader = reader;
    this.#shape = shape;
    this.#top = top;
    this.#context = context;
  }
  /** Page `index` of `level` (1 is the lowest), reading the pages on the way from the top. */
  async page(level, index) {
    const id = level === this.#shape.height ? this.#top : await this.#childId(level + 1, index);
    return id === null || isZeroId(id) ? null : this.#reader.page(id, level, this.#context);
  }
  /** The id of page `index` of `level`; zero for a page of zeros. */
  async pageId(level, index) {
    return level === this.#shape.height ? this.#top : this.#childId(level + 1, index);
  }
  /** The lowest pages that are not all zero, in the order of the disk. */
  async *lowestPages() {
    yield* this.#below(this.#shape.height, 0, this.#top);
  }
  /** Every page id of the tree, depth first, `visit` deciding whether to go below it. */
  async visitPages(visit) {
    const go = async (id, level) => {
      if (isZeroId(id) || !visit(id, level) || level === 1) return;
      const page = await this.#reader.page(id, level, this.#context);
      for (const child of children(page)) await go(child, level - 1);
    };
    await go(this.#top, this.#shape.height);
  }
  async *#below(level, index, id) {
    if (isZeroId(id)) return;
    const page = await this.#reader.page(id, level, this.#context);
    if (level === 1) {
      yield { index, page };
      return;
    }
    let child = index * PAGE_CHILDREN;
    for (const childId of children(page)) yield* this.#below(level - 1, child++, childId);
  }
  async #childId(parentLevel, index) {
    const parent = await this.page(parentLevel, Math.floor(index / PAGE_CHILDREN));
    if (parent === null) return null;
    const at = index % PAGE_CHILDREN * ID_BYTES;
    return parent.subarray(at, at + ID_BYTES);
  }
};
function* children(page) {
  for (let at = 0; at < page.length; at += ID_BYTES) yield page.subarray(at, at + ID_BYTES);
}

// lib/engine/on-demand/present-blocks.ts
var PresentBlocks = class {
  bits;
  #blockCount;
  constructor(blockCount, bits = new Uint8Array(Math.ceil(blockCount / 8))) {
    assert(bits.length === Math.ceil(blockCount / 8), "a map of another disk's size");
    this.bits = bits;
    this.#blockCount = blockCount;
  }
  has(index) {
    return ((this.bits[index >>> 3] ?? 0) >>> (index & 7) & 1) === 1;
  }
  add(index) {
    assert(index >= 0 && index < this.#blockCount, `block ${index} is outside the disk`);
    this.bits[index >>> 3] = (this.bits[index >>> 3] ?? 0) | 1 << (index & 7);
  }
  addRuns(runs) {
    for (const run of runs) for (let index = run.first; index < run.end; index++) this.add(index);
  }
  clear() {
    this.bits.fill(0);
  }
  /** The present blocks from `first` up to `end`, as runs. */
  runs(first, end) {
    const runs = [];
    for (let index = first; index < Math.min(end, this.#blockCount); index++) {
      if (!this.has(index)) continue;
      const last = runs.at(-1);
      if (last?.end === index) last.end += 1;
      else runs.push({ first: index, end: index + 1 });
    }
    return runs;
  }
};

export {
  onDemandFiles,
  readOnDemandState,
  writeOnDemandState,
  removeOnDemandFiles,
  engineThreadDied,
  findProgram,
  programPath,
  listenOnUnixSocket,
  FolderStore,
  systemClock,
  PresentBlocks,
  createFixedVhd,
  createDynamicVhd,
  encodeIndex,
  decodeIndex,
  readPackHeader,
  SWEEP_GRACE_MS,
  GroupCompressor,
  BlobOpener,
  GroupCache,
  vaultDamage,
  runOvertaken,
  BlobReader,
  encodePoint,
  decodePoint,
  TreeReader,
  children,
  encodeTombstone,
  decodeTombstone,
  VaultIndex
};
