import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import { readExactly, vhdDamaged } from "./disk-faults";
import { baseNameOf } from "./image-folder";
import type { ParentClaim } from "./parent-disk";
import type { RandomAccessFile } from "./random-access-file";
import { SECTOR_BYTES } from "./vhd-dynamic-header";

/**
 * What the dynamic disk header of a differencing VHD says of its parent: its unique id, its name in UTF-16 big-endian, and
 * up to eight locators, each with a path somewhere in the file. Source: "Dynamic Disk Header Format", Virtual Hard Disk
 * Image Format Specification (Microsoft, 2006).
 */
const PARENT_ID_OFFSET = 40;
const NAME_OFFSET = 64;
const NAME_BYTES = 512;
const LOCATORS_OFFSET = 576;
const LOCATOR_COUNT = 8;
const LOCATOR_BYTES = 24;
const PATH_BYTES_MAX = 65_536;

/** In the order in which they are tried: relative paths of Windows, absolute ones, then those of a Mac. */
const CODES = ["W2ru", "W2ku", "MacX"] as const;

export interface VhdParentClaim extends ParentClaim {
  /** Where the locators keep their paths: no block may lie on them. */
  readonly places: readonly Extent[];
}

/** Faults: VhdDamaged, VhdTruncated. */
export function readVhdParent(file: RandomAccessFile, header: Buffer): VhdParentClaim {
  const found = new Map<string, string>();
  const places: Extent[] = [];
  for (let index = 0; index < LOCATOR_COUNT; index++) {
    const at = LOCATORS_OFFSET + index * LOCATOR_BYTES;
    const code = header.toString("latin1", at, at + 4);
    const length = header.readUInt32BE(at + 8);
    const offset = header.readBigUInt64BE(at + 16);
    if (code === "\0\0\0\0" || length === 0) continue;
    if (length > PATH_BYTES_MAX || offset < BigInt(SECTOR_BYTES) || offset > 2n ** 42n) {
      throw vhdDamaged(file.path, `a parent locator cannot have ${length} bytes at offset ${offset}`);
    }
    const bytes = Buffer.alloc(length);
    readExactly(file, Number(offset), bytes);
    places.push({ offsetBytes: Number(offset), lengthBytes: Math.ceil(length / SECTOR_BYTES) * SECTOR_BYTES });
    found.set(code, bytes.toString(code === "MacX" ? "utf8" : "utf16le").replace(/\0+$/, ""));
  }
  const own = header.subarray(NAME_OFFSET, NAME_OFFSET + NAME_BYTES);
  const name = Buffer.from(own).swap16().toString("utf16le").split("\0")[0] ?? "";
  return {
    names: [...CODES.map((code) => found.get(code)), name].filter((one) => one !== undefined && one !== "") as string[],
    linkage: [header.toString("hex", PARENT_ID_OFFSET, PARENT_ID_OFFSET + 16)],
    logicalSectorBytes: SECTOR_BYTES,
    places,
  };
}

/** For a parent in the same folder: how it is written into the header, and the path that goes to `locatorOffset`. */
export function encodeVhdParent(
  parentPath: string,
  parentId: string,
  locatorOffset: number,
): { readonly locator: Buffer; readonly addTo: (header: Buffer) => void } {
  const name = baseNameOf(parentPath);
  const relative = Buffer.from(`.\\${name}`, "utf16le");
  const locator = Buffer.alloc(Math.ceil(relative.length / SECTOR_BYTES) * SECTOR_BYTES);
  relative.copy(locator);
  const addTo = (header: Buffer): void => {
    Buffer.from(parentId, "hex").copy(header, PARENT_ID_OFFSET);
    Buffer.from(name.slice(0, NAME_BYTES / 2 - 1), "utf16le")
      .swap16()
      .copy(header, NAME_OFFSET);
    header.write("W2ru", LOCATORS_OFFSET, "latin1");
    header.writeUInt32BE(locator.length, LOCATORS_OFFSET + 4);
    header.writeUInt32BE(relative.length, LOCATORS_OFFSET + 8);
    header.writeBigUInt64BE(BigInt(locatorOffset), LOCATORS_OFFSET + 16);
  };
  return { locator, addTo };
}
