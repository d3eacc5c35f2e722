import fs from "node:fs";
import path from "node:path";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { createDynamicVhd, createFixedVhd } from "@/lib/engine/disk/create-vhd";

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;
const TOO_LARGE_BYTES = 1_100 * GIB;
const SECTOR_BYTES = 512;
/** Of the dynamic VHDs made here: the block table follows the footer's copy and the header. */
const TABLE_OFFSET = 3 * SECTOR_BYTES;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };

/** Every machine of the folder that cannot be protected: its name, and the rule and the code that say why. */
export const UNFIT: readonly (readonly [machine: string, ruleId: string, code: string])[] = [
  ["text", "image", "NotADiskImage"],
  ["truncated", "image", "VhdTruncated"],
  ["bad-checksum", "image", "VhdChecksumMismatch"],
  ["loop", "image", "VhdTableLoop"],
  ["mail_server", "name", "InvalidMachineName"],
  ["large-system", "os-disk", "OsDiskTooLarge"],
  ["large-data", "data-size", "DataDiskTooLarge"],
  ["many-disks", "data-count", "DataDiskCountNotSupported"],
  ["second-generation", "gen", "Generation2LinuxNotSupported"],
  ["pass-through", "passthru", "PassThroughDiskNotSupported"],
  ["iscsi", "iscsi", "IscsiDiskNotSupported"],
  ["shared", "shared", "SharedVhdNotSupported"],
  ["fibre-channel", "fc", "FibreChannelNotSupported"],
];
export const SOUND = "sound";

/** A folder with one machine that can be protected, and one for every way in which a machine cannot be. */
export function makeImages(folder: string): void {
  const at = (...names: string[]) => path.join(folder, ...names);
  fs.writeFileSync(at(`${SOUND}.raw`), Buffer.alloc(2 * MIB, "an order, and another; "));
  fs.writeFileSync(at("text.vhd"), "This is not a disk.");
  const smallVhd = (name: string) => {
    const disk = createDynamicVhd(nodeFileSystem, at(name), { virtualSizeBytes: 8 * MIB, ...identity });
    disk.write(0, Buffer.alloc(SECTOR_BYTES, 1));
    disk.write(4 * MIB, Buffer.alloc(SECTOR_BYTES, 2));
    disk.close();
  };
  smallVhd("truncated.vhd");
  fs.truncateSync(at("truncated.vhd"), 3 * MIB);
  createFixedVhd(nodeFileSystem, at("bad-checksum.vhd"), { virtualSizeBytes: MIB, ...identity }).close();
  patch(at("bad-checksum.vhd"), MIB + 40, Buffer.from([0xff]));
  smallVhd("loop.vhd");
  // Block 2 where block 0 is: whoever followed such tables would read, or write, in a circle.
  patch(at("loop.vhd"), TABLE_OFFSET + 8, firstTableEntry(at("loop.vhd")));
  createDynamicVhd(nodeFileSystem, at("large-system.vhd"), { virtualSizeBytes: TOO_LARGE_BYTES, ...identity }).close();
  sparse(at("large-data-1.raw"), MIB);
  sparse(at("large-data-2.raw"), TOO_LARGE_BYTES);
  fs.mkdirSync(at("many-disks"));
  for (let disk = 0; disk < 18; disk += 1) sparse(at("many-disks", `disk-${String(disk)}.raw`), MIB);
  for (const name of ["mail_server", "second-generation", "pass-through", "iscsi", "shared", "fibre-channel"]) {
    sparse(at(`${name}.raw`), MIB);
  }
  const settings = {
    "second-generation": { generation: 2, osType: "Linux" },
    "pass-through": { attachments: { passThrough: true } },
    iscsi: { attachments: { iscsi: true } },
    shared: { attachments: { sharedVhd: true } },
    "fibre-channel": { attachments: { fibreChannel: true } },
  };
  fs.writeFileSync(at("machines.json"), JSON.stringify(settings));
}

function sparse(file: string, bytes: number): void {
  fs.writeFileSync(file, "");
  fs.truncateSync(file, bytes);
}

function firstTableEntry(file: string): Buffer {
  return fs.readFileSync(file).subarray(TABLE_OFFSET, TABLE_OFFSET + 4);
}

function patch(file: string, offset: number, bytes: Uint8Array): void {
  const handle = fs.openSync(file, "r+");
  fs.writeSync(handle, bytes, 0, bytes.length, offset);
  fs.closeSync(handle);
}
