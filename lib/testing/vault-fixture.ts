import { wrapVaultKeys } from "@/lib/engine/keys/key-envelope";
import { compact } from "@/lib/engine/vault/compact";
import { sweep } from "@/lib/engine/vault/sweep";
import { SWEEP_GRACE_MS } from "@/lib/engine/vault/sweep-grace";
import { ModelDisk, noiseBlock, selfIdentifyingBlock } from "./model-disk";
import { VaultHarness } from "./vault-harness";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** A whole vault in one file: kept in the repository, so that every later version must open what this one wrote. */
export interface VaultFixture {
  readonly passphrase: string;
  readonly first: string;
  readonly second: string;
  /** Of each disk, in the order of the points. */
  readonly roots: readonly Record<string, string>[];
  /** Object name to base64. */
  readonly objects: Record<string, string>;
}

/** Two points of two disks, a tree of two levels, similar blocks; then compacted and swept, so that it holds every kind of pack. */
export async function makeVaultFixture(): Promise<VaultFixture> {
  const passphrase = "a fixture's passphrase";
  const harness = new VaultHarness(31);
  const { store, keys, random, clock } = harness;
  const cost = { memoryKiB: 64, iterations: 1, parallelism: 1 };
  const envelope = await wrapVaultKeys(keys, passphrase, random, cost);
  await store.put(envelope.name, envelope.bytes);
  const os = new ModelDisk(65 * MIB + 512);
  const data = new ModelDisk(MIB);
  harness.disks.set("os", os);
  harness.disks.set("data", data);
  for (let index = 0; index < 12; index++) data.setBlock(index, selfIdentifyingBlock(2, index, 1));
  for (const index of [0, 3, 1040]) os.setBlock(index, selfIdentifyingBlock(1, index, 1));
  const first = await harness.replicate(await harness.open());
  clock.advance(2 * DAY_MS);
  await compact({ store, keys, random, clock, minimumAgeMs: 0, bytesMax: Infinity, duty: 1 });
  clock.advance(SWEEP_GRACE_MS);
  await sweep({ store, keys, random, clock, minimumAgeMs: 0 });
  os.setBlock(3, selfIdentifyingBlock(1, 3, 2));
  os.setBlock(7, noiseBlock(random));
  const second = await harness.replicate(await harness.open(), {
    previous: first,
    dirty: new Map([
      ["os", [3, 7]],
      ["data", []],
    ]),
  });
  const roots = [first, second].map(({ point }) =>
    Object.fromEntries(point.disks.map(({ diskId, root }) => [diskId, root])),
  );
  const objects = [...store.objects].map(([name, { bytes }]) => [name, bytes.toString("base64")] as const).sort();
  return { passphrase, first: first.name, second: second.name, roots, objects: Object.fromEntries(objects) };
}
