import {
  BlobOpener,
  BlobReader,
  FolderStore,
  GroupCache,
  GroupCompressor,
  PresentBlocks,
  SWEEP_GRACE_MS,
  TreeReader,
  VaultIndex,
  children,
  createFixedVhd,
  decodeIndex,
  decodePoint,
  decodeTombstone,
  encodeIndex,
  encodeTombstone,
  engineThreadDied,
  findProgram,
  listenOnUnixSocket,
  onDemandFiles,
  readOnDemandState,
  readPackHeader,
  removeOnDemandFiles,
  systemClock,
  vaultDamage,
  writeOnDemandState
} from "./chunk-TLOWK3F4.mjs";
import {
  rootOfDisk,
  rootOfIds,
  rootOfRuns
} from "./chunk-ODQSTQ4I.mjs";
import {
  BLOB_TYPE,
  BLOCK_BYTES,
  BlockGroup,
  Compressor,
  Fault,
  GROUP_BLOCKS,
  GROUP_CONTEXT,
  HEADER_ENTRY_BYTES,
  ID_BYTES,
  NONCE_DOMAIN,
  PACK_BLOBS_MAX,
  PACK_FILL_BYTES,
  PACK_FOOT_BYTES,
  PACK_HEAD_BYTES,
  PACK_MAGIC,
  PACK_SALT_AT,
  PAGE_BYTES,
  PAGE_CHILDREN,
  PackWriter,
  SALT_BYTES,
  TAG_BYTES,
  assert,
  blockLengthBytes,
  deriveVaultKeys,
  fileAlreadyExists,
  finishPack,
  fromWireError,
  groupLength,
  headerPlace,
  idFromHex,
  invalidObjectName,
  isZeroId,
  nodeFileSystem,
  nonceAt,
  objectNotFound,
  objectTruncated,
  openDisk,
  openFrozenView,
  openHeader,
  packKey,
  parseObjectName,
  sealInto,
  sha256Hex,
  systemRandom,
  toWireError,
  treeShape
} from "./chunk-TQ4H22DW.mjs";

// bin/vault-worker.ts
import os from "node:os";

// lib/adapters/stores/store-location.ts
import { createHash } from "node:crypto";

// lib/adapters/stores/azure-blob-store.ts
import {
  BlobServiceClient,
  StorageRetryPolicyType,
  StorageSharedKeyCredential
} from "@azure/storage-blob";

// lib/adapters/stores/azure-blob-errors.ts
import { RestError } from "@azure/storage-blob";
function translateBlobError(error, what, container) {
  if (error instanceof Fault) return error;
  if (!(error instanceof RestError)) return isNetworkError(error) ? notReachable(container, error) : error;
  const { statusCode, code } = error;
  if (statusCode === void 0) return notReachable(container, error);
  if (code === "ContainerNotFound" || code === "ContainerBeingDeleted") return containerMissing(container, error);
  if (statusCode === 404) return objectNotFound(what, error);
  if (statusCode === 401 || statusCode === 403) return refused(container, code, error);
  return new Fault(
    {
      code: "StorageFailed",
      message: `The storage account answered ${String(statusCode)}${code ? ` (${code})` : ""} for ${what}.`,
      possibleCauses: "The service is busy or limits the account, or the account is being moved, disabled or deleted.",
      recommendedAction: "Look at the storage account in Azure; the operation is tried again."
    },
    { cause: error, retryable: true }
  );
}
function isNetworkError(error) {
  return error instanceof Error && "code" in error && /^E[A-Z_]+$/.test(String(error.code));
}
function notReachable(container, cause) {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const reason = code === "" ? "" : ` (${code})`;
  return new Fault(
    {
      code: "StorageNotReachable",
      message: `The storage at ${container} does not answer${reason}.`,
      possibleCauses: "The network between this machine and Azure is down, a proxy is in the way, or the name is wrong.",
      recommendedAction: "Check the network and the endpoint; replication goes on by itself when the storage answers."
    },
    { cause, retryable: true }
  );
}
function refused(container, code, cause) {
  return new Fault(
    {
      code: "StorageAccessRefused",
      message: `The storage at ${container} refuses the key${code ? ` (${code})` : ""}.`,
      possibleCauses: "The account's key was regenerated, it is another account's, shared keys are disabled, a firewall of the account keeps this machine out, or this machine's clock is wrong.",
      recommendedAction: "Enter the account's present key at the storage account, and check its network rules."
    },
    { cause, retryable: true }
  );
}
function containerMissing(container, cause) {
  return new Fault(
    {
      code: "StorageContainerMissing",
      message: `The container ${container} is gone.`,
      possibleCauses: "It was deleted in Azure, with everything in it.",
      recommendedAction: "Restore the deleted container in Azure (soft delete), within its retention period."
    },
    { cause, retryable: true }
  );
}

// lib/adapters/stores/azure-blob-store.ts
var BLOCK_BYTES2 = 4 * 1024 * 1024;
var BLOCKS_IN_FLIGHT = 3;
var RETRIES = {
  retryPolicyType: StorageRetryPolicyType.EXPONENTIAL,
  maxTries: 5,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 8e3,
  tryTimeoutInMs: 6e4
};
var AzureBlobStore = class _AzureBlobStore {
  #container;
  #prefix;
  constructor(container, prefix) {
    this.#container = container;
    this.#prefix = prefix;
  }
  /** Makes the container when it is missing. Faults: see azure-blob-errors. */
  static async open(location, retries = {}) {
    const container = containerOf(location, retries);
    const store2 = new _AzureBlobStore(container, location.prefix);
    await store2.#call(location.container, async () => {
      if (!await container.exists()) await container.createIfNotExists();
    });
    return store2;
  }
  async put(name, bytes) {
    const blob = this.#blob(name);
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await this.#call(
      name,
      () => blob.uploadData(body, {
        blockSize: BLOCK_BYTES2,
        maxSingleShotSize: BLOCK_BYTES2,
        concurrency: BLOCKS_IN_FLIGHT,
        blobHTTPHeaders: { blobContentType: "application/octet-stream" }
      })
    );
  }
  async get(name, range) {
    const blob = this.#blob(name);
    if (range?.length === 0) return Buffer.alloc(0);
    try {
      return await this.#call(name, async () => {
        const answer2 = await blob.download(range?.offset, range?.length, { maxRetryRequests: RETRIES.maxTries });
        if (range !== void 0 && answer2.contentLength !== range.length) throw objectTruncated(name);
        return await gathered(answer2.readableStreamBody, answer2.contentLength ?? 0);
      });
    } catch (error) {
      throw isBeyondEnd(error) ? objectTruncated(name) : error;
    }
  }
  async size(name) {
    try {
      const { contentLength } = await this.#call(name, () => this.#blob(name).getProperties());
      return contentLength ?? 0;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ObjectNotFound") return null;
      throw error;
    }
  }
  async list(prefix) {
    return this.#call(prefix, async () => {
      const found = [];
      for await (const blob of this.#container.listBlobsFlat({ prefix: this.#prefix + prefix })) {
        const name = blob.name.slice(this.#prefix.length);
        if (parseObjectName(name) === null) continue;
        const { contentLength, lastModified } = blob.properties;
        found.push({ name, sizeBytes: contentLength ?? 0, modifiedAt: lastModified });
      }
      return found;
    });
  }
  async delete(name) {
    await this.#call(name, () => this.#blob(name).deleteIfExists());
  }
  #blob(name) {
    if (parseObjectName(name) === null) throw invalidObjectName(name);
    return this.#container.getBlockBlobClient(this.#prefix + name);
  }
  async #call(what, work) {
    try {
      return await work();
    } catch (error) {
      throw translateBlobError(error, what, this.#container.url);
    }
  }
};
function containerOf(location, retries = {}) {
  const credential = new StorageSharedKeyCredential(location.accountName, location.accountKey);
  const options = { retryOptions: { ...RETRIES, ...retries }, userAgentOptions: { userAgentPrefix: "Secondsite" } };
  return new BlobServiceClient(location.endpoint, credential, options).getContainerClient(location.container);
}
async function gathered(body, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for await (const chunk of body ?? []) at += Buffer.from(chunk).copy(bytes, at);
  return bytes.subarray(0, at);
}
var isBeyondEnd = (error) => error instanceof Error && error.cause instanceof Error && "statusCode" in error.cause && error.cause.statusCode === 416;

// lib/adapters/stores/store-location.ts
var blobStores = /* @__PURE__ */ new Map();
async function openStore(location) {
  if (location.kind === "folder") return FolderStore.open(location.folder);
  const id = createHash("sha256").update(JSON.stringify(location)).digest("hex");
  const known = blobStores.get(id);
  if (known) return known;
  const store2 = await AzureBlobStore.open(location);
  blobStores.set(id, store2);
  return store2;
}

// lib/engine/vault/open-point.ts
async function openPoint(store2, keys, name, context) {
  let bytes;
  try {
    bytes = await store2.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") {
      throw vaultDamage("VaultPointMissing", name, context, error);
    }
    throw error;
  }
  const point = decodePoint(name, bytes, keys);
  if (point === null) throw vaultDamage("VaultPointDamaged", name, context);
  return point;
}
async function openListedPoint(store2, keys, name, context) {
  try {
    return await openPoint(store2, keys, name, context);
  } catch (error) {
    if (error instanceof Fault && error.code === "VaultPointMissing") return null;
    throw error;
  }
}

// lib/engine/vault/vault-reader.ts
async function openVaultReader(store2, keys) {
  const index = new VaultIndex(keys);
  await index.refresh(store2, { checkPacks: true, reading: true });
  return { store: store2, keys, index, blobs: new BlobReader(store2, index, keys) };
}
function treeOfDisk(vault, disk, context) {
  const top = idFromHex(disk.top);
  if (top === null) throw vaultDamage("VaultPointDamaged", `disk ${disk.diskId}`, context);
  const shape = treeShape(disk.virtualSizeBytes);
  return { tree: new TreeReader(vault.blobs, shape, top, context), shape, top };
}

// lib/engine/vault/check-point.ts
async function checkPoint(vault, name, context, options = {}) {
  let bytesRead = 0;
  try {
    const point = await openPoint(vault.store, vault.keys, name, context);
    for (const disk of point.disks) {
      const { tree } = treeOfDisk(vault, disk, context);
      for await (const { index, page } of tree.lowestPages()) {
        let blockIndex = index * PAGE_CHILDREN;
        const wanted = [];
        for (const id of children(page)) {
          if (!isZeroId(id)) wanted.push({ id, blockIndex });
          blockIndex += 1;
        }
        await vault.blobs.blocks(wanted, context, () => bytesRead += BLOCK_BYTES, options.signal);
        options.onProgress?.(bytesRead);
      }
    }
    return { name, problem: null, bytesRead };
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith("Vault")) return { name, problem: error, bytesRead };
    throw error;
  }
}

