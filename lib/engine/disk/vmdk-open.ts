import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assert } from "@/lib/kernel/assert";
import { diskFormatLabel } from "@/lib/kernel/disk-format";
import type { Disk, DiskFormat } from "./disk";
import { diskFormatReadOnly } from "./disk-faults";
import type { DiskOpener, OpenContext } from "./disk-opener";
import { neighbourPath } from "./neighbour-file";
import type { RandomAccessFile } from "./random-access-file";
import {
  contentIdPlace,
  NO_PARENT_ID,
  parseVmdkDescriptor,
  VMDK_DESCRIPTOR_BYTES_MAX,
  type VmdkDescriptor,
  type VmdkExtentLine,
} from "./vmdk-descriptor";
import { closeAll, VmdkDisk } from "./vmdk-disk";
import type { VmdkExtent } from "./vmdk-extent";
import { vmdkDamaged, vmdkDescriptorInvalid, vmdkParentChanged, vmdkUnsupported } from "./vmdk-faults";
import { VmdkFlatExtent, VmdkZeroExtent } from "./vmdk-flat-extent";
import { readSparseLayout, VMDK_MAGIC, VMDK_SECTOR_BYTES, type VmdkSparseLayout } from "./vmdk-sparse-header";
import { VmdkSparseExtent } from "./vmdk-sparse-extent";
import { VmdkStreamExtent } from "./vmdk-stream-extent";

/** What the kinds of disk (createType, lower case) are called here. Others are parts of physical disks, or ESX's own. */
const FORMATS: Readonly<Record<string, DiskFormat | undefined>> = {
  monolithicsparse: "vmdk-sparse",
  monolithicflat: "vmdk-flat",
  vmfs: "vmdk-flat",
  twogbmaxextentsparse: "vmdk-split",
  twogbmaxextentflat: "vmdk-split",
  streamoptimized: "vmdk-stream",
};
const DISK_BYTES_MAX = 64 * 2 ** 40;

/**
 * VMDK: a descriptor with extents beside it, or a sparse file with the descriptor in it.
 * Faults: VmdkDamaged, VmdkTruncated, VmdkUnsupported, VmdkDescriptorInvalid, DiskPartMissing, DiskPartOutsideFolder,
 * ParentDiskChanged, DiskFormatReadOnly, those of the parent.
 */
export const vmdkOpener: DiskOpener = {
  recognises: ({ first }) => isVmdk(first),
  open: (file, context, { first }) => (isSparse(first) ? openSparseFile(file, context) : openDescriptor(file, context)),
};

function isVmdk(first: Buffer): boolean {
  return isSparse(first) || /^\s*# Disk DescriptorFile/i.test(first.toString("latin1", 0, 128));
}

function isSparse(first: Buffer): boolean {
  return first.toString("latin1", 0, 4) === VMDK_MAGIC;
}

function formatOf(path: string, descriptor: VmdkDescriptor): DiskFormat {
  const format = FORMATS[descriptor.createType];
  if (format === undefined) throw vmdkUnsupported(path, `is of the kind '${descriptor.createType.slice(0, 40)}'`);
  return format;
}

/** The descriptor of a VMDK and where it is; null for a file that is none. Faults: Vmdk… */
export function readVmdkDescriptor(file: RandomAccessFile): ReadDescriptor | null {
  const first = Buffer.alloc(VMDK_SECTOR_BYTES);
  const there = first.subarray(0, file.read(0, first));
  if (!isVmdk(there)) return null;
  return isSparse(there) ? readEmbedded(file) : readDescriptorFile(file);
}

interface ReadDescriptor {
  readonly descriptor: VmdkDescriptor;
  readonly text: Buffer;
  /** Where `text` is in the file. */
  readonly textOffset: number;
  /** Of a disk in one file: its header. */
  readonly embedded: VmdkSparseLayout | null;
}

function readEmbedded(file: RandomAccessFile): ReadDescriptor {
  const embedded = readSparseLayout(file);
  if (embedded.descriptor === null)
    throw vmdkUnsupported(file.path, "is one part of a split disk: its descriptor is another file");
  const { offsetBytes, lengthBytes } = embedded.descriptor;
  return { ...readText(file, offsetBytes, lengthBytes), embedded };
}

function readDescriptorFile(file: RandomAccessFile): ReadDescriptor {
  return { ...readText(file, 0, file.sizeBytes()), embedded: null };
}

function readText(file: RandomAccessFile, textOffset: number, bytes: number): Omit<ReadDescriptor, "embedded"> {
  if (bytes > VMDK_DESCRIPTOR_BYTES_MAX) throw vmdkDescriptorInvalid(file.path, `it has ${bytes} bytes`);
  const text = Buffer.alloc(bytes);
  file.read(textOffset, text);
  return { descriptor: parseVmdkDescriptor(file.path, text), text, textOffset };
}

function openSparseFile(file: RandomAccessFile, context: OpenContext): Disk {
  const { descriptor, text, textOffset, embedded } = readEmbedded(file);
  const [line, second] = descriptor.extents;
  if (embedded === null || line?.type !== "SPARSE" || second !== undefined)
    throw vmdkDescriptorInvalid(file.path, "a disk in one file has one extent, of type SPARSE");
  const format = embedded.compressed ? "vmdk-stream" : formatOf(file.path, descriptor);
  return assemble(file, context, { descriptor, text, textOffset, format }, () => [
    sparseExtent(file, embedded, line, context, descriptor),
  ]);
}

function openDescriptor(file: RandomAccessFile, context: OpenContext): Disk {
  const { descriptor, text, textOffset } = readDescriptorFile(file);
  const format = formatOf(file.path, descriptor);
  return assemble(file, context, { descriptor, text, textOffset, format }, () =>
    openExtents(file, context, descriptor),
  );
}

