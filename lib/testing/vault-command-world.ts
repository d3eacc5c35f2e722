import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { createVaultKeys } from "@/lib/engine/keys/key-envelope";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { replicateImages, type VaultCommandWorld } from "@/lib/site/cli/vault-commands";
import { MemoryFileSystem } from "./memory-file-system";
import { MemoryStore } from "./memory-store";
import { noiseBlock } from "./model-disk";
import { seededRandom } from "./seeded-random";
import { TestClock } from "./test-clock";

export const IMAGE_BLOCKS = 8;
export const IMAGE = "/images/web.raw";

/** A vault folder of one's own, `/vault`, with an image of noise beside it, for the commands that work on such. */
export async function vaultCommandWorld() {
  const fileSystem = new MemoryFileSystem();
  const clock = new TestClock();
  const random = seededRandom(5);
  const store = new MemoryStore(undefined, () => clock.now());
  for (const folder of ["/images", "/vault", "/out"]) fileSystem.makeFolder(folder);
  const openSource = (spec: SourceSpec) => openFrozenView(fileSystem, spec);
  const passphrase = "a passphrase for testing";
  const world: VaultCommandWorld = {
    ...{ fileSystem, clock, random, openSource },
    openStore: async () => store,
    startWorkers: inlineWorkers(openSource, random),
    passphrase: async () => passphrase,
  };
  const image = fileSystem.create(IMAGE);
  for (let index = 0; index < IMAGE_BLOCKS; index += 1) image.write(index * BLOCK_BYTES, noiseBlock(random));
  image.close();
  const { envelope } = await createVaultKeys(passphrase, random, { memoryKiB: 64, iterations: 1, parallelism: 1 });
  await store.put(envelope.name, envelope.bytes);
  return {
    ...{ world, store, fileSystem, clock },
    replicate: (writeLogs: string[] = [], machine?: string) => {
      clock.advance(1_000);
      return replicateImages(world, { folder: "/vault", images: [IMAGE], machine, writeLogs });
    },
    overwrite: (index: number) => {
      const changed = fileSystem.open(IMAGE, "readwrite");
      changed.write(index * BLOCK_BYTES, noiseBlock(seededRandom(100 + index)));
      changed.close();
    },
  };
}
