import type { Random } from "@/lib/kernel/random";
import { PAGE_BYTES } from "../blocks/block-size";
import { Compressor } from "../blocks/compressor";
import type { VaultKeys } from "../keys/vault-keys";
import { BlobOpener } from "./blob-opener";
import type { IndexedPack } from "./index-object";
import type { ObjectReader } from "./object-store";
import { PACK_FILL_BYTES } from "./pack-format";
import type { FinishedPack } from "./pack-finish";
import { readPackHeader } from "./pack-header-reader";
import { PackWriter } from "./pack-writer";
import type { KnownPack } from "./vault-index";
import type { VaultReader } from "./vault-reader";
import type { LiveBlobs } from "./vault-space";

/** A tree is at most so high. */
const LEVELS_MAX = 4;

interface Parts {
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly vault: VaultReader;
  readonly live: LiveBlobs;
}

/** Writes the pages that points need of these packs into few packs. Packs that cannot be read are left as they are. */
export async function rewritePages(
  parts: Parts,
  packs: readonly KnownPack[],
  store: (pack: FinishedPack) => Promise<void>,
): Promise<{ readonly rewritten: IndexedPack[]; readonly damaged: number }> {
  const rewritten: IndexedPack[] = [];
  const compressor = new Compressor();
  const opener = new BlobOpener(parts.keys);
  const buffer = Buffer.from(new ArrayBuffer(PACK_FILL_BYTES));
  const begin = () => new PackWriter("page", buffer, parts.keys, parts.random, compressor);
  let writer: PackWriter | null = null;
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
        await store(writer.finish());
        writer = begin();
      }
      writer.add(id, page);
    }
    rewritten.push(pages.pack);
  }
  if (writer !== null && writer.count > 0) await store(writer.finish());
  return { rewritten, damaged };
}

/** The needed pages of one pack, opened and compared with their ids; null when one of them is damaged. */
async function readPages(
  { store, keys, vault, live }: Parts,
  opener: BlobOpener,
  pack: KnownPack,
): Promise<{ readonly pack: IndexedPack; readonly pages: { id: Buffer; page: Buffer }[] } | null> {
  const header = await readPackHeader(store, pack.name, pack.sizeBytes, keys);
  if (header === null) return null;
  const bytes = await store.get(pack.name);
  const pages = [];
  for (const { id, offset, sealedLength } of header.entries) {
    if (!live.has(id) || vault.index.locate(id)?.in.name !== pack.name) continue;
    const page = Buffer.alloc(PAGE_BYTES);
    const sealed = bytes.subarray(offset, offset + sealedLength);
    const levels = Array.from({ length: LEVELS_MAX }, (_, at) => at + 1);
    if (!levels.some((level) => opener.openPage(id, level, sealed, offset, pack.salt, page))) return null;
    pages.push({ id, page });
  }
  return { pack: header, pages };
}
