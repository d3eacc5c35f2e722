import fs from "node:fs";

/** What direct I/O wants of offsets, lengths and addresses: the largest sector of today's disks. */
export const DIRECT_BYTES = 4096;

/** WebAssembly gives memory out in pages of this size, each at an address that is a multiple of the kernel's page. */
const WASM_PAGE_BYTES = 64 * 1024;

const alignedMemories = new WeakSet<ArrayBufferLike>();

/**
 * Memory at an address that direct I/O can use: an ordinary ArrayBuffer lies 16 bytes behind one, and JavaScript cannot ask.
 * WebAssembly's memory is mapped page by page. Not to be moved to another thread.
 */
export function alignedBuffer(bytes: number): Buffer {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
  alignedMemories.add(buffer);
  return Buffer.from(buffer, 0, bytes);
}

/** Whether all of `bytes` at `offset` of a file can go past the page cache. */
export function isAligned(bytes: Uint8Array, offset: number): boolean {
  const places = bytes.byteOffset % DIRECT_BYTES === 0 && bytes.length % DIRECT_BYTES === 0;
  return places && offset % DIRECT_BYTES === 0 && alignedMemories.has(bytes.buffer);
}

/**
 * A descriptor whose reads and writes go past the page cache (`O_DIRECT`), or null where there is no such thing: another
 * operating system, or a file system that refuses. `flags` as for open(2). The file must exist.
 */
export function openDirect(file: string, flags: number): number | null {
  // Absent outside of Linux, whatever the types say.
  const direct = fs.constants.O_DIRECT as number | undefined;
  if (direct === undefined) return null;
  try {
    return fs.openSync(file, flags | direct);
  } catch {
    // Both callers have the file open the ordinary way already: whatever is wrong here, that one will do, or say so.
    return null;
  }
}

/** A file system, or a disk with sectors larger than DIRECT_BYTES, that does not do it: the page cache has to. */
export function refusesDirect(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EINVAL" || error.code === "ENOTSUP");
}
