/**
 * A reader of vaults written from docs/vault-format.md alone, as a stranger would: it shares no code with the product, only
 * the four algorithms that the document names. If it cannot restore a point, the document is wrong or says too little.
 */
import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { hashRaw } from "@node-rs/argon2";
import zstd from "zstd-napi/binding.js";

const BLOCK = 65_536;
const PAGE = 32_768;
const CHILDREN = 1_024;
const ZERO = "0".repeat(64);

/** `objects`: name to bytes. Returns each point with its disks' content: block index to bytes, what is not there is zero. */
export async function readVault(objects, passphrase) {
  for (const [name, bytes] of objects) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!name.endsWith(sha256)) throw new Error(`${name} has another SHA-256`);
  }
  const keys = subKeys(await masterKey(named(objects, "keys/"), passphrase));
  const places = new Map();
  for (const [, bytes] of named(objects, "index/")) readIndex(openBox(bytes, 1, keys.box), places);
  const points = [];
  for (const [name, bytes] of named(objects, "points/")) {
    const point = JSON.parse(openBox(bytes, 2, keys.box).toString("utf8"));
    if (point.version !== 1 || point.machineId !== name.split("/")[1]) throw new Error(`${name} is another machine's`);
    const disks = point.disks.map((disk) => ({ ...disk, blocks: readDisk(disk, { objects, places, keys }) }));
    points.push({ name, ...point, disks });
  }
  return points;
}

const named = (objects, prefix) => [...objects].filter(([name]) => name.startsWith(prefix));
const hkdf = (key, salt, info) => Buffer.from(hkdfSync("sha256", key, salt, info, 32));

function subKeys(master) {
  const entries = ["block", "page", "root", "pack", "box"].map((name) => [
    name,
    hkdf(master, Buffer.alloc(0), `secondsite/v1/${name}`),
  ]);
  return Object.fromEntries(entries);
}

/** §4. Any of the envelopes will do. */
async function masterKey(envelopes, passphrase) {
  for (const [, bytes] of envelopes) {
    const { kdf, wrap } = JSON.parse(bytes.toString("utf8"));
    if (kdf.memoryKiB > 1_048_576 || kdf.iterations > 64 || kdf.parallelism > 16) throw new Error("an attack");
    const wrapping = await hashRaw(passphrase, {
      ...{
        algorithm: 2,
        version: 1,
        memoryCost: kdf.memoryKiB,
        timeCost: kdf.iterations,
        parallelism: kdf.parallelism,
      },
      ...{ outputLen: 32, salt: Buffer.from(kdf.salt, "base64") },
    });
    const context = `secondsite-key/1/argon2id/${kdf.memoryKiB}/${kdf.iterations}/${kdf.parallelism}/${kdf.salt}`;
    const opened = unseal(
      Buffer.from(wrap.sealed, "base64"),
      wrapping,
      Buffer.from(wrap.nonce, "base64"),
      Buffer.from(context),
    );
    if (opened !== null) return opened;
  }
  throw new Error("the passphrase opens no envelope");
}

function unseal(sealed, key, nonce, context) {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  const plain = decipher.update(sealed.subarray(0, sealed.length - 16));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** §6. */
function openBox(bytes, kind, boxKey) {
  if (bytes.toString("latin1", 0, 8) !== "SSBOX01\n" || bytes[8] !== kind) throw new Error("not such a box");
  const key = hkdf(boxKey, bytes.subarray(16, 48), "secondsite/v1/object");
  const text = unseal(bytes.subarray(48), key, Buffer.alloc(12), bytes.subarray(0, 48));
  if (text === null) throw new Error("a box does not open");
  return text;
}

function readIndex(text, places) {
  let at = 4;
  for (let packs = text.readUInt32LE(0); packs > 0; packs--) {
    const sha256 = text.toString("hex", at, at + 32);
    const salt = text.subarray(at + 32, at + 64);
    const type = text[at + 64];
    const blobs = text.readUInt32LE(at + 69);
    const pack = `${type === 2 ? "tree" : "data"}/${sha256.slice(0, 2)}/${sha256}`;
    at += 73;
    for (let blob = 0; blob < blobs; blob++, at += 40) {
      const id = text.toString("hex", at, at + 32);
      places.set(id, { pack, salt, type, offset: text.readUInt32LE(at + 32), length: text.readUInt32LE(at + 36) });
    }
  }
}

/** §5. The blob's plain bytes; hashed by the caller, who knows what it is. */
function readBlob(id, plainLength, { objects, places, keys }) {
  const place = places.get(id);
  if (place === undefined) throw new Error(`nobody knows blob ${id}`);
  const sealed = objects.get(place.pack).subarray(place.offset, place.offset + place.length);
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(place.offset), 0);
  const key = hkdf(keys.pack, place.salt, "secondsite/v1/object");
  const context =
    place.type === 3 ? Buffer.from([3]) : Buffer.concat([Buffer.from([place.type]), Buffer.from(id, "hex")]);
  const content = unseal(sealed, key, nonce, context);
  if (content === null) throw new Error(`blob ${id} does not open`);
  if (place.type === 3) return fromGroup(id, content);
  return content.length === plainLength ? content : inflate(content, plainLength);
}

function fromGroup(id, frame) {
  const group = inflate(frame, 8 + 64 * (32 + BLOCK));
  const count = group.readUInt32LE(0);
  for (let index = 0; index < count; index++) {
    if (group.toString("hex", 8 + 32 * index, 40 + 32 * index) !== id) continue;
    const at = 8 + 32 * count + BLOCK * index;
    return group.subarray(at, at + BLOCK);
  }
  throw new Error(`the group does not hold block ${id}`);
}

function inflate(frame, lengthMax) {
  const plain = Buffer.alloc(lengthMax);
  return plain.subarray(0, new zstd.DCtx().decompress(plain, frame));
}

const keyed = (key, ...parts) =>
  parts.reduce((hasher, part) => hasher.update(part), Blake3Hasher.newKeyed(key)).digest("hex");

/** §3: from the top of the tree to the blocks, every id compared with what it names, and the root with the top. */
function readDisk({ virtualSizeBytes, root, top }, vault) {
  let height = 1;
  while (BLOCK * CHILDREN ** height < virtualSizeBytes) height += 1;
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(virtualSizeBytes));
  if (keyed(vault.keys.root, size, Buffer.from(top, "hex")) !== root) throw new Error("the root is not of this tree");
  const blocks = new Map();
  const walk = (id, level, index) => {
    if (id === ZERO) return;
    if (level === 0) {
      const block = readBlob(id, BLOCK, vault);
      if (keyed(vault.keys.block, block) !== id) throw new Error(`block ${index} has another id`);
      blocks.set(index, block);
      return;
    }
    const page = readBlob(id, PAGE, vault);
    if (keyed(vault.keys.page, Buffer.from([level]), page) !== id)
      throw new Error(`a page of level ${level} has another id`);
    for (let child = 0; child < CHILDREN; child++) {
      walk(page.toString("hex", child * 32, child * 32 + 32), level - 1, index * CHILDREN + child);
    }
  };
  walk(top, height, 0);
  return blocks;
}