// lib/engine/vault/check-packs.ts
var LEVELS_MAX = 4;
var PackChecker = class {
  #store;
  #keys;
  #opener;
  #block = Buffer.alloc(BLOCK_BYTES);
  #page = Buffer.alloc(PAGE_BYTES);
  #groups = new GroupCache(1);
  #groupsOf = "";
  #sound;
  constructor(store2, keys, sound = null) {
    this.#sound = sound;
    this.#store = store2;
    this.#keys = keys;
    this.#opener = new BlobOpener(keys);
  }
  async check(pack) {
    const bytes = await this.#read(pack.name);
    if (bytes === null) {
      return { damage: { problem: "missing", lost: idsOf(pack.entries) }, bytesRead: 0, blobsVerified: 0 };
    }
    const lost = /* @__PURE__ */ new Set();
    for (const entry of pack.entries) if (!this.#opens(pack, entry, bytes)) lost.add(entry.id.toString("latin1"));
    await this.#sound?.flush();
    const blobsVerified = pack.entries.length - lost.size;
    const problem = this.#problemOf(pack, bytes, lost.size > 0);
    return { damage: problem === null ? null : { problem, lost }, bytesRead: bytes.length, blobsVerified };
  }
  #problemOf(pack, bytes, lost) {
    if (sha256Hex(bytes) !== parseObjectName(pack.name)?.sha256) {
      return bytes.length < pack.sizeBytes ? "truncated" : "altered";
    }
    return lost || !this.#headerOpens(bytes) ? "foreign" : null;
  }
  #headerOpens(bytes) {
    const place = headerPlace(bytes.subarray(Math.max(0, bytes.length - PACK_FOOT_BYTES)), bytes.length);
    if (place === null) return false;
    const sealed = bytes.subarray(place.offset, place.offset + place.length);
    return openHeader(bytes.subarray(0, PACK_HEAD_BYTES), sealed, place, this.#keys) !== null;
  }
  #opens(pack, { id, offset, sealedLength }, bytes) {
    const sealed = bytes.subarray(offset, offset + sealedLength);
    if (sealed.length < sealedLength) return false;
    if (pack.type === "block") {
      const opens = this.#opener.openBlock(id, sealed, offset, pack.salt, this.#block);
      if (opens) this.#sound?.take("block", { id, offset, sealedLength }, this.#block);
      return opens;
    }
    if (pack.type === "group") return this.#opensInGroup(pack, { id, offset, sealedLength }, sealed);
    for (let level = 1; level <= LEVELS_MAX; level++) {
      if (!this.#opener.openPage(id, level, sealed, offset, pack.salt, this.#page)) continue;
      this.#sound?.take("page", { id, offset, sealedLength }, this.#page);
      return true;
    }
    return false;
  }
  #opensInGroup(pack, entry, sealed) {
    const { id, offset } = entry;
    let group = this.#groups.get(0, offset);
    if (this.#groupsOf !== pack.name || group === void 0) {
      group = this.#opener.openGroup(sealed, offset, pack.salt) ?? void 0;
      this.#groupsOf = pack.name;
      if (group !== void 0) this.#groups.put(0, offset, group);
    }
    const block = group?.block(id) ?? null;
    if (block === null || !this.#opener.isBlock(id, block)) return false;
    this.#sound?.take("block", entry, block);
    return true;
  }
  async #read(name) {
    try {
      return await this.#store.get(name);
    } catch (error) {
      if (error instanceof Fault && error.code === "ObjectNotFound") return null;
      throw error;
    }
  }
};
async function* listedPacks(store2, keys, indexNames) {
  const seen = /* @__PURE__ */ new Set();
  for (const name of indexNames) {
    const bytes = await store2.get(name).catch((error) => {
      if (error instanceof Fault && error.code === "ObjectNotFound") return null;
      throw error;
    });
    for (const pack of (bytes && decodeIndex(bytes, keys)) ?? []) {
      if (seen.has(pack.name)) continue;
      seen.add(pack.name);
      yield pack;
    }
  }
}
function idsOf(entries) {
  return new Set(entries.map(({ id }) => id.toString("latin1")));
}

// lib/engine/vault/vault-check.ts
var EXTENTS_MAX = 1e3;
function isSound(check) {
  return check.damagedObjects.length + check.damagedPoints.length + check.unlistedPacks.length === 0;
}

