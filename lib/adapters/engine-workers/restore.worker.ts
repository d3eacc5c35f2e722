/** A worker thread of restoring: reads and checks blocks of the vault, writes them, reads them back. See thread-hands. */
import fs from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { assert } from "@/lib/kernel/assert";
import { alignedBuffer } from "@/lib/adapters/files/direct-io";
import { DirectWriter } from "@/lib/adapters/files/direct-writer";
import { directFileSystem } from "@/lib/adapters/files/node-file-system";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import { openStore } from "@/lib/adapters/stores/store-location";
import { BlockHasher } from "@/lib/engine/blocks/block-hasher";
import { BLOCK_BYTES, ID_BYTES } from "@/lib/engine/blocks/block-size";
import { READ_BUFFER_BYTES, readBlocks } from "@/lib/engine/blocks/disk-root";
import { blockLengthBytes, treeShape } from "@/lib/engine/blocks/tree-shape";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import type { BlockTaker } from "@/lib/engine/vault/blob-reader";
import { openVaultReader, type VaultReader } from "@/lib/engine/vault/vault-reader";
import { toWireError } from "./error-wire";
import type { FromRestoreThread, ToRestoreThread } from "./restore-protocol";

type Opening = Extract<ToRestoreThread, { kind: "open" }>;
type Call = Exclude<ToRestoreThread, { kind: "open" }>;

const port = parentPort;
assert(port !== null, "restore.worker runs as a worker thread only");

let opening: Opening | null = null;
let reader: Promise<VaultReader> | null = null;
let readBuffer: Buffer | null = null;

function vaultReader({ store, masterKey }: Opening): Promise<VaultReader> {
  reader ??= openStore(store).then((opened) => openVaultReader(opened, deriveVaultKeys(masterKey)));
  return reader;
}

/** The index is read while the coordinating thread reads its own; what fails is told to whoever asks for blocks. */
function open(message: Opening): void {
  opening = message;
  reader = null;
  vaultReader(message).catch(() => undefined);
}

async function write(setup: Opening, { path, ids, blocks }: Extract<Call, { kind: "write" }>): Promise<null> {
  const { blobs } = await vaultReader(setup);
  const shape = treeShape(setup.virtualSizeBytes);
  const packed = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  const wanted = Array.from(blocks, (blockIndex, at) => ({
    blockIndex,
    id: packed.subarray(at * ID_BYTES, (at + 1) * ID_BYTES),
  }));
  const image = inWords(path, () => new DirectWriter(path));
  const take: BlockTaker = (index, block) =>
    inWords(path, () => image.write(index * BLOCK_BYTES, block.subarray(0, blockLengthBytes(shape, index))));
  try {
    await blobs.blocks(wanted, setup.context, take);
    await image.settle().catch((error: unknown) => Promise.reject(translateFileError(error, path, "write")));
  } finally {
    await image.close();
  }
  return null;
}

function inWords<Result>(path: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw translateFileError(error, path, "write");
  }
}

/** Opens the image anew, as a failover will, and reads it from the medium where that is possible. */
function hash(setup: Opening, { path, first, end }: Extract<Call, { kind: "hash" }>): Uint8Array {
  const hasher = new BlockHasher(deriveVaultKeys(setup.masterKey));
  const disk = openDisk(directFileSystem, path, "read");
  try {
    const shape = treeShape(setup.virtualSizeBytes);
    const ids = Buffer.from(new ArrayBuffer((end - first) * ID_BYTES));
    readBuffer ??= alignedBuffer(READ_BUFFER_BYTES);
    for (const [index, block] of readBlocks(disk, shape, [{ first, end }], readBuffer)) {
      hasher.blockId(block).copy(ids, (index - first) * ID_BYTES);
    }
    return ids;
  } finally {
    disk.close();
  }
}

/** Not with the engine's synchronous calls: this thread goes on meanwhile. */
async function sync(path: string): Promise<null> {
  try {
    const handle = await fs.open(path, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw translateFileError(error, path, "sync");
  }
  return null;
}

function perform(setup: Opening, message: Call): Promise<Uint8Array | null> | Uint8Array {
  if (message.kind === "write") return write(setup, message);
  return message.kind === "hash" ? hash(setup, message) : sync(message.path);
}

const send = (message: FromRestoreThread): void => port.postMessage(message);

async function answer(message: Call): Promise<void> {
  try {
    assert(opening !== null, "a restoring thread is opened before it is given work");
    send({ kind: "done", call: message.call, ids: await perform(opening, message) });
  } catch (error) {
    send({ kind: "error", call: message.call, error: toWireError(error) });
  }
}

// Blocks one unit after the other: a reader has one set of buffers. A sync only waits, so it does not queue.
let last: Promise<void> = Promise.resolve();
port.on("message", (message: ToRestoreThread) => {
  if (message.kind === "open") open(message);
  else if (message.kind === "sync") void answer(message);
  else last = last.then(() => answer(message));
});
