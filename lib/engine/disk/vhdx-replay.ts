import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import { NO_GUID } from "./guid";
import type { RandomAccessFile } from "./random-access-file";
import { VhdxHeaders } from "./vhdx-header";
import { readPendingLog, type PendingLog } from "./vhdx-log";
import { LOG_SECTOR_BYTES, type LogWrite } from "./vhdx-log-entry";
import type { OpenMode } from "./flat-disk";
import { isZero } from "./zero-bytes";

const ERASE_BYTES = 2 ** 20;

/**
 * The file with its log applied: on the medium when it may be written, else as a view that leaves the file as it is.
 * Without anything in the log it is the file itself.
 */
export function withLogApplied(
  file: RandomAccessFile,
  mode: OpenMode,
): { readonly file: RandomAccessFile; readonly headers: VhdxHeaders } {
  const headers = new VhdxHeaders(file);
  if (headers.current.logGuid === NO_GUID) return { file, headers };
  const pending = readPendingLog(file, headers.current);
  if (mode === "read") return { file: new ReplayedFile(file, pending), headers };
  // Killed anywhere in between, the log is applied again: it says what to write where, so twice is as good as once.
  headers.update({ fileWriteGuid: headers.derivedGuid(headers.current.fileWriteGuid, "file", Buffer.from("replay")) });
  applyLog(file, pending);
  headers.update({ logGuid: NO_GUID });
  return { file, headers };
}

function applyLog(file: RandomAccessFile, { writes, fileBytes }: PendingLog): void {
  if (file.sizeBytes() < fileBytes) file.truncate(fileBytes);
  for (const write of writes) {
    if (write.kind === "data") file.write(write.offset, write.bytes);
    else erase(file, write.offset, write.lengthBytes);
  }
  file.sync();
}

/** What is a hole already stays one. */
function erase(file: RandomAccessFile, offset: number, lengthBytes: number): void {
  const bytes = Buffer.alloc(Math.min(ERASE_BYTES, lengthBytes));
  for (let done = 0; done < lengthBytes; done += bytes.length) {
    const piece = bytes.subarray(0, Math.min(bytes.length, lengthBytes - done));
    file.read(offset + done, piece);
    if (!isZero(piece)) file.write(offset + done, piece.fill(0));
  }
}

/** A file as it will be when its log has been applied. For reading only. */
export class ReplayedFile implements RandomAccessFile {
  readonly path: string;
  readonly #file: RandomAccessFile;
  readonly #fileBytes: number;
  /** By sector: the number of the write that has it. */
  readonly #sectors = new Map<number, { readonly order: number; readonly bytes: Buffer }>();
  readonly #erased: { readonly order: number; readonly begin: number; readonly end: number }[] = [];

  constructor(file: RandomAccessFile, { writes, fileBytes }: PendingLog) {
    this.path = file.path;
    this.#file = file;
    this.#fileBytes = fileBytes;
    writes.forEach((write, order) => this.#add(write, order));
  }

  #add(write: LogWrite, order: number): void {
    if (write.kind === "data") this.#sectors.set(write.offset / LOG_SECTOR_BYTES, { order, bytes: write.bytes });
    else this.#erased.push({ order, begin: write.offset, end: write.offset + write.lengthBytes });
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.sizeBytes() - offset));
    const view = into.subarray(0, count);
    view.fill(0, this.#file.read(offset, view));
    for (const { begin, end } of this.#erased) {
      if (begin >= offset + count || end <= offset) continue;
      // A Buffer refuses to be filled beyond its end.
      view.fill(0, Math.max(0, begin - offset), Math.min(count, end - offset));
    }
    const first = Math.floor(offset / LOG_SECTOR_BYTES);
    for (let sector = first; sector * LOG_SECTOR_BYTES < offset + count; sector++) {
      this.#overlay(sector, offset, view);
    }
    return count;
  }

  #overlay(sector: number, offset: number, view: Uint8Array): void {
    const logged = this.#sectors.get(sector);
    if (logged === undefined) return;
    const begin = sector * LOG_SECTOR_BYTES;
    const erasedLater = this.#erased.some((one) => one.order > logged.order && one.begin <= begin && one.end > begin);
    if (erasedLater) return;
    const from = Math.max(0, offset - begin);
    const to = Math.min(LOG_SECTOR_BYTES, offset + view.length - begin);
    view.set(logged.bytes.subarray(from, to), begin + from - offset);
  }

  sizeBytes(): number {
    return Math.max(this.#fileBytes, this.#file.sizeBytes());
  }

  write(): void {
    assert(false, `${this.path} is written through a view that is for reading`);
  }

  truncate(): void {
    assert(false, `${this.path} is resized through a view that is for reading`);
  }

  allocatedBytes(): number {
    return this.#file.allocatedBytes();
  }

  isLinked(): boolean {
    return this.#file.isLinked();
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}
