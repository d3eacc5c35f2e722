import { Buffer } from "node:buffer";
import { guidBytes, guidText } from "./guid";
import { vhdxDamaged, vhdxUnsupported } from "./vhdx-faults";

/** "Parent Locator" of [MS-VHDX] 2.6.2.6: pairs of UTF-16 text that say which parent, and where it was. */
const VHDX_LOCATOR = "b04aefb7-d19e-4a81-b789-25b8e9445913";
const HEADER_BYTES = 20;
const ENTRY_BYTES = 12;

export interface VhdxParentLocator {
  /** The parent's data-write GUID when the child was made; a second one while two are possible. */
  readonly linkage: readonly string[];
  /** In the order in which they are to be tried. */
  readonly paths: readonly string[];
}

/** Faults: VhdxDamaged, VhdxUnsupported. */
export function parseParentLocator(path: string, item: Buffer): VhdxParentLocator {
  if (item.length < HEADER_BYTES) throw vhdxDamaged(path, "its parent locator is too short");
  const type = guidText(item, 0);
  if (type !== VHDX_LOCATOR) throw vhdxUnsupported(path, `has a parent of the unknown kind ${type}`);
  const pairs = new Map<string, string>();
  const count = item.readUInt16LE(18);
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    if (at + ENTRY_BYTES > item.length) throw vhdxDamaged(path, "its parent locator is cut off");
    const key = text(path, item, item.readUInt32LE(at), item.readUInt16LE(at + 8));
    pairs.set(key, text(path, item, item.readUInt32LE(at + 4), item.readUInt16LE(at + 10)));
  }
  const linkage = ["parent_linkage", "parent_linkage2"].map((key) => pairs.get(key)).filter((id) => id !== undefined);
  if (linkage.length === 0) throw vhdxDamaged(path, "its parent locator does not say which parent it means");
  return {
    linkage: linkage.map((id) => id.toLowerCase().replace(/[{}]/g, "")),
    paths: ["relative_path", "volume_path", "absolute_win32_path"]
      .map((key) => pairs.get(key))
      .filter((one) => one !== undefined),
  };
}

function text(path: string, item: Buffer, offset: number, length: number): string {
  if (offset + length > item.length || length % 2 !== 0) throw vhdxDamaged(path, "its parent locator is cut off");
  return item.toString("utf16le", offset, offset + length);
}

/** For a parent in the same folder. */
export function encodeParentLocator(linkageId: string, parentName: string): Buffer {
  const pairs = [
    ["parent_linkage", `{${linkageId}}`],
    ["relative_path", `.\\${parentName}`],
  ] as const;
  const head = Buffer.alloc(HEADER_BYTES + pairs.length * ENTRY_BYTES);
  guidBytes(VHDX_LOCATOR).copy(head, 0);
  head.writeUInt16LE(pairs.length, 18);
  const texts: Buffer[] = [];
  let end = head.length;
  const add = (value: string): { offset: number; length: number } => {
    const bytes = Buffer.from(value, "utf16le");
    texts.push(bytes);
    end += bytes.length;
    return { offset: end - bytes.length, length: bytes.length };
  };
  pairs.forEach(([name, value], index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    const [key, content] = [add(name), add(value)];
    head.writeUInt32LE(key.offset, at);
    head.writeUInt32LE(content.offset, at + 4);
    head.writeUInt16LE(key.length, at + 8);
    head.writeUInt16LE(content.length, at + 10);
  });
  return Buffer.concat([head, ...texts]);
}
