import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { openDisk } from "@/lib/engine/disk/open-disk";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import {
  CONTOSO_MACHINES,
  CONTOSO_VMWARE_MACHINES,
  makeContosoEstate,
  type ContosoEstateOptions,
} from "./contoso-estate";
import { readLedger } from "./guest/ledger";

const MIB = 1024 * 1024;
const machines = [
  {
    name: "CONTOSO-SQL",
    title: "Orders",
    osDiskBytes: 10 * 1024 * MIB,
    applicationDataBytes: 3 * MIB,
    dataDiskBytes: 4 * MIB,
  },
  {
    name: "CONTOSO-WEB",
    title: "Shop",
    osDiskBytes: 10 * 1024 * MIB,
    applicationDataBytes: 2 * MIB,
    dataDiskBytes: null,
  },
];

function options(fileSystem: FileSystem, seed = "contoso"): ContosoEstateOptions {
  fileSystem.makeFolder("/disks");
  const createdAt = new Date("2026-01-01T00:00:00Z");
  return { fileSystem, disksFolder: "/disks", hostHome: "/home", seed, createdAt, machines };
}

function hashOf(fileSystem: FileSystem, path: string): string {
  const file = fileSystem.open(path, "read");
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(0, bytes);
  file.close();
  return createHash("sha256").update(bytes).digest("hex");
}

it("makes the same estate from the same seed, byte by byte, and another from another", async () => {
  const [first, second, third] = [new MemoryFileSystem(), new MemoryFileSystem(), new MemoryFileSystem()];
  const definitions = await makeContosoEstate(options(first));
  expect(await makeContosoEstate(options(second))).toEqual(definitions);
  const others = await makeContosoEstate(options(third, "other"));
  for (const disk of definitions.flatMap((definition) => definition.disks)) {
    expect(hashOf(second, disk.path)).toBe(hashOf(first, disk.path));
  }
  expect(others.map((definition) => definition.id)).not.toEqual(definitions.map((definition) => definition.id));
  const os = "/disks/CONTOSO-WEB/CONTOSO-WEB.vhd";
  expect(hashOf(third, os)).not.toBe(hashOf(first, os));
});

it("makes bootable disks with an empty ledger, real data in them, and a data disk whose every 16 bytes name their place", async () => {
  const fileSystem = new MemoryFileSystem();
  const [sql] = await makeContosoEstate(options(fileSystem));
  const [osDisk, dataDisk] = sql?.disks ?? [];
  const os = openDisk(fileSystem, osDisk?.path ?? "", "read");
  expect(os.virtualSizeBytes).toBeGreaterThanOrEqual(10 * 1024 * MIB);
  expect(os.format).toBe("vhd-dynamic");
  expect(readLedger(os)).toMatchObject({ hostName: "CONTOSO-SQL", count: 0, verdict: "ok" });
  expect(os.allocatedExtents().reduce((sum, extent) => sum + extent.lengthBytes, 0)).toBeGreaterThanOrEqual(3 * MIB);
  os.close();

  const data = openDisk(fileSystem, dataDisk?.path ?? "", "read");
  expect(data.format).toBe("vhd-fixed");
  const bytes = Buffer.alloc(16);
  const sector = new Uint8Array(512);
  data.read(2 * MIB + 3 * 65_536 + 512, sector);
  bytes.set(sector.subarray(16, 32));
  expect([0, 4, 8, 12].map((at) => bytes.readUInt32LE(at))).toEqual([2, 35, 1, 528]);
  data.close();
});

it("gives the web shop a VHDX, as hosts of the time have both formats", async () => {
  const fileSystem = new MemoryFileSystem();
  const machines = CONTOSO_MACHINES.filter((one) => one.name === "CONTOSO-WEB").map((one) => ({ ...one, applicationDataBytes: 2 * MIB })); // prettier-ignore
  const [web] = await makeContosoEstate({ ...options(fileSystem), machines });
  const disk = openDisk(fileSystem, web?.disks[0]?.path ?? "", "read");
  expect([web?.disks[0]?.name, disk.format]).toEqual(["CONTOSO-WEB.vhdx", "vhdx-dynamic"]);
  expect(readLedger(disk)).toMatchObject({ hostName: "CONTOSO-WEB", verdict: "ok" });
  disk.close();
});

it("gives the same ids and the same boot disk as every version before: whoever has an estate keeps it", async () => {
  const fileSystem = new MemoryFileSystem();
  const [sql] = await makeContosoEstate(options(fileSystem));
  expect(sql?.id).toBe("776c8028-7eb5-49f1-89fb-f0d6e33cff05");
  expect(sql?.disks.map((disk) => disk.id)).toEqual([
    "2168f336-c65d-43a0-b348-0297f42b8182",
    "4b204b5f-dad1-4542-b3dd-533da4fa2da5",
  ]);
  expect(hashOf(fileSystem, sql?.disks[0]?.path ?? "")).toBe(
    "1292bd1d799c7c41eaa1eba6dc40922002814e4a170817dcaa9abd862ee93c91",
  );
});

it("makes machines of VMware's: VMDKs of the kinds that its products make, and the configuration beside them", async () => {
  const fileSystem = new MemoryFileSystem();
  const small = CONTOSO_VMWARE_MACHINES.map((one) => ({ ...one, applicationDataBytes: 2 * MIB }));
  const definitions = await makeContosoEstate({ ...options(fileSystem), machines: small });
  const found = definitions.flatMap(({ disks }) =>
    disks.map(({ name, path }) => {
      const disk = openDisk(fileSystem, path, "read");
      const seen = [name, disk.format, disk.virtualSizeBytes / MIB, readLedger(disk)?.verdict ?? null];
      disk.close();
      return seen;
    }),
  );
  expect(found).toEqual([
    ["CONTOSO-ERP.vmdk", "vmdk-sparse", 10 * 1024, "ok"],
    ["CONTOSO-ERP-DATA.vmdk", "vmdk-flat", 32, null],
    ["CONTOSO-MAIL.vmdk", "vmdk-split", 10 * 1024, "ok"],
  ]);
  expect(fileSystem.list("/disks/CONTOSO-MAIL")).toContain("CONTOSO-MAIL.vmx");
  // An interrupted run leaves parts of a disk, which must not stand in the way of the next.
  fileSystem.remove("/disks/CONTOSO-MAIL/CONTOSO-MAIL.vmdk");
  fileSystem.remove(`/home/machines/${definitions[1]?.id}.json`);
  expect(await makeContosoEstate({ ...options(fileSystem), machines: small })).toEqual(definitions);
  expect(readLedger(openDisk(fileSystem, definitions[1]?.disks[0]?.path ?? "", "read"))?.verdict).toBe("ok");
});

it("leaves what is there alone, and makes again what an interrupted run left without a definition", async () => {
  const fileSystem = new MemoryFileSystem();
  const definitions = await makeContosoEstate(options(fileSystem));
  const [sqlDisk, webDisk] = definitions.map((definition) => definition.disks[0]?.path ?? "");
  const before = hashOf(fileSystem, sqlDisk ?? "");
  const web = fileSystem.open(webDisk ?? "", "readwrite");
  web.truncate(1000);
  web.close();
  fileSystem.remove(`/home/machines/${definitions[1]?.id}.json`);
  await makeContosoEstate(options(fileSystem));
  expect(hashOf(fileSystem, sqlDisk ?? "")).toBe(before);
  const repaired = openDisk(fileSystem, webDisk ?? "", "read");
  expect(readLedger(repaired)).toMatchObject({ verdict: "ok" });
  repaired.close();
});
