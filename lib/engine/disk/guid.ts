import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";

/**
 * GUIDs as Microsoft stores them: the first three groups little-endian, the last two as written. In memory they are
 * text, lower case, without braces.
 */
export const NO_GUID = "00000000-0000-0000-0000-000000000000";
const GROUPS = [4, 2, 2, 2, 6] as const;

export function guidText(bytes: Buffer, offset: number): string {
  let at = offset;
  const groups = GROUPS.map((length, index) => {
    const group = Buffer.from(bytes.subarray(at, at + length));
    at += length;
    return (index < 3 ? group.reverse() : group).toString("hex");
  });
  return groups.join("-");
}

export function guidBytes(guid: string): Buffer {
  const groups = guid.split("-").map((group) => Buffer.from(group, "hex"));
  const bytes = Buffer.concat(groups.map((group, index) => (index < 3 ? group.reverse() : group)));
  assert(bytes.length === 16 && groups.length === 5, `not a GUID: ${guid}`);
  return bytes;
}
