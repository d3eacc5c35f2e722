import type { Disk, Extent } from "./disk";
import { diskFormatReadOnly, diskIsReadOnly } from "./disk-faults";
import type { DiskOpener, OpenContext } from "./disk-opener";
import { extentsBelow, extentUnion } from "./extent-union";
import { assertInside } from "./flat-disk";
import { neighbourPath } from "./neighbour-file";
import { qcow2Damaged, qcow2Truncated, qcow2Unsupported } from "./qcow2-faults";
import { QCOW2_MAGIC, readQcow2Header, type Qcow2Header } from "./qcow2-header";
import { type Cluster, Qcow2Tables, SUBCLUSTERS } from "./qcow2-tables";
import { Qcow2Unpacker } from "./qcow2-unpack";
import type { RandomAccessFile } from "./random-access-file";

/** What QEMU calls the formats that a backing file may have here, and how ours begin. */
const BACKING_FORMATS: Readonly<Record<string, string | undefined>> = {
  raw: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vpc: "vhd",
  vhdx: "vhdx",
};
/** No compressed cluster takes less: the least frame of zstd has more, and deflate needs 63 bytes for 64 KiB of zeros. */
const COMPRESSED_BYTES_MIN = 8;

/**
 * qcow2, version 2 and 3, read-only: two levels of tables, compressed and zero clusters, subclusters, backing files.
 * Internal snapshots are passed over: what is read is the active state.
 * Faults: Qcow2Damaged, Qcow2Truncated, Qcow2Unsupported, Qcow2MarkedCorrupt, DiskFormatReadOnly, DiskPartMissing,
 * DiskPartOutsideFolder, those of the backing file.
 */
export const qcow2Opener: DiskOpener = {
  recognises: ({ first }) => first.toString("latin1", 0, QCOW2_MAGIC.length) === QCOW2_MAGIC,
  open: (file, context) => {
    const header = readQcow2Header(file);
    if (context.mode === "readwrite") throw diskFormatReadOnly(file.path, "qcow2");
    const tables = new Qcow2Tables(file, header);
    return new Qcow2Disk(file, header, tables, openBacking(file.path, header, context));
  },
};

function openBacking(path: string, { backing }: Qcow2Header, context: OpenContext): Disk | null {
  if (backing === null) return null;
  const wanted = backing.format === null ? null : BACKING_FORMATS[backing.format];
  if (wanted === undefined)
    throw qcow2Unsupported(path, `has a backing file of the format '${(backing.format ?? "").slice(0, 40)}'`);
  const backingPath = neighbourPath(context.fileSystem, path, backing.name, "backing file");
  const disk = context.openParent(backingPath, { asRaw: wanted === "raw" });
  if (wanted === null || disk.format.startsWith(wanted)) return disk;
  disk.close();
  throw qcow2Damaged(path, `it says that its backing file is ${wanted}, and that is ${disk.format}`);
}

class Qcow2Disk implements Disk {
  readonly format = "qcow2";
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes = 512;
  readonly file: RandomAccessFile;
  readonly files: readonly RandomAccessFile[];
  readonly remarks: readonly string[];
  readonly #tables: Qcow2Tables;
  readonly #unpacker: Qcow2Unpacker;
  readonly #backing: Disk | null;

  constructor(file: RandomAccessFile, header: Qcow2Header, tables: Qcow2Tables, backing: Disk | null) {
    this.file = file;
    this.files = [file, ...(backing?.files ?? [])];
    this.virtualSizeBytes = header.virtualSizeBytes;
    this.remarks = header.dirty
      ? ["It is marked as not closed properly: its reference counts may be wrong, which reading does not need."]
      : [];
    this.#tables = tables;
    this.#unpacker = new Qcow2Unpacker(file, header);
    this.#backing = backing;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    const { clusterBytes } = this.#tables;
    for (let done = 0; done < into.length;) {
      const at = offsetBytes + done;
      const inCluster = at % clusterBytes;
      const piece = into.subarray(done, done + Math.min(clusterBytes - inCluster, into.length - done));
      this.#readPiece(this.#tables.cluster(Math.floor(at / clusterBytes)), at, inCluster, piece);
      done += piece.length;
    }
  }

