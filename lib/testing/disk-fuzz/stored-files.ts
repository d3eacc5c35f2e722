import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";

const PAGE_BYTES = 4096;

/** A sparse file: its size, and its pages of 4 KiB that are not all zero. */
export interface StoredFile {
  readonly sizeBytes: number;
  readonly pages: readonly (readonly [offset: number, bytes: Buffer])[];
}

/** Files of one disk, by path, and which of them is opened. */
export interface StoredImage {
  readonly name: string;
  readonly path: string;
  readonly files: ReadonlyMap<string, StoredFile>;
}

/** Every image lives in this folder; whatever lies outside of it must never be touched. */
export const FOLDER = "/site";

export function storeImage(fileSystem: MemoryFileSystem, name: string, path: string): StoredImage {
  const plain = fileSystem.restart();
  const files = plain
    .list(FOLDER)
    .map((file): readonly [string, StoredFile] => [`${FOLDER}/${file}`, storeFile(plain, `${FOLDER}/${file}`)]);
  return { name, path, files: new Map(files) };
}

function storeFile(fileSystem: MemoryFileSystem, path: string): StoredFile {
  const file = fileSystem.open(path, "read");
  const sizeBytes = file.sizeBytes();
  const pages: [number, Buffer][] = [];
  for (let offset = 0; offset < sizeBytes; offset += PAGE_BYTES) {
    const page = Buffer.alloc(Math.min(PAGE_BYTES, sizeBytes - offset));
    file.read(offset, page);
    if (page.some((byte) => byte !== 0)) pages.push([offset, page]);
  }
  file.close();
  return { sizeBytes, pages };
}

export function unpackImage(image: StoredImage): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder(FOLDER);
  for (const [path, { sizeBytes, pages }] of image.files) {
    const file = fileSystem.create(path);
    for (const [offset, bytes] of pages) file.write(offset, bytes);
    file.truncate(sizeBytes);
    file.close();
  }
  plantSecret(fileSystem);
  return fileSystem;
}

/** What no image may reach: a file beside the folder, and a link to it within. */
function plantSecret(fileSystem: MemoryFileSystem): void {
  const secret = fileSystem.create("/secret.raw");
  secret.write(0, Buffer.alloc(4096, 0x5e));
  secret.close();
  fileSystem.medium.links.set(`${FOLDER}/link.raw`, "/secret.raw");
}

/** For the corpus: one line of text, independent of how images are made. */
export function imageToJson(image: StoredImage): string {
  const files = [...image.files].map(([path, { sizeBytes, pages }]) => ({
    path,
    sizeBytes,
    pages: pages.map(([offset, bytes]) => [offset, gzipSync(bytes).toString("base64")] as const),
  }));
  return JSON.stringify({ name: image.name, path: image.path, files });
}

export function imageFromJson(text: string): StoredImage {
  const stored = JSON.parse(text) as {
    name: string;
    path: string;
    files: { path: string; sizeBytes: number; pages: [number, string][] }[];
  };
  const files = stored.files.map(({ path, sizeBytes, pages }): readonly [string, StoredFile] => [
    path,
    { sizeBytes, pages: pages.map(([offset, packed]) => [offset, gunzipSync(Buffer.from(packed, "base64"))] as const) },
  ]);
  return { name: stored.name, path: stored.path, files: new Map(files) };
}