interface Described {
  readonly descriptor: VmdkDescriptor;
  readonly text: Buffer;
  /** Where `text` is in the file. */
  readonly textOffset: number;
  readonly format: DiskFormat;
}

function assemble(
  file: RandomAccessFile,
  context: OpenContext,
  { descriptor, text, textOffset, format }: Described,
  openOwn: () => VmdkExtent[],
): Disk {
  const { mode } = context;
  const bytes = descriptor.extents.reduce((sum, extent) => sum + extent.sectors * VMDK_SECTOR_BYTES, 0);
  if (bytes > DISK_BYTES_MAX) throw vmdkUnsupported(file.path, `claims a size of ${bytes} bytes`);
  if (mode === "readwrite" && format === "vmdk-stream") throw diskFormatReadOnly(file.path, diskFormatLabel(format));
  const idPlace = contentIdPlace(text);
  if (mode === "readwrite" && idPlace === null)
    throw vmdkDescriptorInvalid(
      file.path,
      "its content id (CID) has too few digits for a write to renew it in its place",
    );
  const parent = openParent(file.path, context, descriptor);
  try {
    return new VmdkDisk({
      ...{ format, file, parent, mode, contentId: descriptor.contentId, extents: openOwn() },
      renewContentId: (offset, written) => {
        if (idPlace === null) return;
        const id = nextContentId(descriptor.contentId, idPlace.digits, offset, written);
        file.write(textOffset + idPlace.offset, Buffer.from(id, "latin1"));
      },
    });
  } catch (error) {
    parent?.close();
    throw error;
  }
}

/** Any other value but the two that mean something; that it follows from what is written makes copies part ways. */
function nextContentId(old: string, digits: number, offsetBytes: number, bytes: Uint8Array): string {
  const digest = createHash("sha256").update(`${old}\n${offsetBytes}\n`).update(bytes).digest("hex");
  const candidates = [digest.slice(0, digits), "1".padStart(digits, "0"), "2".padStart(digits, "0")];
  const taken = [old, NO_PARENT_ID, "fffffffe"];
  const next = candidates.find((id) => !taken.includes(id.padStart(8, "0")));
  assert(next !== undefined, "of three values two at most are the old one and one that means something");
  return next;
}

/** A snapshot's parent must have the content id that it had when the snapshot was made. */
function openParent(path: string, context: OpenContext, descriptor: VmdkDescriptor): Disk | null {
  if (descriptor.parentFileName === null) return null;
  if (descriptor.extents.some((extent) => extent.type !== "SPARSE"))
    throw vmdkDescriptorInvalid(path, "it has a parent, and extents that cannot refer to one");
  const parentPath = neighbourPath(context.fileSystem, path, descriptor.parentFileName, "parent disk");
  const parent = context.openParent(parentPath);
  if (parent.linkageId === descriptor.parentContentId) return parent;
  parent.close();
  throw vmdkParentChanged(path, parentPath, descriptor.parentContentId, parent.linkageId ?? "none");
}

function openExtents(file: RandomAccessFile, context: OpenContext, descriptor: VmdkDescriptor): VmdkExtent[] {
  const own = context.fileSystem.realPath(file.path);
  const paths = new Set<string>([own]);
  const extents: VmdkExtent[] = [];
  try {
    for (const line of descriptor.extents) {
      if (line.access === "NOACCESS") throw vmdkUnsupported(file.path, "has an extent that may not be read (NOACCESS)");
      if (line.access === "RDONLY" && context.mode === "readwrite")
        throw vmdkUnsupported(file.path, "has an extent that may only be read (RDONLY)");
      if (line.type === "ZERO") {
        extents.push(new VmdkZeroExtent(file.path, line.sectors * VMDK_SECTOR_BYTES));
        continue;
      }
      if (!["FLAT", "VMFS", "SPARSE"].includes(line.type))
        throw vmdkUnsupported(file.path, `has an extent of the type ${line.type}`);
      const path = neighbourPath(context.fileSystem, file.path, line.fileName, "data file");
      if (paths.has(path))
        throw vmdkDescriptorInvalid(file.path, `it names '${line.fileName.slice(0, 200)}' twice, or itself`);
      paths.add(path);
      extents.push(openExtent(context, path, line, descriptor));
    }
    return extents;
  } catch (error) {
    closeAll(extents);
    throw error;
  }
}

function openExtent(context: OpenContext, path: string, line: VmdkExtentLine, descriptor: VmdkDescriptor): VmdkExtent {
  const file = context.fileSystem.open(path, context.mode);
  try {
    if (line.type === "SPARSE") return sparseExtent(file, readSparseLayout(file), line, context, descriptor);
    return new VmdkFlatExtent(file, line.offsetSectors * VMDK_SECTOR_BYTES, line.sectors * VMDK_SECTOR_BYTES);
  } catch (error) {
    file.close();
    throw error;
  }
}

function sparseExtent(
  file: RandomAccessFile,
  layout: VmdkSparseLayout,
  line: VmdkExtentLine,
  context: OpenContext,
  descriptor: VmdkDescriptor,
): VmdkExtent {
  if (layout.capacitySectors < line.sectors)
    throw vmdkDamaged(file.path, `its tables cover ${layout.capacitySectors} sectors of ${line.sectors}`);
  const sizeBytes = line.sectors * VMDK_SECTOR_BYTES;
  if (layout.compressed) {
    if (context.mode === "readwrite") throw diskFormatReadOnly(file.path, diskFormatLabel("vmdk-stream"));
    return new VmdkStreamExtent(file, layout, sizeBytes);
  }
  const hasParent = descriptor.parentFileName !== null;
  return new VmdkSparseExtent(file, layout, { sizeBytes, hasParent, writable: context.mode === "readwrite" });
}
