/** A worker thread of replication: reads frozen disks, hashes, compresses, seals, fills packs. See thread-workers. */
import os from "node:os";
import { parentPort } from "node:worker_threads";
import { assert } from "@/lib/kernel/assert";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { BlockEncoder } from "@/lib/engine/vault/block-encoder";
import type { BlockUnitResult } from "@/lib/engine/vault/block-workers";
import { toWireError } from "./error-wire";
import { toWirePack, type FromThread, type ThreadSetup, type ToThread } from "./thread-protocol";

const port = parentPort;
assert(port !== null, "replication.worker runs as a worker thread only");

const waiting: ((buffer: ArrayBuffer) => void)[] = [];
const send = (message: FromThread, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);

function makeEncoder(setup: ThreadSetup): BlockEncoder {
  // Of this thread alone; Linux has a priority per thread.
  if (setup.niceness !== null) os.setPriority(setup.niceness);
  return new BlockEncoder({
    keys: deriveVaultKeys(setup.masterKey),
    random: systemRandom,
    table: setup.table,
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    takeBuffer: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        send({ kind: "takeBuffer" });
      }),
    giveBuffer: (buffer) => send({ kind: "giveBuffer", buffer }, [buffer]),
    onPack: (run, number, pack) => {
      const wire = toWirePack(pack);
      send({ kind: "pack", run, number, pack: wire }, [wire.buffer]);
    },
  });
}

let encoder: BlockEncoder | null = null;

async function perform(message: Exclude<ToThread, { kind: "buffer" | "setup" }>): Promise<BlockUnitResult | null> {
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

// One after the other: an encoder has one set of buffers.
let last: Promise<void> = Promise.resolve();
port.on("message", (message: ToThread) => {
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