  #readPiece(cluster: Cluster, at: number, inCluster: number, into: Uint8Array): void {
    switch (cluster.kind) {
      case "zero":
        into.fill(0);
        return;
      case "absent":
        this.#readBacking(at, into);
        return;
      case "data":
        this.#readData(cluster.offset, inCluster, into);
        return;
      case "compressed": {
        const whole = this.#unpacker.cluster(cluster.offset, cluster.lengthBytes);
        into.set(whole.subarray(inCluster, inCluster + into.length));
        return;
      }
      case "parts":
        this.#readParts(cluster, at, inCluster, into);
    }
  }

  #readParts(cluster: Extract<Cluster, { kind: "parts" }>, at: number, inCluster: number, into: Uint8Array): void {
    const partBytes = this.#tables.clusterBytes / SUBCLUSTERS;
    for (let done = 0; done < into.length;) {
      const begin = inCluster + done;
      const bit = 1 << Math.floor(begin / partBytes);
      const piece = into.subarray(done, done + Math.min(partBytes - (begin % partBytes), into.length - done));
      if ((cluster.data & bit) !== 0) this.#readData(cluster.offset, begin, piece);
      else if ((cluster.zero & bit) !== 0) piece.fill(0);
      else this.#readBacking(at + done, piece);
      done += piece.length;
    }
  }

  #readData(clusterOffset: number, inCluster: number, into: Uint8Array): void {
    const offset = clusterOffset + inCluster;
    if (this.file.read(offset, into) !== into.length)
      throw qcow2Truncated(this.file.path, `${into.length} bytes at offset ${offset} lie beyond its end`);
  }

  /** A backing file that is smaller ends in zeros. */
  #readBacking(at: number, into: Uint8Array): void {
    const there = Math.max(0, Math.min(into.length, (this.#backing?.virtualSizeBytes ?? 0) - at));
    if (this.#backing !== null && there > 0) this.#backing.read(at, into.subarray(0, there));
    into.fill(0, there);
  }

  write(): void {
    throw diskIsReadOnly(this.file.path);
  }

  allocatedExtents(): Extent[] {
    const inherited = this.#backing?.allocatedExtents() ?? [];
    return extentUnion(this.#ownExtents(), extentsBelow(inherited, this.virtualSizeBytes));
  }

  /**
   * A file that names more clusters than it can hold repeats itself, and would make whoever reads the disk read for ever.
   */
  #ownExtents(): Extent[] {
    const { clusterBytes, entriesPerTable } = this.#tables;
    const fileBytes = this.file.sizeBytes();
    const clusters = Math.ceil(this.virtualSizeBytes / clusterBytes);
    const extents: { offsetBytes: number; lengthBytes: number }[] = [];
    let heldBytes = 0;
    for (let table = 0; table < this.#tables.tableCount; table++) {
      if (!this.#tables.hasTable(table)) continue;
      const end = Math.min((table + 1) * entriesPerTable, clusters);
      for (let index = table * entriesPerTable; index < end; index++) {
        const cluster = this.#tables.cluster(index);
        if (!isHeld(cluster)) continue;
        heldBytes += cluster.kind === "compressed" ? COMPRESSED_BYTES_MIN : clusterBytes;
        // The last cluster may be there in part, where it has subclusters.
        if (heldBytes > fileBytes + clusterBytes)
          throw qcow2Damaged(this.file.path, "its tables name more clusters than it can hold");
        addRange(extents, index * clusterBytes, Math.min((index + 1) * clusterBytes, this.virtualSizeBytes));
      }
    }
    return extents;
  }

  sync(): void {
    // Nothing was written.
  }

  close(): void {
    try {
      this.file.close();
    } finally {
      this.#backing?.close();
    }
  }
}

function isHeld(cluster: Cluster): boolean {
  if (cluster.kind === "parts") return cluster.data !== 0;
  return cluster.kind === "data" || cluster.kind === "compressed";
}

function addRange(extents: { offsetBytes: number; lengthBytes: number }[], begin: number, end: number): void {
  const last = extents.at(-1);
  if (last !== undefined && last.offsetBytes + last.lengthBytes === begin) last.lengthBytes += end - begin;
  else extents.push({ offsetBytes: begin, lengthBytes: end - begin });
}
