import { vmdkDescriptorInvalid } from "./vmdk-faults";

/**
 * The text that describes a VMDK: its kind, its content ids and its extents. It is a file of its own, or embedded in a
 * sparse extent. Source: Virtual Disk Format 5.0 (VMware), "The Descriptor File".
 */
export const VMDK_DESCRIPTOR_MARK = "# Disk DescriptorFile";
/** A disk of 64 TiB in pieces of 2 GiB would have more; nobody keeps one, and every piece is an open file. */
export const VMDK_DESCRIPTOR_BYTES_MAX = 256 * 1024;
const EXTENTS_MAX = 2048;
const LINE_LENGTH_MAX = 4096;
/** "No parent", as a content id. */
export const NO_PARENT_ID = "ffffffff";

export type VmdkAccess = "RW" | "RDONLY" | "NOACCESS";

export interface VmdkExtentLine {
  readonly access: VmdkAccess;
  readonly sectors: number;
  /** Upper case: SPARSE, FLAT, ZERO, VMFS, VMFSSPARSE … */
  readonly type: string;
  /** Empty for ZERO. */
  readonly fileName: string;
  /** Where the extent begins in its file (flat extents). */
  readonly offsetSectors: number;
}

export interface VmdkDescriptor {
  /** Lower case. */
  readonly createType: string;
  /** Eight lower-case hexadecimal digits: changes with the first write after each opening. */
  readonly contentId: string;
  readonly parentContentId: string;
  readonly parentFileName: string | null;
  readonly extents: readonly VmdkExtentLine[];
}

const EXTENT = /^(RW|RDONLY|NOACCESS) +(\d{1,16}) +([A-Za-z0-9]{1,32})(?: +"([^"]*)"(?: +(\d{1,16}))?(?: .*)?)?$/i;
const SETTING = /^([A-Za-z][A-Za-z0-9_.:]*) *= *(?:"([^"]*)"|(.*))$/;

/** `text` as it stands in the file, zeros at the end included. Fault: VmdkDescriptorInvalid. */
export function parseVmdkDescriptor(path: string, bytes: Buffer): VmdkDescriptor {
  const text = decode(bytes);
  if (!/^\s*# Disk DescriptorFile/i.test(text))
    throw vmdkDescriptorInvalid(path, "its first line is not the usual one");
  const settings = new Map<string, string>();
  const extents: VmdkExtentLine[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    if (line.length > LINE_LENGTH_MAX) throw vmdkDescriptorInvalid(path, `line ${index + 1} is too long`);
    if (/^(RW|RDONLY|NOACCESS)\b/i.test(line)) {
      extents.push(parseExtent(path, line, index + 1));
      if (extents.length > EXTENTS_MAX) throw vmdkDescriptorInvalid(path, `it has more than ${EXTENTS_MAX} extents`);
    } else addSetting(path, settings, line, index + 1);
  });
  return build(path, settings, extents);
}

function decode(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const own = end === -1 ? bytes : bytes.subarray(0, end);
  const ascii = own.toString("latin1");
  return /^encoding *= *"?(UTF-8)?"?\s*$/im.test(ascii) || !/^encoding *=/im.test(ascii) ? own.toString("utf8") : ascii;
}

function parseExtent(path: string, line: string, number: number): VmdkExtentLine {
  const found = EXTENT.exec(line);
  const invalid = (why: string) => vmdkDescriptorInvalid(path, `line ${number} ${why}`);
  if (found === null) throw invalid("is no description of an extent");
  const [, access = "", sectors = "", type = "", fileName, offset] = found;
  const kind = type.toUpperCase();
  if (Number(sectors) === 0) throw invalid("describes an extent of no sectors");
  if (!Number.isSafeInteger(Number(sectors) * 512)) throw invalid("describes an extent of impossible size");
  if (kind !== "ZERO" && (fileName ?? "") === "") throw invalid("names no file");
  if (!Number.isSafeInteger(Number(offset ?? 0) * 512)) throw invalid("has an impossible offset");
  return {
    access: access.toUpperCase() as VmdkAccess,
    sectors: Number(sectors),
    type: kind,
    fileName: fileName ?? "",
    offsetSectors: Number(offset ?? 0),
  };
}

/** Keys that decide what is read; whatever else a descriptor says (geometry, tools' versions) is passed over. */
const OURS = ["version", "cid", "parentcid", "createtype", "parentfilenamehint"];

