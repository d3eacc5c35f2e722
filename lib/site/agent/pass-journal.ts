import { Buffer } from "node:buffer";
import { z } from "zod";
import { Cut } from "@/lib/compute/host-protocol";
import { ID_BYTES, PAGE_BYTES } from "@/lib/engine/blocks/block-size";
import type { FileSystem, RandomAccessFile } from "@/lib/engine/disk/random-access-file";
import type { PageCheckpoint } from "@/lib/engine/vault/replicate-disk";

const HEADER_BYTES = 64 * 1024;
const PAGE_AT = 8 + ID_BYTES;
const RECORD_BYTES = PAGE_AT + PAGE_BYTES;

const Header = z.object({
  version: z.literal(1),
  machineId: z.string(),
  /** Object name of the point that the pass began from; null: initial replication. */
  lastPoint: z.string().nullable(),
  cut: Cut,
});
export type PassHeader = z.infer<typeof Header>;

/**
 * What a full pass over a machine's disks has made so far, beside the agent, so that a kill does not make it begin at zero:
 * the cut that it reads and the pages of ids that are finished. It is good for that cut only, as long as the host says that
 * the cut stands. Nothing in it is trusted: a page must have the id that is noted for it, and every block that it names
 * must be in the vault; what does not is read again. A block's id is a keyed hash and tells nobody what it names.
 *
 *   64 KiB   header, JSON padded with zeros
 *   records  u32 disk, u32 page, id (32), the page's ids (32,768)
 */
export class PassJournal {
  readonly header: PassHeader;
  readonly #file: RandomAccessFile;
  readonly #places: Map<string, number>;
  #end: number;

  private constructor(header: PassHeader, file: RandomAccessFile, places: Map<string, number>, end: number) {
    this.header = header;
    this.#file = file;
    this.#places = places;
    this.#end = end;
  }

  /** Begins anew, over whatever was there. Null when the cut does not fit into the header: then a kill costs more. */
  static create(fileSystem: FileSystem, path: string, header: PassHeader): PassJournal | null {
    const text = Buffer.from(JSON.stringify(header), "utf8");
    if (text.length > HEADER_BYTES) return null;
    const file = fileSystem.create(path, { replace: true });
    file.write(0, Buffer.concat([text, Buffer.alloc(HEADER_BYTES - text.length)]));
    return new PassJournal(header, file, new Map(), HEADER_BYTES);
  }

  /** Null when there is none, or none that can be used. */
  static open(fileSystem: FileSystem, path: string): PassJournal | null {
    if (!fileSystem.exists(path)) return null;
    const file = fileSystem.open(path, "readwrite");
    const header = readHeader(file);
    if (header === null) {
      file.close();
      return null;
    }
    const places = new Map<string, number>();
    const place = Buffer.alloc(8);
    let at = HEADER_BYTES;
    for (; at + RECORD_BYTES <= file.sizeBytes(); at += RECORD_BYTES) {
      file.read(at, place);
      places.set(key(place.readUInt32LE(0), place.readUInt32LE(4)), at);
    }
    return new PassJournal(header, file, places, at);
  }

  get pages(): number {
    return this.#places.size;
  }

  /** For one disk, by its place in the cut. */
  disk(diskIndex: number): PageCheckpoint {
    return {
      made: (pageIndex) => this.#made(diskIndex, pageIndex),
      note: (pageIndex, id, page) => this.#note(diskIndex, pageIndex, id, page),
    };
  }

  close(): void {
    this.#file.close();
  }

  #made(diskIndex: number, pageIndex: number): { id: Buffer; page: Buffer } | null {
    const at = this.#places.get(key(diskIndex, pageIndex));
    if (at === undefined) return null;
    const record = Buffer.alloc(RECORD_BYTES - 8);
    if (this.#file.read(at + 8, record) < record.length) return null;
    return { id: record.subarray(0, ID_BYTES), page: Buffer.from(record.subarray(ID_BYTES)) };
  }

  #note(diskIndex: number, pageIndex: number, id: Buffer, page: Buffer): void {
    const record = Buffer.alloc(RECORD_BYTES);
    record.writeUInt32LE(diskIndex, 0);
    record.writeUInt32LE(pageIndex, 4);
    id.copy(record, 8);
    page.copy(record, PAGE_AT);
    this.#file.write(this.#end, record);
    this.#places.set(key(diskIndex, pageIndex), this.#end);
    this.#end += RECORD_BYTES;
  }
}

function readHeader(file: RandomAccessFile): PassHeader | null {
  const bytes = Buffer.alloc(HEADER_BYTES);
  if (file.read(0, bytes) < HEADER_BYTES) return null;
  const end = bytes.indexOf(0);
  try {
    const parsed = Header.safeParse(JSON.parse(bytes.toString("utf8", 0, end < 0 ? HEADER_BYTES : end)));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const key = (diskIndex: number, pageIndex: number) => `${diskIndex}/${pageIndex}`;