// lib/engine/vault/lost-extents.ts
var LossFinder = class {
  #index;
  #blobs;
  #lossOf;
  #observer;
  #whole = /* @__PURE__ */ new Set();
  constructor(index, blobs, lossOf2, observer) {
    this.#index = index;
    this.#blobs = blobs;
    this.#lossOf = lossOf2;
    this.#observer = observer;
  }
  /** Null when the disk is whole. */
  async find(disk, context, signal) {
    const losses = new LossList(disk.shape);
    await this.#walk(disk.top, disk.shape.height, 0, { context, losses, signal });
    if (losses.isEmpty) return null;
    return { diskId: disk.diskId, virtualSizeBytes: disk.shape.virtualSizeBytes, ...losses.result() };
  }
  /** True when nothing below the page is lost. */
  async #walk(id, level, index, walk) {
    if (isZeroId(id)) return true;
    const key = id.toString("latin1");
    if (this.#whole.has(key)) return true;
    walk.signal?.throwIfAborted();
    const blocksBelow = PAGE_CHILDREN ** level;
    const page = await this.#page(id, level, walk.context);
    if (typeof page === "string") {
      walk.losses.add(index * blocksBelow, blocksBelow, page);
      return false;
    }
    let whole = true;
    let child = index * PAGE_CHILDREN;
    for (const childId of children(page)) {
      const sound = level > 1 ? await this.#walk(childId, level - 1, child, walk) : this.#block(childId, child, walk);
      whole = whole && sound;
      child += 1;
    }
    if (whole) this.#whole.add(key);
    return whole;
  }
  #block(id, index, { losses }) {
    if (isZeroId(id)) return true;
    const pack = this.#lossOf(id);
    this.#needed(id);
    if (pack === null) return true;
    losses.add(index, 1, pack);
    return false;
  }
  /** The page, or the name of the pack in which it cannot be read. */
  async #page(id, level, context) {
    const lostIn = this.#lossOf(id);
    this.#needed(id);
    if (lostIn !== null) return lostIn;
    try {
      return await this.#blobs.page(id, level, context);
    } catch (error) {
      if (!(error instanceof Fault && error.code.startsWith("Vault"))) throw error;
      const pack = this.#index.locate(id)?.in.name ?? "";
      this.#observer.onBadPage(pack);
      return pack;
    }
  }
  #needed(id) {
    const place = this.#index.table.place(id);
    if (place !== null) this.#observer.onNeeded(place.pack);
  }
};
var LossList = class {
  #shape;
  #extents = [];
  #objects = /* @__PURE__ */ new Set();
  #lostBytes = 0;
  constructor(shape) {
    this.#shape = shape;
  }
  get isEmpty() {
    return this.#lostBytes === 0;
  }
  add(firstBlock, count, object) {
    const offsetBytes = firstBlock * BLOCK_BYTES;
    const lengthBytes = Math.min(count * BLOCK_BYTES, this.#shape.virtualSizeBytes - offsetBytes);
    this.#objects.add(object);
    this.#lostBytes += lengthBytes;
    const last = this.#extents.at(-1);
    if (last !== void 0 && last.offsetBytes + last.lengthBytes === offsetBytes) last.lengthBytes += lengthBytes;
    else if (this.#extents.length < EXTENTS_MAX) this.#extents.push({ offsetBytes, lengthBytes });
  }
  result() {
    return { extents: this.#extents, lostBytes: this.#lostBytes, objects: [...this.#objects].sort() };
  }
};

// lib/engine/vault/check-vault.ts
var LOOKS_MAX = 3;
async function checkVault(request) {
  const data = await readPacks(request);
  for (let look = 1; ; look++) {
    const before = await namesOf(request.store);
    const check = await checkStructure(request, data);
    if (isSound(check) || look === LOOKS_MAX || before === await namesOf(request.store)) return check;
  }
}
async function readPacks(request) {
  const { store: store2, keys, signal } = request;
  const damages = /* @__PURE__ */ new Map();
  const done = { packsRead: 0, bytesRead: 0, blobsVerified: 0 };
  if (request.read === "none") return { damages, ...done };
  const vault = await openVaultReader(store2, keys);
  const present = [...await store2.list("data/"), ...await store2.list("tree/")];
  const due = request.read === "all" ? null : request.read(present);
  const sizes = present.filter(({ name }) => due?.has(name) !== false);
  const bytesTotal = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const checker = new PackChecker(store2, keys);
  const checkOne = async (pack) => {
    signal?.throwIfAborted();
    if (due?.has(pack.name) === false) return;
    const verdict = await checker.check(pack);
    done.packsRead += 1;
    done.bytesRead += verdict.bytesRead;
    done.blobsVerified += verdict.blobsVerified;
    if (verdict.damage === null) request.onSoundPack?.(pack.name);
    else damages.set(pack.name, verdict.damage);
    request.onProgress?.({ bytesRead: done.bytesRead, bytesTotal });
  };
  for await (const pack of listedPacks(store2, keys, vault.index.indexes().keys())) await checkOne(pack);
  for (const pack of await vault.index.readUnindexedPacks(store2)) await checkOne(pack);
  return { damages, ...done };
}
async function checkStructure(request, data) {
  const { store: store2, keys, signal } = request;
  const objects = await listAll(store2);
  const vault = await openVaultReader(store2, keys);
  const small = await checkSmallObjects(request, objects, vault);
  const packs = await damagedPacks(request, objects, vault, data.damages);
  const unlisted = new Set((await vault.index.readUnindexedPacks(store2)).map(({ name }) => name));
  const nameless = [...vault.index.unreadablePacks];
  const needed = /* @__PURE__ */ new Set();
  const finder = new LossFinder(vault.index, vault.blobs, lossOf(vault, packs), {
    onBadPage: (pack) => noteBadPage(packs, pack),
    onNeeded: (pack) => needed.add(pack)
  });
  const damagedPoints = [];
  for (const { name, point } of small.points) {
    const damaged = point === null ? lostPoint(name) : await checkDisks(vault, finder, name, point, signal);
    if (damaged !== null) damagedPoints.push(damaged);
  }
  const neededNames = new Set([...needed].map((number) => vault.index.packByNumber(number).name));
  const inStore = objects.filter(({ name }) => isPack(name));
  const orphans = inStore.filter(({ name }) => !neededNames.has(name) && !vault.index.unreadablePacks.has(name));
  return {
    depth: request.read === "none" ? "structure" : "data",
    points: small.points.length,
    packs: inStore.length,
    storedBytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    packsRead: data.packsRead,
    bytesRead: data.bytesRead,
    blobsVerified: data.blobsVerified,
    damagedObjects: [
      ...small.damaged,
      ...reportPacks(packs, unlisted, neededNames),
      // What they held, nobody can say: if points needed it, they miss it.
      ...nameless.map((name) => ({ name, problem: "altered", blobsLost: 0 }))
    ].sort(byName),
    damagedPoints: damagedPoints.sort(byName),
    unlistedPacks: [...unlisted].filter((name) => neededNames.has(name)).sort(),
    orphans: { packs: orphans.length, bytes: orphans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    unexpectedPoints: small.unexpected
  };
}
async function damagedPacks({ store: store2, keys }, objects, vault, read) {
  const bad = /* @__PURE__ */ new Map();
  const sizes = new Map(objects.map(({ name, sizeBytes }) => [name, sizeBytes]));
  for (const [name, { problem, lost }] of read) {
    if (problem === "missing" && !vault.index.knownPacks().some((pack) => pack.name === name)) continue;
    bad.set(name, { problem, lost: (id) => lost.has(id.toString("latin1")), blobsLost: lost.size });
  }
  for await (const pack of listedPacks(store2, keys, vault.index.indexes().keys())) {
    const present = sizes.get(pack.name) ?? await store2.size(pack.name);
    if (present === pack.sizeBytes || bad.has(pack.name)) continue;
    const ends = present ?? 0;
    const beyond = pack.entries.filter(({ offset, sealedLength }) => offset + sealedLength > ends);
    const problem = present === null ? "missing" : present < pack.sizeBytes ? "truncated" : "altered";
    bad.set(pack.name, { problem, lost: (_id, end) => end > ends, blobsLost: beyond.length });
  }
  return bad;
}
function noteBadPage(packs, pack) {
  const known = packs.get(pack) ?? { problem: "altered", lost: () => false, blobsLost: 0 };
  packs.set(pack, { ...known, blobsLost: known.blobsLost + 1 });
}
function lossOf(vault, bad) {
  return (id) => {
    const place = vault.index.locate(id);
    if (place === null) return "";
    const pack = bad.get(place.in.name);
    return pack?.lost(id, place.offset + place.sealedLength) === true ? place.in.name : null;
  };
}
function reportPacks(bad, unlisted, needed) {
  return [...bad].filter(([name]) => name !== "" && (!unlisted.has(name) || needed.has(name))).map(([name, { problem, blobsLost }]) => ({ name, problem, blobsLost }));
}
async function checkSmallObjects({ store: store2, keys, expectedPoints, expectEnvelope }, objects, vault) {
  const damaged = [];
  const points = [];
  const expected = new Set(expectedPoints ?? []);
  for (const { name } of objects) {
    const parsed = parseObjectName(name);
    if (parsed === null || isPack(name)) continue;
    const bytes = await getIfThere(store2, name);
    if (bytes === null) continue;
    const intact = sha256Hex(bytes) === parsed.sha256;
    const point = parsed.kind === "points" ? decodePoint(name, bytes, keys) : null;
    const opens = parsed.kind === "points" ? point !== null : !vault.index.damaged.has(name);
    if (!intact || !opens) damaged.push({ name, problem: intact ? "foreign" : "altered", blobsLost: 0 });
    if (parsed.kind === "points") points.push({ name, point: intact ? point : null });
  }
  if (expectEnvelope === true && !objects.some(({ name }) => name.startsWith("keys/"))) {
    damaged.push({ name: "keys/", problem: "missing", blobsLost: 0 });
  }
  const found = new Set(points.map(({ name }) => name));
  for (const name of expected) {
    if (found.has(name)) continue;
    damaged.push({ name, problem: "missing", blobsLost: 0 });
    points.push({ name, point: null });
  }
  const unexpected = expectedPoints === null ? [] : [...found].filter((name) => !expected.has(name)).sort();
  return { damaged, points, unexpected };
}
async function checkDisks(vault, finder, name, point, signal) {
  const context = { machine: point.machineId, point: name };
  const disks = [];
  for (const disk of point.disks) {
    const { shape, top } = treeOfDisk(vault, disk, context);
    const damaged = await finder.find({ diskId: disk.diskId, shape, top }, context, signal);
    if (damaged !== null) disks.push(damaged);
  }
  return disks.length === 0 ? null : { name, machineId: point.machineId, at: point.at, state: "partlyLost", disks };
}
function lostPoint(name) {
  return { name, machineId: parseObjectName(name)?.machineId ?? "", at: instantOf(name), state: "lost", disks: [] };
}
function instantOf(name) {
  const digits = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(name);
  if (digits === null) return "";
  const [, year, month, day, hour, minute, second, ms] = digits;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}
function isPack(name) {
  return name.startsWith("data/") || name.startsWith("tree/");
}
async function listAll(store2) {
  const kinds = ["keys/", "index/", "points/", "tombstones/", "data/", "tree/"];
  const found = [];
  for (const kind of kinds) found.push(...await store2.list(kind));
  return found;
}
async function namesOf(store2) {
  const kinds = ["index/", "points/", "tombstones/"];
  const names = [];
  for (const kind of kinds) for (const { name } of await store2.list(kind)) names.push(name);
  return names.sort().join("\n");
}
async function getIfThere(store2, name) {
  try {
    return await store2.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") return null;
    throw error;
  }
}
function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

// lib/engine/vault/isolate-damage.ts
async function isolateDamage(request) {
  const { store: store2, keys } = request;
  const vault = await openVaultReader(store2, keys);
  const unlisted = await vault.index.readUnindexedPacks(store2);
  const suspects = await suspectPacks(request, vault, unlisted);
  const saved = new Salvage(request);
  const removed = new Set(request.suspects.filter((name) => vault.index.unreadablePacks.has(name)));
  let blobsLost = 0;
  for (const [done, pack] of suspects.entries()) {
    request.signal?.throwIfAborted();
    const verdict = await new PackChecker(store2, keys).check(pack);
    request.onProgress?.(done + 1, suspects.length);
    if (verdict.damage === null) continue;
    blobsLost += verdict.damage.lost.size;
    removed.add(pack.name);
    if (verdict.blobsVerified > 0) await new PackChecker(store2, keys, saved).check(pack);
  }
  const packs = await saved.finish();
  const indexesRewritten = await rewriteIndexes(request, vault, { removed, added: packs, unlisted });
  for (const name of removed) await store2.delete(name);
  for (const name of request.suspects)
    if (name.startsWith("tombstones/") && vault.index.damaged.has(name)) await store2.delete(name);
  return { packsRemoved: [...removed], blobsSaved: saved.blobs, blobsLost, indexesRewritten };
}
async function suspectPacks({ store: store2, keys, suspects }, vault, unlisted) {
  const named = new Set(suspects);
  const found = unlisted.filter(({ name }) => named.has(name));
  for await (const pack of listedPacks(store2, keys, vault.index.indexes().keys())) {
    if (named.has(pack.name)) found.push(pack);
  }
  return found;
}
async function rewriteIndexes({ store: store2, keys, random }, vault, { removed, added, unlisted }) {
  const stale = [...vault.index.indexes()].filter(([, listed]) => listed.some((name) => removed.has(name)));
  const old = stale.map(([name]) => name);
  const damaged = [...vault.index.damaged.keys()].filter((name) => name.startsWith("index/"));
  const packs = new Map(added.map((pack) => [pack.name, pack]));
  for await (const pack of listedPacks(store2, keys, old)) packs.set(pack.name, pack);
  for (const pack of unlisted) packs.set(pack.name, pack);
  for (const name of removed) packs.delete(name);
  if (packs.size > 0) {
    const { name, bytes } = encodeIndex([...packs.values()], keys, random);
    await store2.put(name, bytes);
  }
  for (const name of [...old, ...damaged]) await store2.delete(name);
  return old.length + damaged.length;
}
var Salvage = class {
  blobs = 0;
  #request;
  #compressor = new Compressor();
  #open = /* @__PURE__ */ new Map();
  #stored = [];
  #full = [];
  constructor(request) {
    this.#request = request;
  }
  /** Called for each blob that opens; the bytes are overwritten by the next. */
  take(type, { id }, plain) {
    let writer = this.#open.get(type);
    if (writer?.hasRoom() === false) {
      this.#full.push(writer);
      writer = void 0;
    }
    if (writer === void 0) {
      const { keys, random } = this.#request;
      writer = new PackWriter(type, Buffer.alloc(PACK_FILL_BYTES), keys, random, this.#compressor);
      this.#open.set(type, writer);
    }
    writer.add(Buffer.from(id), plain);
    this.blobs += 1;
  }
  /** After each damaged pack, so that few are in memory. */
  async flush() {
    const full = this.#full;
    this.#full = [];
    for (const writer of full) await this.#store(writer);
  }
  async finish() {
    await this.flush();
    for (const writer of this.#open.values()) await this.#store(writer);
    return this.#stored;
  }
  async #store(writer) {
    const { bytes, ...pack } = writer.finish();
    await this.#request.store.put(pack.name, bytes);
    this.#stored.push(pack);
  }
};

// lib/engine/vault/compaction-plan.ts
var LIVE_SHARE_MIN = 0.6;
var SMALL_GROUP_PACK_BYTES = 1024 * 1024;
var SMALL_PAGE_PACK_BYTES = 512 * 1024;
var SMALL_PACKS_MIN = 8;
function planCompaction(index, live, packs, oldest) {
  const old = packs.filter(({ modifiedAt }) => oldest.now - modifiedAt.getTime() >= oldest.minimumAgeMs);
  const order = new Map(
    old.sort((a, b) => a.modifiedAt.getTime() - b.modifiedAt.getTime() || a.name.localeCompare(b.name)).map(({ name }, at) => [name, at])
  );
  const candidates = index.knownPacks().filter(({ name, number }) => order.has(name) && index.isReliable(number) && live.packs.has(number)).sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  const livePart = ({ number, sizeBytes }) => (live.packs.get(number)?.bytes ?? 0) / sizeBytes;
  const chosen = /* @__PURE__ */ new Set();
  const smallOnes = (type, bytes) => {
    const small = candidates.filter((pack) => pack.type === type && pack.sizeBytes < bytes);
    if (small.length >= SMALL_PACKS_MIN) for (const pack of small) chosen.add(pack);
  };
  for (const pack of candidates) {
    if (pack.type === "block" || livePart(pack) < LIVE_SHARE_MIN) chosen.add(pack);
  }
  smallOnes("group", SMALL_GROUP_PACK_BYTES);
  smallOnes("page", SMALL_PAGE_PACK_BYTES);
  const ordered = candidates.filter((pack) => chosen.has(pack)).map((pack) => ({ pack, liveBlobs: live.packs.get(pack.number)?.blobs ?? 0 }));
  return {
    data: ordered.filter(({ pack }) => pack.type !== "page"),
    tree: ordered.filter(({ pack }) => pack.type === "page")
  };
}

// lib/engine/vault/group-pack-writer.ts
var GroupPackWriter = class {
  #keys;
  #random;
  #store;
  #compressor = new GroupCompressor(groupLength(GROUP_BLOCKS));
  #plain = Buffer.alloc(groupLength(GROUP_BLOCKS));
  #buffer = Buffer.alloc(PACK_FILL_BYTES);
  #opener;
  #pack = null;
  #counts = /* @__PURE__ */ new Map();
  /** `store` gets each finished pack; its bytes are overwritten when it has resolved. */
  constructor(keys, random, store2) {
    this.#keys = keys;
    this.#opener = new BlobOpener(keys);
    this.#random = random;
    this.#store = store2;
  }
  /** Compresses and seals up to GROUP_BLOCKS blocks as one group. They may be overwritten when it has resolved. */
  async add(blocks) {
    assert(blocks.length >= 1 && blocks.length <= GROUP_BLOCKS, "a group of this writer has 1 to 16 blocks");
    const length = BlockGroup.encode(blocks, this.#plain);
    const frame = this.#compressor.compress(this.#plain.subarray(0, length));
    if (!this.#hasRoom(frame.length, blocks.length)) await this.finish();
    const pack = this.#pack ??= this.#begin();
    const nonce = nonceAt(pack.end, NONCE_DOMAIN.blob);
    const sealedLength = sealInto(this.#buffer, pack.end, frame, pack.key, nonce, GROUP_CONTEXT);
    this.#requireReadable(pack.end, sealedLength, pack.salt, this.#plain.subarray(0, length));
    this.#counts.set(pack.end, blocks.length);
    for (const { id } of blocks) pack.entries.push({ id: Buffer.from(id), offset: pack.end, sealedLength });
    pack.end += sealedLength;
  }
  /** Stores what has been begun. */
  async finish() {
    const pack = this.#pack;
    this.#pack = null;
    if (pack === null) return;
    const plainLengthOf = ({ offset }) => groupLength(this.#counts.get(offset) ?? 0);
    const finished = finishPack({ ...pack, type: "group", buffer: this.#buffer, plainLengthOf });
    this.#counts.clear();
    await this.#store(finished);
  }
  /** What it replaces will be deleted: that it opens is seen before anybody relies on it. */
  #requireReadable(offset, length, salt, plain) {
    const opened = this.#opener.openGroup(this.#buffer.subarray(offset, offset + length), offset, salt);
    assert(opened?.equals(plain) === true, "a group that was just sealed does not open to what was put in");
  }
  #hasRoom(frameBytes, blocks) {
    if (this.#pack === null) return true;
    const entries = this.#pack.entries.length + blocks;
    const end = this.#pack.end + frameBytes + TAG_BYTES + entries * HEADER_ENTRY_BYTES + TAG_BYTES + PACK_FOOT_BYTES;
    return entries <= PACK_BLOBS_MAX && end <= PACK_FILL_BYTES;
  }
  #begin() {
    const salt = this.#random.bytes(SALT_BYTES);
    this.#buffer.fill(0, 0, PACK_HEAD_BYTES);
    PACK_MAGIC.copy(this.#buffer, 0);
    this.#buffer[8] = BLOB_TYPE.group;
    salt.copy(this.#buffer, PACK_SALT_AT);
    return { salt, key: packKey(this.#keys, salt), entries: [], end: PACK_HEAD_BYTES };
  }
};

// lib/engine/vault/compact-pages.ts
var LEVELS_MAX2 = 4;
async function rewritePages(parts, packs, store2) {
  const rewritten = [];
  const compressor = new Compressor();
  const opener = new BlobOpener(parts.keys);
  const buffer = Buffer.from(new ArrayBuffer(PACK_FILL_BYTES));
  const begin = () => new PackWriter("page", buffer, parts.keys, parts.random, compressor);
  let writer = null;
  let damaged = 0;
  for (const pack of packs) {
    const pages = await readPages(parts, opener, pack);
    if (pages === null) {
      damaged += 1;
      continue;
    }
    for (const { id, page } of pages.pages) {
      writer ??= begin();
      if (!writer.hasRoom()) {
        await store2(writer.finish());
        writer = begin();
      }
      writer.add(id, page);
    }
    rewritten.push(pages.pack);
  }
  if (writer !== null && writer.count > 0) await store2(writer.finish());
  return { rewritten, damaged };
}
async function readPages({ store: store2, keys, vault, live }, opener, pack) {
  const header = await readPackHeader(store2, pack.name, pack.sizeBytes, keys);
  if (header === null) return null;
  const bytes = await store2.get(pack.name);
  const pages = [];
  for (const { id, offset, sealedLength } of header.entries) {
    if (!live.has(id) || vault.index.locate(id)?.in.name !== pack.name) continue;
    const page = Buffer.alloc(PAGE_BYTES);
    const sealed = bytes.subarray(offset, offset + sealedLength);
    const levels = Array.from({ length: LEVELS_MAX2 }, (_, at) => at + 1);
    if (!levels.some((level) => opener.openPage(id, level, sealed, offset, pack.salt, page))) return null;
    pages.push({ id, page });
  }
  return { pack: header, pages };
}

// lib/engine/vault/similar-blocks.ts
import { blake3 } from "@napi-rs/blake-hash";
var PIECE_BYTES = 4096;
var PIECES = BLOCK_BYTES / PIECE_BYTES;
var COMMON = 16;
var NONE = -1;
var SimilarBlocks = class {
  /** Per piece: its fingerprint; -1 for a piece of zeros. */
  #pieces;
  /** Per piece: the piece before it with the same fingerprint. */
  #earlier;
  #latest = /* @__PURE__ */ new Map();
  #zero = Buffer.alloc(PIECE_BYTES);
  #count;
  constructor(count) {
    this.#count = count;
    this.#pieces = new Float64Array(count * PIECES);
    this.#earlier = new Int32Array(count * PIECES).fill(NONE);
  }
  /** Block `index`, once, in ascending order. */
  add(index, block) {
    for (let piece = 0; piece < PIECES; piece++) {
      const bytes = block.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
      const at = index * PIECES + piece;
      if (bytes.equals(this.#zero)) {
        this.#pieces[at] = NONE;
        continue;
      }
      const fingerprint = blake3(bytes).readUIntLE(0, 6);
      this.#pieces[at] = fingerprint;
      this.#earlier[at] = this.#latest.get(fingerprint) ?? NONE;
      this.#latest.set(fingerprint, at);
    }
  }
  /** All blocks, in groups of `size`: each block with those that resemble it, otherwise in the order given. */
  *groups(size) {
    const placed = new Uint8Array(this.#count);
    let group = [];
    for (let index = 0; index < this.#count; index++) {
      if (placed[index] === 1) continue;
      for (const member of [index, ...this.#resembling(index, placed).slice(0, size - 1)]) {
        placed[member] = 1;
        group.push(member);
        if (group.length < size) continue;
        yield group;
        group = [];
      }
    }
    if (group.length > 0) yield group;
  }
  #resembling(index, placed) {
    const found = /* @__PURE__ */ new Set();
    for (let at = index * PIECES; at < (index + 1) * PIECES; at++) {
      const fingerprint = this.#pieces[at] ?? NONE;
      if (fingerprint === NONE) continue;
      const holders = [];
      let piece = this.#latest.get(fingerprint) ?? NONE;
      for (; piece !== NONE && holders.length < COMMON; piece = this.#earlier[piece] ?? NONE) {
        holders.push(Math.floor(piece / PIECES));
      }
      if (holders.length >= COMMON) continue;
      for (const block of holders) if (block !== index && placed[block] === 0) found.add(block);
    }
    return [...found].sort((a, b) => a - b);
  }
};

// lib/engine/vault/vault-space.ts
var SHARED = 65535;
var MACHINES_MAX = 65534;
var LiveBlobs = class {
  #vault;
  /** By slot of the blob table: 0 nobody's, n the n-th machine's alone, SHARED. */
  #owners = new Uint16Array(0);
  /** By slot: the machine that was last seen to reach it. */
  #lastSeen = new Uint16Array(0);
  packs = /* @__PURE__ */ new Map();
  exclusiveBytes = [];
  blockCount = 0;
  bytes = 0;
  constructor(vault) {
    this.#vault = vault;
  }
  has(id) {
    const slot = this.#vault.index.table.slotOf(id);
    return slot !== null && (this.#owners[slot] ?? 0) !== 0;
  }
  /** True when this machine had not reached it yet. */
  async mark(id, isBlock, machine, context) {
    const { index, blobs } = this.#vault;
    const located = index.locate(id) ?? await blobs.locate(id, context);
    const slot = index.table.slotOf(id) ?? 0;
    if (slot >= this.#owners.length) this.#grow(index.table.slotCount);
    const bytes = storedBytesOf(located.in, located.sealedLength);
    const owner = this.#owners[slot] ?? 0;
    if (owner === 0) this.#first(slot, located.pack, bytes, machine, isBlock);
    else if (owner !== machine && owner !== SHARED) {
      this.#owners[slot] = SHARED;
      this.exclusiveBytes[owner] = (this.exclusiveBytes[owner] ?? 0) - bytes;
    }
    if (this.#lastSeen[slot] === machine) return false;
    this.#lastSeen[slot] = machine;
    return true;
  }
  #first(slot, pack, bytes, machine, isBlock) {
    this.#owners[slot] = machine;
    this.exclusiveBytes[machine] = (this.exclusiveBytes[machine] ?? 0) + bytes;
    this.bytes += bytes;
    if (isBlock) this.blockCount += 1;
    const live = this.packs.get(pack) ?? { blobs: 0, bytes: 0 };
    live.blobs += 1;
    live.bytes += bytes;
    this.packs.set(pack, live);
  }
  #grow(slots) {
    const [owners, lastSeen] = [this.#owners, this.#lastSeen];
    this.#owners = new Uint16Array(slots);
    this.#lastSeen = new Uint16Array(slots);
    this.#owners.set(owners);
    this.#lastSeen.set(lastSeen);
  }
};
function storedBytesOf(pack, sealedLength) {
  return pack.type === "group" ? pack.sizeBytes / pack.blobCount : sealedLength;
}
async function measureSpace(vault, options = {}) {
  const live = new LiveBlobs(vault);
  const walk = new SpaceWalk(vault, live, options.signal);
  const byMachine = /* @__PURE__ */ new Map();
  for (const { name } of await vault.store.list("points/")) {
    const machineId = name.split("/")[1] ?? "";
    byMachine.set(machineId, [...byMachine.get(machineId) ?? [], name]);
  }
  const measured = [];
  for (const machineId of [...byMachine.keys()].sort()) {
    measured.push(await walk.machine(machineId, (byMachine.get(machineId) ?? []).sort()));
  }
  const machines = measured.map(({ number, ...machine }) => ({
    ...machine,
    exclusiveBytes: Math.round(live.exclusiveBytes[number] ?? 0)
  }));
  return { space: await sumUp(vault, live, machines), live };
}
async function sumUp(vault, live, machines) {
  const objects = await vault.store.list("");
  const packs = objects.filter(({ name }) => name.startsWith("data/") || name.startsWith("tree/"));
  const total = (sizes) => sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const present = new Set(packs.map(({ name }) => name));
  const compressedBytes = Math.round(live.bytes);
  return {
    storedBytes: total(objects),
    packBytes: total(packs),
    logicalBytes: machines.reduce((sum, { logicalBytes }) => sum + logicalBytes, 0),
    deduplicatedBytes: live.blockCount * BLOCK_BYTES,
    compressedBytes,
    reclaimableBytes: Math.max(0, total(packs) - compressedBytes),
    announcedBytes: total(packs.filter(({ name }) => vault.index.isDoomed(name))),
    points: machines.reduce((sum, { points }) => sum + points, 0),
    packs: packs.length,
    groupPacks: vault.index.knownPacks().filter(({ type, name }) => type === "group" && present.has(name)).length,
    machines
  };
}
var SpaceWalk = class {
  #vault;
  #live;
  #signal;
  /** By page: the machine that walked it last, and the blocks below it. */
  #pages = /* @__PURE__ */ new Map();
  #machine = 0;
  #different = 0;
  constructor(vault, live, signal) {
    this.#vault = vault;
    this.#live = live;
    this.#signal = signal;
  }
  async machine(machineId, points) {
    this.#machine = Math.min(this.#machine + 1, MACHINES_MAX);
    this.#different = 0;
    let logical = 0;
    let newest = 0;
    for (const name of points) {
      const context = { machine: machineId, point: name };
      const point = await openListedPoint(this.#vault.store, this.#vault.keys, name, context);
      if (point === null) continue;
      newest = 0;
      for (const disk of point.disks) {
        const { top, shape } = treeOfDisk(this.#vault, disk, context);
        newest += await this.#below(top, shape.height, context);
      }
      logical += newest;
    }
    return {
      ...{ number: this.#machine, machineId, points: points.length },
      newestBytes: newest * BLOCK_BYTES,
      logicalBytes: logical * BLOCK_BYTES,
      deduplicatedBytes: this.#different * BLOCK_BYTES
    };
  }
  async #below(id, level, context) {
    if (isZeroId(id)) return 0;
    this.#signal?.throwIfAborted();
    const key = id.toString("latin1");
    const walked = this.#pages.get(key);
    if (walked?.machine === this.#machine) return walked.blocks;
    await this.#live.mark(id, false, this.#machine, context);
    const page = await this.#vault.blobs.page(id, level, context);
    let blocks = 0;
    for (const child of children(page)) {
      if (isZeroId(child)) continue;
      if (level > 1) blocks += await this.#below(child, level - 1, context);
      else {
        blocks += 1;
        if (await this.#live.mark(child, true, this.#machine, context)) this.#different += 1;
      }
    }
    this.#pages.set(key, { machine: this.#machine, blocks });
    return blocks;
  }
};

// lib/engine/vault/compact.ts
var BATCH_BLOCKS = 16384;
var READ_BLOCKS = 128;
var PAUSE_AFTER_MS = 20;
var CONTEXT = { machine: "this vault", point: null };
async function compact(request) {
  const { store: store2, keys, clock } = request;
  const vault = await openVaultReader(store2, keys);
  const { live } = await measureSpace(vault, { signal: request.signal });
  const packs = [...await store2.list("data/"), ...await store2.list("tree/")];
  const age = { now: clock.now().getTime(), minimumAgeMs: request.minimumAgeMs };
  const plan = planCompaction(vault.index, live, packs, age);
  return new Compaction(request, vault, live).run(plan.data, plan.tree);
}
var Compaction = class {
  #request;
  #vault;
  #live;
  #written = [];
  #report = { packsRewritten: 0, packsWritten: 0, bytesBefore: 0, bytesAfter: 0, packsDamaged: 0 };
  #blocksDone = 0;
  #blocksTotal = 0;
  #workingSince;
  constructor(request, vault, live) {
    this.#request = request;
    this.#vault = vault;
    this.#live = live;
    this.#workingSince = request.clock.monotonicMs();
  }
  async run(data, tree) {
    const blocksMax = Math.max(1, Math.floor(this.#request.bytesMax / BLOCK_BYTES));
    const due = takeWhile(data, blocksMax);
    this.#blocksTotal = due.reduce((sum, { liveBlobs }) => sum + liveBlobs, 0);
    for (let at = 0; at < due.length; ) {
      const batch = takeWhile(due.slice(at), BATCH_BLOCKS);
      at += batch.length;
      await this.#commit(await this.#rewriteBlocks(batch));
    }
    const { store: store2, keys, random } = this.#request;
    const pages = await rewritePages(
      { store: store2, keys, random, vault: this.#vault, live: this.#live },
      tree.map(({ pack }) => pack),
      (pack) => this.#store(pack)
    );
    this.#report.packsDamaged += pages.damaged;
    await this.#commit(pages.rewritten);
    return { ...this.#report, more: due.length < data.length };
  }
  /** The packs whose needed blocks are in new packs now. */
  async #rewriteBlocks(batch) {
    const rewritten = [];
    const similar = new SimilarBlocks(batch.reduce((sum, { pack }) => sum + pack.blobCount, 0));
    const ids = [];
    for (const candidate of batch) {
      const pack = await this.#look(candidate, similar, ids);
      if (pack !== null) rewritten.push(pack);
      else this.#report.packsDamaged += 1;
    }
    const writer = new GroupPackWriter(this.#request.keys, this.#request.random, (pack) => this.#store(pack));
    const blocks = Array.from({ length: GROUP_BLOCKS }, () => Buffer.alloc(BLOCK_BYTES));
    for (const group of similar.groups(GROUP_BLOCKS)) {
      const members = group.filter((index) => ids[index] !== void 0);
      if (members.length === 0) continue;
      const wanted = members.map((index, blockIndex) => ({ id: ids[index] ?? Buffer.alloc(0), blockIndex }));
      await this.#vault.blobs.blocks(wanted, CONTEXT, (at, block) => void block.copy(blocks[at] ?? block));
      await writer.add(wanted.map(({ id, blockIndex }) => ({ id, block: blocks[blockIndex] ?? Buffer.alloc(0) })));
      await this.#worked(members.length);
    }
    await writer.finish();
    return rewritten;
  }
  /** Takes note of what the pack's needed blocks look like; null when it cannot be read. */
  async #look({ pack }, similar, ids) {
    const { store: store2, keys } = this.#request;
    const header = await readPackHeader(store2, pack.name, pack.sizeBytes, keys);
    if (header === null) return null;
    const needed = header.entries.filter(
      ({ id }) => this.#live.has(id) && this.#vault.index.locate(id)?.in.name === pack.name
    );
    const first = ids.length;
    const wanted = needed.map(({ id }, at) => ({ id, blockIndex: first + at }));
    try {
      for (let at = 0; at < wanted.length; at += READ_BLOCKS) {
        const some = wanted.slice(at, at + READ_BLOCKS);
        await this.#vault.blobs.blocks(some, CONTEXT, (index, block) => similar.add(index, block));
        await this.#worked(0);
      }
    } catch (error) {
      if (!(error instanceof Fault && error.code.startsWith("Vault"))) throw error;
      return null;
    }
    for (const { id } of needed) ids.push(id);
    return header;
  }
  async #store({ bytes, ...pack }) {
    await this.#request.store.put(pack.name, bytes);
    this.#written.push(pack);
    this.#report.packsWritten += 1;
    this.#report.bytesAfter += pack.sizeBytes;
  }
  /** Index before tombstone: what is announced is to be found elsewhere already. */
  async #commit(rewritten) {
    const { store: store2, keys, random, clock } = this.#request;
    const written = this.#written;
    this.#written = [];
    if (written.length === 0) return;
    const index = encodeIndex(written, keys, random);
    await store2.put(index.name, index.bytes);
    const packs = rewritten.map(({ name }) => name);
    const tombstone = encodeTombstone({ at: clock.now().toISOString(), packs }, keys, random);
    await store2.put(tombstone.name, tombstone.bytes);
    this.#report.packsRewritten += rewritten.length;
    this.#report.bytesBefore += rewritten.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
  /** Leaves the rest of the time to others. */
  async #worked(blocks) {
    const { clock, duty, signal, onProgress } = this.#request;
    signal?.throwIfAborted();
    this.#blocksDone += blocks;
    onProgress?.({ bytesDone: this.#blocksDone * BLOCK_BYTES, bytesTotal: this.#blocksTotal * BLOCK_BYTES });
    const workedMs = clock.monotonicMs() - this.#workingSince;
    if (duty >= 1 || workedMs < PAUSE_AFTER_MS) return;
    await clock.sleep(workedMs * (1 / duty - 1), signal);
    this.#workingSince = clock.monotonicMs();
  }
};
function takeWhile(candidates, blocksMax) {
  const taken = [];
  let blocks = 0;
  for (const candidate of candidates) {
    if (taken.length > 0 && blocks + candidate.liveBlobs > blocksMax) break;
    taken.push(candidate);
    blocks += candidate.liveBlobs;
  }
  return taken;
}

// lib/engine/vault/restore-hands.ts
async function* inOrder(units, ahead, work) {
  const pending = [];
  try {
    for await (const unit of units) {
      const result = work(unit);
      result.catch(() => void 0);
      pending.push({ unit, result });
      if (pending.length >= ahead) yield* next(pending);
    }
    while (pending.length > 0) yield* next(pending);
  } finally {
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}
async function* next(pending) {
  const first = pending[0];
  if (first === void 0) return;
  const result = await first.result;
  pending.shift();
  yield [first.unit, result];
}

// lib/engine/vault/read-back.ts
var FOOTER_ALLOCATION_BYTES = 4096;
var ALLOCATION_BYTES = 4096;
async function readBack(request) {
  const { disk, written, shape, signal } = request;
  const vhd = openDisk(request.fileSystem, request.path, "read");
  try {
    if (vhd.format !== "vhd-fixed" || vhd.virtualSizeBytes !== disk.virtualSizeBytes) return null;
    const holesProven = allocationProvesHoles(vhd.file.allocatedBytes(), runsBytes(written, shape));
    const runs = holesProven ? written : [{ first: 0, end: shape.blockCount }];
    const options = {
      onProgress: (seen) => request.onProgress(seen.bytesRead, seen.bytesTotal),
      ...signal === void 0 ? {} : { signal }
    };
    const { root, bytesRead } = request.hands === void 0 ? await rootOfRuns(vhd, shape, runs, request.keys, options) : await rootOfIds(shape, idsByHands(request.hands, request.path, runs), runs, request.keys, options);
    if (root.toString("hex") !== disk.root) return null;
    return { root: disk.root, bytesVerified: bytesRead, holesProvenBy: holesProven ? "allocation" : "read" };
  } finally {
    vhd.close();
  }
}
var UNIT_BLOCKS = 256;
async function* idsByHands(hands, path2, runs) {
  for await (const [run, ids] of inOrder(piecesOf(runs), hands.appetite, (piece) => hands.hash(path2, piece))) {
    for (let index = run.first; index < run.end; index += 1) {
      const at = (index - run.first) * ID_BYTES;
      yield [index, ids.subarray(at, at + ID_BYTES)];
    }
  }
}
function* piecesOf(runs) {
  for (const { first, end } of runs) {
    for (let at = first; at < end; at += UNIT_BLOCKS) yield { first: at, end: Math.min(end, at + UNIT_BLOCKS) };
  }
}
function allocationProvesHoles(allocatedBytes, writtenBytes) {
  const expected = Math.ceil(writtenBytes / ALLOCATION_BYTES) * ALLOCATION_BYTES + FOOTER_ALLOCATION_BYTES;
  return allocatedBytes >= writtenBytes && allocatedBytes < expected + BLOCK_BYTES - FOOTER_ALLOCATION_BYTES;
}
function runsBytes(runs, shape) {
  const last = runs.at(-1);
  const whole = runs.reduce((sum, run) => sum + (run.end - run.first) * BLOCK_BYTES, 0);
  return last?.end === shape.blockCount ? whole - BLOCK_BYTES + blockLengthBytes(shape, shape.blockCount - 1) : whole;
}

// lib/engine/vault/materialise.ts
var UNIT_BLOCKS2 = 256;
var SYNC_BYTES = 128 * 1024 * 1024;
async function materialise(request) {
  const startedMs = request.clock.monotonicMs();
  const { fileSystem, targetPath } = request;
  if (request.replace !== true && fileSystem.exists(targetPath)) throw fileAlreadyExists(targetPath);
  const path2 = `${targetPath}.partial`;
  fileSystem.remove(path2);
  try {
    const { tree, shape } = treeOfDisk(request.vault, request.disk, request.context);
    const written = await writeFile(request, path2, tree, shape);
    const verified = await verifyFile(request, path2, written, shape);
    fileSystem.rename(path2, targetPath);
    const seconds = (request.clock.monotonicMs() - startedMs) / 1e3;
    return { ...verified, bytesWritten: runsBytes(written, shape), seconds };
  } catch (error) {
    fileSystem.remove(path2);
    throw error;
  }
}
async function writeFile(request, path2, tree, shape) {
  const vhd = createFixedVhd(request.fileSystem, path2, {
    virtualSizeBytes: request.disk.virtualSizeBytes,
    uniqueId: request.random.uuid(),
    createdAt: request.clock.now()
  });
  try {
    if (request.hands !== void 0) return await writeByHands(request, request.hands, path2, tree);
    const written = await writeBlocks(request, vhd, tree, shape);
    vhd.sync();
    return written;
  } finally {
    vhd.close();
  }
}
async function writeByHands(request, hands, path2, tree) {
  const written = [];
  const progress = { bytesDone: 0, bytesTotal: 0 };
  let syncing = Promise.resolve();
  let syncedBytes = 0;
  const units = async function* () {
    for await (const { index, page } of tree.lowestPages()) {
      request.signal?.throwIfAborted();
      const wanted = wantedBlocks(index, page, written);
      progress.bytesTotal += wanted.length * BLOCK_BYTES;
      for (let at = 0; at < wanted.length; at += UNIT_BLOCKS2) yield wanted.slice(at, at + UNIT_BLOCKS2);
    }
  };
  try {
    for await (const [unit] of inOrder(units(), hands.appetite, (wanted) => hands.write(path2, wanted))) {
      progress.bytesDone += unit.length * BLOCK_BYTES;
      request.onProgress?.({ phase: "writing", ...progress });
      if (progress.bytesDone - syncedBytes < SYNC_BYTES) continue;
      syncedBytes = progress.bytesDone;
      syncing = syncing.then(() => hands.sync(path2));
      syncing.catch(() => void 0);
    }
  } finally {
    await syncing;
  }
  await hands.sync(path2);
  return written;
}
async function writeBlocks(request, vhd, tree, shape) {
  const written = [];
  let bytesDone = 0;
  let bytesTotal = 0;
  for await (const { index, page } of tree.lowestPages()) {
    request.signal?.throwIfAborted();
    const wanted = wantedBlocks(index, page, written);
    bytesTotal += wanted.length * BLOCK_BYTES;
    const write = (blockIndex, block) => {
      vhd.write(blockIndex * BLOCK_BYTES, block.subarray(0, blockLengthBytes(shape, blockIndex)));
      bytesDone += BLOCK_BYTES;
    };
    await request.vault.blobs.blocks(wanted, request.context, write, request.signal);
    request.onProgress?.({ phase: "writing", bytesDone, bytesTotal });
  }
  return written;
}
function wantedBlocks(pageIndex, page, runs) {
  const wanted = [];
  let blockIndex = pageIndex * PAGE_CHILDREN;
  assert(page.length === PAGE_CHILDREN * ID_BYTES, "a page has 1,024 ids");
  for (const id of children(page)) {
    if (!isZeroId(id)) {
      wanted.push({ id, blockIndex });
      const last = runs.at(-1);
      if (last?.end === blockIndex) last.end += 1;
      else runs.push({ first: blockIndex, end: blockIndex + 1 });
    }
    blockIndex += 1;
  }
  return wanted;
}
async function verifyFile(request, path2, written, shape) {
  const { fileSystem, disk, vault, signal } = request;
  const proof = await readBack({
    ...{ fileSystem, path: path2, disk, written, shape, keys: vault.keys },
    ...signal === void 0 ? {} : { signal },
    ...request.hands === void 0 ? {} : { hands: request.hands },
    onProgress: (bytesDone, bytesTotal) => request.onProgress?.({ phase: "verifying", bytesDone, bytesTotal })
  });
  if (proof === null) throw differs(request);
  return proof;
}
function differs({ context, targetPath, disk }) {
  return new Fault({
    code: "RestoredDiskDiffers",
    message: `Disk ${disk.diskId} of ${context.machine}, recovery point ${context.point ?? "?"}, was written to ${targetPath}, but what is read back is not what was written.`,
    possibleCauses: "The disk that holds the target is failing, or another program wrote to the file.",
    recommendedAction: "Check that disk and its system log, then try again on another one. The recovery point itself is sound."
  });
}

// lib/engine/vault/sweep.ts
var INDEXES_MAX = 64;
async function sweep(request) {
  const { store: store2, keys } = request;
  const announced = await readTombstones(store2, keys);
  const vault = await openVaultReader(store2, keys);
  const reached = await reachedPacks(vault, request.signal);
  const packs = [...await store2.list("data/"), ...await store2.list("tree/")];
  const now = request.clock.now().getTime();
  const due = announced.filter(({ tombstone }) => now - Date.parse(tombstone.at) >= SWEEP_GRACE_MS);
  const doomed = new Set(due.flatMap(({ tombstone }) => tombstone.packs).filter((name) => !reached.has(name)));
  const deleted = packs.filter(({ name }) => doomed.has(name));
  const indexesMerged = await rewriteIndexes2(request, vault, packs, doomed);
  for (const { name } of deleted) await store2.delete(name);
  for (const { name } of due) await store2.delete(name);
  const named = new Set(announced.flatMap(({ tombstone }) => tombstone.packs));
  const free = packs.filter(({ name, modifiedAt }) => {
    const old = now - modifiedAt.getTime() >= request.minimumAgeMs;
    return old && !reached.has(name) && !named.has(name);
  });
  await announce(request, free);
  return {
    packsAnnounced: free.length,
    packsDeleted: deleted.length,
    bytesFreed: deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    indexesMerged
  };
}
async function announce({ store: store2, keys, random, clock }, packs) {
  if (packs.length === 0) return;
  const tombstone = { at: clock.now().toISOString(), packs: packs.map(({ name: name2 }) => name2) };
  const { name, bytes } = encodeTombstone(tombstone, keys, random);
  await store2.put(name, bytes);
}
async function readTombstones(store2, keys) {
  const found = [];
  for (const { name } of await store2.list("tombstones/")) {
    const tombstone = decodeTombstone(await store2.get(name), keys);
    if (tombstone === null) throw vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null });
    found.push({ name, tombstone });
  }
  return found;
}
async function reachedPacks(vault, signal) {
  const reached = /* @__PURE__ */ new Set();
  const walked = /* @__PURE__ */ new Set();
  for (const { name } of await vault.store.list("points/")) {
    const context = { machine: name.split("/")[1] ?? name, point: name };
    const point = await openListedPoint(vault.store, vault.keys, name, context);
    for (const disk of point?.disks ?? []) {
      const { shape, top } = treeOfDisk(vault, disk, context);
      const walk = async (id, level) => {
        signal?.throwIfAborted();
        const key = id.toString("latin1");
        if (isZeroId(id) || walked.has(key)) return;
        walked.add(key);
        reached.add((await vault.blobs.locate(id, context)).in.name);
        const page = await vault.blobs.page(id, level, context);
        for (const child of children(page)) {
          if (isZeroId(child)) continue;
          if (level > 1) await walk(child, level - 1);
          else reached.add((await vault.blobs.locate(child, context)).in.name);
        }
      };
      await walk(top, shape.height);
    }
  }
  return reached;
}
async function rewriteIndexes2(request, vault, packs, doomed) {
  const { store: store2, keys, random } = request;
  const indexes = [...vault.index.indexes()];
  const damaged = [...vault.index.damaged.keys()];
  const stale = indexes.filter(([, listed2]) => listed2.some((name) => doomed.has(name)));
  const old = indexes.length > INDEXES_MAX ? indexes : stale;
  if (old.length === 0 && damaged.length === 0) return 0;
  const remaining = await packsOfIndexes(
    request,
    old.map(([name]) => name)
  );
  const listed = new Set(indexes.flatMap(([, names]) => names));
  if (damaged.length > 0) {
    for (const { name, sizeBytes } of packs) {
      const pack = listed.has(name) ? null : await readPackHeader(store2, name, sizeBytes, keys);
      if (pack !== null) remaining.set(name, pack);
    }
  }
  const present = new Set(packs.map(({ name }) => name));
  for (const name of remaining.keys()) if (doomed.has(name) || !present.has(name)) remaining.delete(name);
  if (remaining.size > 0) {
    const { name, bytes } = encodeIndex([...remaining.values()], keys, random);
    await store2.put(name, bytes);
  }
  for (const [name] of old) await store2.delete(name);
  for (const name of damaged) await store2.delete(name);
  return old.length + damaged.length;
}
async function packsOfIndexes({ store: store2, keys }, names) {
  const packs = /* @__PURE__ */ new Map();
  for (const name of names) {
    const decoded = decodeIndex(await store2.get(name), keys);
    assert(decoded !== null, `index ${name} was sound a moment ago`);
    for (const pack of decoded) packs.set(pack.name, pack);
  }
  return packs;
}

// lib/adapters/engine-workers/disk-not-in-point.ts
function diskNotInPoint({ context, diskId }) {
  return new Fault({
    code: "DiskNotInRecoveryPoint",
    message: `Recovery point ${context.point ?? "?"} of ${context.machine} has no disk ${diskId}.`,
    possibleCauses: "The disk was added to the machine, or its protection was enabled, after this recovery point.",
    recommendedAction: "Choose a later recovery point."
  });
}

// lib/adapters/engine-workers/hydrate-task.ts
import { createServer } from "node:http";
import { z } from "zod";

// lib/engine/on-demand/hydration.ts
import { Buffer as Buffer2 } from "node:buffer";

// lib/engine/on-demand/hydration-files.ts
function openHydrationFiles(request, shape) {
  const { fileSystem, imagePath, disk, bootId, socket } = request;
  const earlier = readOnDemandState(fileSystem, imagePath);
  const continues = earlier?.root === disk.root && earlier.virtualSizeBytes === disk.virtualSizeBytes;
  const state = {
    ...{ version: 1, diskId: disk.diskId, root: disk.root, virtualSizeBytes: disk.virtualSizeBytes, socket, bootId },
    hydrated: continues ? earlier.hydrated : null
  };
  if (!continues) makeImage(request);
  const isTrusted = continues && (earlier.hydrated !== null || earlier.bootId === bootId);
  const { file: presentFile, present } = openPresent(fileSystem, imagePath, shape, isTrusted);
  try {
    writeOnDemandState(fileSystem, imagePath, state);
    return { state, presentFile, present, image: openDisk(fileSystem, imagePath, "readwrite") };
  } catch (error) {
    presentFile.close();
    throw error;
  }
}
function makeImage({ fileSystem, imagePath, disk, random, clock }) {
  removeOnDemandFiles(fileSystem, imagePath);
  fileSystem.remove(imagePath);
  createFixedVhd(fileSystem, imagePath, {
    virtualSizeBytes: disk.virtualSizeBytes,
    uniqueId: random.uuid(),
    createdAt: clock.now()
  }).close();
}
function openPresent(fileSystem, imagePath, shape, isTrusted) {
  const path2 = onDemandFiles(imagePath).present;
  if (!isTrusted || !fileSystem.exists(path2)) {
    const file2 = fileSystem.create(path2, { replace: true });
    return { file: file2, present: new PresentBlocks(shape.blockCount) };
  }
  const file = fileSystem.open(path2, "readwrite");
  const bits = new Uint8Array(Math.ceil(shape.blockCount / 8));
  file.read(0, bits);
  return { file, present: new PresentBlocks(shape.blockCount, bits) };
}

// lib/engine/on-demand/hydration.ts
var READ_AHEAD_BLOCKS = 16;
var CHUNK_BLOCKS = 16;
var GUEST_QUIET_MS = 150;
var PAUSE_MS = 25;
var Hydration = class {
  #request;
  #tree;
  #shape;
  #image;
  #presentFile;
  #present;
  #state;
  /** Lowest pages where the guest has been, most recent last. */
  #visited = /* @__PURE__ */ new Set();
  #demands = /* @__PURE__ */ new Set();
  #lastDemandMs = -Infinity;
  #bytesDemanded = 0;
  #progress = { phase: "counting", bytesDone: 0, bytesTotal: null };
  #closed = false;
  /** Repeatable: continues what an earlier process has left. Faults: those of the file system, StorageFull. */
  constructor(request) {
    this.#request = request;
    const { tree, shape } = treeOfDisk(request.vault, request.disk, request.context);
    this.#tree = tree;
    this.#shape = shape;
    const files = openHydrationFiles(request, shape);
    this.#state = files.state;
    this.#image = files.image;
    this.#presentFile = files.presentFile;
    this.#present = files.present;
  }
  get progress() {
    return { ...this.#progress, bytesDemanded: this.#bytesDemanded };
  }
  /** Sees to it that the blocks are in the image; the runs thereabouts that are. Faults: those of reading the vault. */
  async want(firstBlock, blockCount) {
    const end = Math.min(firstBlock + blockCount, this.#shape.blockCount);
    if (this.#state.hydrated !== null) return [{ first: 0, end: this.#shape.blockCount }];
    this.#lastDemandMs = this.#request.clock.monotonicMs();
    const demand = this.#fill(firstBlock, Math.min(end + READ_AHEAD_BLOCKS, this.#shape.blockCount));
    this.#demands.add(demand);
    try {
      this.#bytesDemanded += await demand;
    } finally {
      this.#demands.delete(demand);
    }
    this.#visit(Math.floor(firstBlock / PAGE_CHILDREN));
    const pageStart = Math.floor(firstBlock / PAGE_CHILDREN) * PAGE_CHILDREN;
    return this.#present.runs(pageStart, Math.ceil(end / PAGE_CHILDREN) * PAGE_CHILDREN);
  }
  /**
   * Completes and proves the image; resolves with the proof, which is then in the state, too. A page that reads back wrong
   * is fetched once more. Faults: those of reading the vault, StorageFull, RestoredDiskDiffers.
   */
  async run(signal) {
    if (this.#state.hydrated !== null) return this.#finished(this.#state.hydrated);
    const startedMs = this.#request.clock.monotonicMs();
    const { runs, pages } = await this.#count(signal);
    await this.#fetchAll(runs, pages, signal);
    let proof = await this.#prove(runs, signal);
    if (proof === null) {
      this.#forgetAll();
      await this.#fetchAll(runs, pages, signal);
      proof = await this.#prove(runs, signal);
    }
    if (proof === null) throw this.#differs();
    const seconds = (this.#request.clock.monotonicMs() - startedMs) / 1e3;
    const hydrated = {
      ...proof,
      bytesWritten: runsBytes(runs, this.#shape),
      seconds,
      at: this.#request.clock.now().toISOString()
    };
    this.#state = { ...this.#state, hydrated };
    writeOnDemandState(this.#request.fileSystem, this.#request.imagePath, this.#state);
    return this.#finished(hydrated);
  }
  /** What is under way ends with an error of its own; the files stay, to be continued. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#image.close();
    this.#presentFile.close();
  }
  #finished(hydrated) {
    this.#progress = { phase: "hydrated", bytesDone: hydrated.bytesWritten, bytesTotal: hydrated.bytesWritten };
    return hydrated;
  }
  /** The blocks that hold data, and the lowest pages that name them: the tree is read, no data. */
  async #count(signal) {
    const runs = [];
    const pages = [];
    for await (const { index, page } of this.#tree.lowestPages()) {
      signal.throwIfAborted();
      await this.#giveWay(signal);
      pages.push(index);
      let block = index * PAGE_CHILDREN;
      for (const id of children(page)) {
        const last = runs.at(-1);
        if (!isZeroId(id)) {
          if (last?.end === block) last.end += 1;
          else runs.push({ first: block, end: block + 1 });
        }
        block += 1;
      }
    }
    return { runs, pages };
  }
  async #fetchAll(runs, pages, signal) {
    const bytesTotal = runsBytes(runs, this.#shape);
    let left = 0;
    for (const run of runs)
      for (let block = run.first; block < run.end; block++) left += this.#present.has(block) ? 0 : 1;
    this.#progress = { phase: "hydrating", bytesDone: Math.max(0, bytesTotal - left * BLOCK_BYTES), bytesTotal };
    const waiting = new Set(pages);
    while (waiting.size > 0) {
      const page = this.#nextPage(waiting);
      waiting.delete(page);
      const end = Math.min((page + 1) * PAGE_CHILDREN, this.#shape.blockCount);
      for (let first = page * PAGE_CHILDREN; first < end; first += CHUNK_BLOCKS) {
        signal.throwIfAborted();
        await this.#giveWay(signal);
        const startedMs = this.#request.clock.monotonicMs();
        const fetched = await this.#fill(first, Math.min(first + CHUNK_BLOCKS, end));
        if (fetched > 0) await this.#request.clock.sleep(this.#request.clock.monotonicMs() - startedMs, signal);
      }
    }
    await Promise.allSettled([...this.#demands]);
  }
  /** Where the guest has been lately, then in the order of the disk. */
  #nextPage(waiting) {
    for (const page of [...this.#visited].reverse()) {
      this.#visited.delete(page);
      if (waiting.has(page)) return page;
    }
    const [first = 0] = waiting;
    return first;
  }
  #visit(page) {
    this.#visited.delete(page);
    this.#visited.add(page);
  }
  async #giveWay(signal) {
    const { clock } = this.#request;
    while (this.#demands.size > 0) await Promise.allSettled([...this.#demands]);
    if (clock.monotonicMs() - this.#lastDemandMs < GUEST_QUIET_MS) await clock.sleep(PAUSE_MS, signal);
  }
  /** Fetches what is missing from `first` up to `end`; the bytes that were. */
  async #fill(first, end) {
    let fetched = 0;
    for (let page = Math.floor(first / PAGE_CHILDREN); page * PAGE_CHILDREN < end; page++) {
      const pageStart = page * PAGE_CHILDREN;
      fetched += await this.#fillPage(page, Math.max(first, pageStart), Math.min(end, pageStart + PAGE_CHILDREN));
    }
    return fetched;
  }
  async #fillPage(pageIndex, first, end) {
    if (this.#present.runs(first, end).some((run) => run.first === first && run.end === end)) return 0;
    const ids = await this.#tree.page(1, pageIndex);
    const pageEnd = Math.min((pageIndex + 1) * PAGE_CHILDREN, this.#shape.blockCount);
    const wanted = [];
    const zeros = [];
    for (let block = pageIndex * PAGE_CHILDREN; block < pageEnd; block++) {
      const at = block % PAGE_CHILDREN * ID_BYTES;
      const id = ids?.subarray(at, at + ID_BYTES);
      if (id === void 0 || isZeroId(id)) zeros.push(block);
      else if (block >= first && block < end && !this.#present.has(block)) wanted.push({ id, blockIndex: block });
    }
    await this.#fetch(wanted);
    const news = wanted.filter(({ blockIndex }) => !this.#present.has(blockIndex)).length;
    for (const { blockIndex } of wanted) this.#present.add(blockIndex);
    for (const block of zeros) this.#present.add(block);
    this.#savePresent(pageIndex);
    if (this.#progress.phase === "hydrating") {
      this.#progress = { ...this.#progress, bytesDone: this.#progress.bytesDone + news * BLOCK_BYTES };
    }
    return news * BLOCK_BYTES;
  }
  async #fetch(wanted) {
    const { vault, context } = this.#request;
    const write = (block, bytes) => this.#image.write(block * BLOCK_BYTES, bytes.subarray(0, blockLengthBytes(this.#shape, block)));
    try {
      await vault.blobs.blocks(wanted, context, write);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "VaultPackMissing") throw error;
      await vault.index.refresh(vault.store, { checkPacks: true });
      await vault.blobs.blocks(wanted, context, write);
    }
  }
  /** After the data, so that a block that is noted is there. */
  #savePresent(pageIndex) {
    const bytesPerPage = PAGE_CHILDREN / 8;
    const from = pageIndex * bytesPerPage;
    this.#presentFile.write(from, this.#present.bits.subarray(from, from + bytesPerPage));
  }
  #forgetAll() {
    this.#present.clear();
    this.#presentFile.write(0, Buffer2.from(this.#present.bits));
  }
  async #prove(runs, signal) {
    this.#image.sync();
    const { fileSystem, imagePath, disk, vault } = this.#request;
    return readBack({
      ...{ fileSystem, path: imagePath, disk, written: runs, shape: this.#shape, keys: vault.keys, signal },
      onProgress: (bytesDone, bytesTotal) => this.#progress = { phase: "verifying", bytesDone, bytesTotal }
    });
  }
  #differs() {
    const { context, imagePath, disk } = this.#request;
    return new Fault({
      code: "RestoredDiskDiffers",
      message: `Disk ${disk.diskId} of ${context.machine}, recovery point ${context.point ?? "?"}, was written to ${imagePath} twice, but what is read back is not what was written.`,
      possibleCauses: "The disk that holds the replica is failing, or another program wrote to the file.",
      recommendedAction: "Do not trust the machine that runs from it: check that disk and its system log, then fail over again."
    });
  }
};

// lib/adapters/engine-workers/hydrate-task.ts
var REPORT_MS = 200;
var RETRY_MS = 5e3;
var BODY_BYTES_MAX = 1e3;
var Want = z.object({ first: z.number().int().nonnegative(), count: z.number().int().min(1).max(65536) });
async function hydrate(store2, args, { onProgress, signal }) {
  const keys = deriveVaultKeys(args.masterKey);
  const point = await openPoint(store2, keys, args.pointName, args.context);
  const disk = point.disks.find(({ diskId }) => diskId === args.diskId);
  if (disk === void 0) throw diskNotInPoint(args);
  const hydration = new Hydration({
    vault: await openVaultReader(store2, keys),
    ...{ disk, context: args.context, imagePath: args.imagePath, socket: args.socketPath, bootId: args.bootId },
    ...{ fileSystem: nodeFileSystem, random: systemRandom, clock: systemClock }
  });
  let problem = null;
  const report = () => onProgress({ ...hydration.progress, problem });
  const server = createServer((request, response) => void answer(hydration, request, response));
  try {
    await listenOnUnixSocket(server, args.socketPath);
    report();
    const reporting = setInterval(report, REPORT_MS);
    try {
      return await untilHydrated(hydration, signal, (found) => problem = found);
    } finally {
      clearInterval(reporting);
    }
  } finally {
    await close(server);
    hydration.close();
  }
}
async function untilHydrated(hydration, signal, onProblem) {
  for (; ; ) {
    try {
      return await hydration.run(signal);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      onProblem(error.explanation);
      await systemClock.sleep(RETRY_MS, signal);
      onProblem(null);
    }
  }
}
async function answer(hydration, request, response) {
  const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    const { first, count } = Want.parse(JSON.parse(await textOf(request)));
    send(200, { runs: await hydration.want(first, count) });
  } catch (error) {
    send(error instanceof Fault ? 500 : 400, { error: toWireError(error) });
  }
}
async function textOf(request) {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) {
    text += piece;
    if (text.length > BODY_BYTES_MAX) throw new RangeError("a request for blocks is short");
  }
  return text;
}
function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

// lib/adapters/engine-workers/pack-ledger.ts
import fs from "node:fs";
import path from "node:path";
var RECORD_BYTES = 40;
var SAVE_EVERY_NOTES = 64;
function openPackLedger(file) {
  const readAt = load(file);
  let unsaved = 0;
  const save = () => {
    if (unsaved > 0) store(file, readAt);
    unsaved = 0;
  };
  return {
    note(name, atMs) {
      readAt.set(shaOf(name), atMs);
      unsaved += 1;
      if (unsaved >= SAVE_EVERY_NOTES) save();
    },
    due(packs, sinceMs, budgetBytes) {
      const age = ({ name }) => readAt.get(shaOf(name)) ?? 0;
      const done = packs.filter((pack) => age(pack) >= sinceMs);
      const waiting = packs.filter((pack) => age(pack) < sinceMs).sort((a, b) => age(a) - age(b));
      const chosen = /* @__PURE__ */ new Set();
      let bytes = done.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const pack of waiting) {
        if (bytes > 0 && bytes + pack.sizeBytes > budgetBytes) break;
        bytes += pack.sizeBytes;
        chosen.add(pack.name);
      }
      return chosen;
    },
    forgetAllBut(present) {
      const kept = new Set(present.map(shaOf));
      for (const sha of readAt.keys()) {
        if (kept.has(sha)) continue;
        readAt.delete(sha);
        unsaved += 1;
      }
    },
    coverage(present) {
      const times = present.map((name) => readAt.get(shaOf(name)));
      const packsNeverRead = times.filter((time) => time === void 0).length;
      const oldest = times.reduce((least, time) => Math.min(least, time ?? Infinity), Infinity);
      const all = packsNeverRead === 0 && Number.isFinite(oldest);
      return { packs: present.length, packsNeverRead, allReadSince: all ? new Date(oldest).toISOString() : null };
    },
    save
  };
}
function shaOf(name) {
  return name.slice(-64);
}
function load(file) {
  const readAt = /* @__PURE__ */ new Map();
  if (!fs.existsSync(file)) return readAt;
  const bytes = fs.readFileSync(file);
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    readAt.set(bytes.toString("hex", at, at + 32), bytes.readDoubleLE(at + 32));
  }
  return readAt;
}
function store(file, readAt) {
  const bytes = Buffer.alloc(readAt.size * RECORD_BYTES);
  let at = 0;
  for (const [sha, time] of readAt) {
    bytes.write(sha, at, "hex");
    bytes.writeDoubleLE(time, at + 32);
    at += RECORD_BYTES;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 448 });
  fs.writeFileSync(`${file}.new`, bytes, { mode: 384 });
  fs.renameSync(`${file}.new`, file);
}

// lib/adapters/engine-workers/thread-hands.ts
import { Worker } from "node:worker_threads";
var THREADS = 2;
var UNITS_A_THREAD = 2;
var ThreadHands = class {
  appetite = THREADS * UNITS_A_THREAD;
  #threads;
  #next = 0;
  constructor(program) {
    this.#threads = Array.from({ length: THREADS }, () => new HandThread(program));
  }
  /** Before anything else; again for another disk. */
  open(task) {
    for (const thread of this.#threads) thread.open(task);
    return this;
  }
  async write(path2, wanted) {
    const ids = Buffer.from(new ArrayBuffer(wanted.length * ID_BYTES));
    wanted.forEach(({ id }, at) => id.copy(ids, at * ID_BYTES));
    const blocks = Uint32Array.from(wanted, ({ blockIndex }) => blockIndex);
    await this.#leastBusy().call((call) => ({ kind: "write", call, path: path2, ids, blocks }));
  }
  async hash(path2, { first, end }) {
    const ids = await this.#leastBusy().call((call) => ({ kind: "hash", call, path: path2, first, end }));
    if (ids === null) throw new Error("a thread answered a run of blocks without ids");
    return Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  }
  async sync(path2) {
    await this.#leastBusy().call((call) => ({ kind: "sync", call, path: path2 }));
  }
  async close() {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
  /** Of equally busy ones, in turn. */
  #leastBusy() {
    this.#next += 1;
    const turned = this.#threads.map((_, at, all) => all[(at + this.#next) % all.length]);
    return turned.reduce((best, thread) => thread.busy < best.busy ? thread : best);
  }
};
function startHands() {
  const program = findProgram("restore.worker.mjs");
  return program === null ? null : new ThreadHands(program);
}
var HandThread = class {
  #worker;
  #pending = /* @__PURE__ */ new Map();
  #calls = 0;
  #death = null;
  constructor(program) {
    this.#worker = new Worker(program, { env: {}, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    this.#worker.unref();
    this.#worker.on("message", (message) => this.#receive(message));
    this.#worker.on("error", (error) => this.#die(error));
    this.#worker.on("exit", (code) => this.#die(new Error(`the thread ended with code ${code}`)));
  }
  get busy() {
    return this.#pending.size;
  }
  open(task) {
    const message = { kind: "open", ...task, masterKey: new Uint8Array(task.masterKey) };
    this.#worker.postMessage(message);
  }
  call(message) {
    if (this.#death !== null) return Promise.reject(this.#death);
    const call = this.#calls += 1;
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage(message(call));
    });
  }
  async close() {
    await this.#worker.terminate();
  }
  #receive(message) {
    const pending = this.#pending.get(message.call);
    this.#pending.delete(message.call);
    if (this.#pending.size === 0) this.#worker.unref();
    if (message.kind === "done") pending?.resolve(message.ids);
    else pending?.reject(fromWireError(message.error));
  }
  #die(cause) {
    this.#death ??= engineThreadDied(cause);
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
  }
};

// lib/adapters/engine-workers/vault-tasks.ts
var vaultTasks = {
  materialise: async (args, { onProgress, signal }) => {
    const keys = deriveVaultKeys(args.masterKey);
    const store2 = await openStore(args.store);
    const point = await openPoint(store2, keys, args.pointName, args.context);
    const disk = point.disks.find(({ diskId }) => diskId === args.diskId);
    if (disk === void 0) throw diskNotInPoint(args);
    const { masterKey, context } = args;
    const { virtualSizeBytes } = disk;
    const hands = startHands()?.open({ masterKey, store: args.store, context, virtualSizeBytes });
    const made = materialise({
      ...hands === void 0 ? {} : { hands },
      vault: await openVaultReader(store2, keys),
      disk,
      context: args.context,
      fileSystem: nodeFileSystem,
      targetPath: args.targetPath,
      replace: args.replace,
      format: args.format,
      random: systemRandom,
      clock: systemClock,
      onProgress,
      signal
    });
    return made.finally(() => hands?.close());
  },
  hydrate: async (args, context) => hydrate(await openStore(args.store), args, context),
  "verify-root": async ({ masterKey, imagePath }, { onProgress, signal }) => {
    const view = openFrozenView(nodeFileSystem, { imagePath, preservePath: null });
    try {
      const { root, bytesRead } = await rootOfDisk(view, deriveVaultKeys(masterKey), { onProgress, signal });
      return { root: root.toString("hex"), bytesRead, virtualSizeBytes: view.virtualSizeBytes };
    } finally {
      view.close();
    }
  },
  check: async (args, { onProgress, signal }) => {
    const vault = await openVaultReader(await openStore(args.store), deriveVaultKeys(args.masterKey));
    const results = [];
    for (const { name, context } of args.points) {
      const report = (bytesRead2) => onProgress({ pointName: name, bytesRead: bytesRead2 });
      const { problem, bytesRead } = await checkPoint(vault, name, context, { onProgress: report, signal });
      results.push({ name, problem: problem?.explanation ?? null, bytesRead });
    }
    return results;
  },
  "check-vault": async (args, { onProgress, signal }) => {
    const ledger = openPackLedger(args.ledgerPath);
    const store2 = await openStore(args.store);
    const since = Date.parse(args.since);
    try {
      const check = await checkVault({
        ...{ store: store2, keys: deriveVaultKeys(args.masterKey), expectedPoints: args.expectedPoints, expectEnvelope: true },
        read: args.read === "none" ? "none" : (packs) => ledger.due(ofInterest(packs, args.read), since, budgetOf(args.read)),
        onSoundPack: (name) => ledger.note(name, Date.now()),
        ...{ onProgress, signal }
      });
      const present = [...await store2.list("data/"), ...await store2.list("tree/")].map(({ name }) => name);
      ledger.forgetAllBut(present);
      return { check, coverage: ledger.coverage(present) };
    } finally {
      ledger.save();
    }
  },
  "isolate-damage": async (args, { onProgress, signal }) => isolateDamage({
    ...{ store: await openStore(args.store), keys: deriveVaultKeys(args.masterKey), random: systemRandom },
    suspects: args.suspects,
    onProgress: (packsDone, packsTotal) => onProgress({ packsDone, packsTotal }),
    signal
  }),
  compact: async ({ store: store2, masterKey, ...limits }, { onProgress, signal }) => compact({
    store: await openStore(store2),
    keys: deriveVaultKeys(masterKey),
    ...{ random: systemRandom, clock: systemClock, ...limits, onProgress, signal }
  }),
  "measure-space": async (args, { signal }) => {
    const vault = await openVaultReader(await openStore(args.store), deriveVaultKeys(args.masterKey));
    return (await measureSpace(vault, { signal })).space;
  },
  sweep: async (args, { signal }) => sweep({
    store: await openStore(args.store),
    keys: deriveVaultKeys(args.masterKey),
    random: systemRandom,
    clock: systemClock,
    minimumAgeMs: args.minimumAgeMs,
    signal
  })
};
function budgetOf(read) {
  return typeof read === "object" && "budgetBytes" in read ? read.budgetBytes : Infinity;
}
function ofInterest(packs, read) {
  if (typeof read !== "object" || !("modifiedSince" in read)) return packs;
  const sinceMs = Date.parse(read.modifiedSince);
  return packs.filter(({ modifiedAt }) => modifiedAt.getTime() >= sinceMs);
}

// lib/adapters/engine-workers/vault-worker-process.ts
var PROGRESS_INTERVAL_MS = 100;
function serveVaultWorker() {
  assert(process.send !== void 0, "vault-worker is started by the server, with a channel");
  const running = /* @__PURE__ */ new Map();
  const send = (message) => {
    if (process.connected) process.send?.(message);
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message) => {
    if (message.kind === "abort") {
      running.get(message.id)?.abort();
      return;
    }
    const { id } = message;
    const controller = new AbortController();
    running.set(id, controller);
    void perform(message, controller.signal, send).then(
      (result) => send({ kind: "result", id, result }),
      (error) => send({ kind: "error", id, error: toWireError(error) })
    ).finally(() => running.delete(id));
  });
}
async function perform(request, signal, send) {
  let sentAtMs = -Infinity;
  const onProgress = (progress) => {
    if (performance.now() - sentAtMs < PROGRESS_INTERVAL_MS) return;
    sentAtMs = performance.now();
    send({ kind: "progress", id: request.id, progress });
  };
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
  switch (request.task) {
    case "materialise":
      return vaultTasks.materialise(request.args, { onProgress, signal });
    case "hydrate":
      return vaultTasks.hydrate(request.args, { onProgress, signal });
    case "verify-root":
      return vaultTasks["verify-root"](request.args, { onProgress, signal });
    case "check":
      return vaultTasks.check(request.args, { onProgress, signal });
    case "check-vault":
      return vaultTasks["check-vault"](request.args, { onProgress, signal });
    case "isolate-damage":
      return vaultTasks["isolate-damage"](request.args, { onProgress, signal });
    case "compact":
      return vaultTasks.compact(request.args, { onProgress, signal });
    case "measure-space":
      return vaultTasks["measure-space"](request.args, { onProgress, signal });
    case "sweep":
      return vaultTasks.sweep(request.args, { onProgress, signal });
  }
}

// bin/vault-worker.ts
var NICENESS = 10;
os.setPriority(process.argv[2] === void 0 ? NICENESS : Number(process.argv[2]));
serveVaultWorker();