function addSetting(path: string, settings: Map<string, string>, line: string, number: number): void {
  const found = SETTING.exec(line);
  if (found === null) throw vmdkDescriptorInvalid(path, `line ${number} is neither a setting nor an extent`);
  const key = (found[1] ?? "").toLowerCase();
  if (!OURS.includes(key)) return;
  // Readers differ in which of two they believe, so that two would be two disks.
  if (settings.has(key)) throw vmdkDescriptorInvalid(path, `'${found[1]}' stands in it twice`);
  settings.set(key, found[2] ?? (found[3] ?? "").trim());
}

function build(path: string, settings: Map<string, string>, extents: VmdkExtentLine[]): VmdkDescriptor {
  const version = settings.get("version");
  if (version === undefined || !/^[123]$/.test(version))
    throw vmdkDescriptorInvalid(path, `its version is '${version ?? "missing"}'`);
  const createType = settings.get("createtype");
  if (createType === undefined)
    throw vmdkDescriptorInvalid(path, "it does not say what kind of disk it is (createType)");
  if (extents.length === 0) throw vmdkDescriptorInvalid(path, "it has no extents");
  const parentContentId = contentId(path, settings.get("parentcid") ?? NO_PARENT_ID);
  const hint = settings.get("parentfilenamehint");
  if (parentContentId !== NO_PARENT_ID && hint === undefined)
    throw vmdkDescriptorInvalid(path, "it has a parent, but does not name its file (parentFileNameHint)");
  return {
    createType: createType.toLowerCase(),
    contentId: contentId(path, settings.get("cid") ?? NO_PARENT_ID),
    parentContentId,
    parentFileName: parentContentId === NO_PARENT_ID ? null : (hint ?? null),
    extents,
  };
}

function contentId(path: string, text: string): string {
  if (!/^(0x)?[0-9a-f]{1,8}$/i.test(text)) throw vmdkDescriptorInvalid(path, `'${text.slice(0, 40)}' is no content id`);
  return text.toLowerCase().replace(/^0x/, "").padStart(8, "0");
}

/** Fewer digits than these leave too few values to tell a disk that was written from what its snapshot knew. */
const CONTENT_ID_DIGITS_MIN = 4;

export interface ContentIdPlace {
  /** Bytes from the start of the descriptor. */
  readonly offset: number;
  /** 4 to 8. QEMU writes the id without leading zeros, so one in sixteen of its images has fewer than eight. */
  readonly digits: number;
}

/** Where the digits of the content id stand in the descriptor; null when they are too few to renew in their place. */
export function contentIdPlace(bytes: Buffer): ContentIdPlace | null {
  const found = /(?:^|\n)CID *= *(?:0x)?([0-9a-f]{1,8})(?=\s)/i.exec(bytes.toString("latin1"));
  const digits = found?.[1]?.length ?? 0;
  if (found === null || digits < CONTENT_ID_DIGITS_MIN) return null;
  return { offset: found.index + found[0].length - digits, digits };
}

export interface NewVmdkDescriptor extends Omit<VmdkDescriptor, "createType"> {
  /** As it is written: `monolithicSparse`. */
  readonly createType: string;
}

export function encodeVmdkDescriptor(descriptor: NewVmdkDescriptor): Buffer {
  const sectors = descriptor.extents.reduce((sum, extent) => sum + extent.sectors, 0);
  const lines = descriptor.extents.map(({ access, sectors: count, type, fileName, offsetSectors }) => {
    if (type === "ZERO") return `${access} ${count} ZERO`;
    return `${access} ${count} ${type} "${fileName}"${type === "FLAT" ? ` ${offsetSectors}` : ""}`;
  });
  const parent = descriptor.parentFileName === null ? [] : [`parentFileNameHint="${descriptor.parentFileName}"`];
  return Buffer.from(
    [
      VMDK_DESCRIPTOR_MARK,
      "version=1",
      `CID=${descriptor.contentId}`,
      `parentCID=${descriptor.parentContentId}`,
      `createType="${descriptor.createType}"`,
      ...parent,
      "",
      "# Extent description",
      ...lines,
      "",
      "# The Disk Data Base",
      "#DDB",
      "",
      'ddb.virtualHWVersion = "4"',
      `ddb.geometry.cylinders = "${Math.max(1, Math.floor(sectors / (255 * 63)))}"`,
      'ddb.geometry.heads = "255"',
      'ddb.geometry.sectors = "63"',
      'ddb.adapterType = "lsilogic"',
      "",
    ].join("\n"),
  );
}
