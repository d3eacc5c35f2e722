import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { createVmdk } from "@/lib/engine/disk/create-vmdk";
import { qcow2Image, type TestCluster } from "@/lib/testing/qcow2-image";
import { machinesOfFolder } from "./folder-machines";

const { folder, remove } = temporaryFolder("machines-");
afterAll(remove);
beforeEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
});
const put = (...names: string[]) => {
  for (const name of names) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), "");
  }
};
const shape = () =>
  machinesOfFolder(nodeFileSystem, "branch", folder).map(({ name, disks }) => [name, disks.map((disk) => disk.name)]);

describe("a folder of disk images", () => {
  it("has a machine for each image, for numbered images together, and for each subfolder", () => {
    put(
      "web.vhd",
      "mail-2.vhd",
      "mail-1.vhd",
      "mail-10.vhd",
      "sql/system.raw",
      "sql/data.IMG",
      "readme.txt",
      "old.vhdx",
    );
    put(".hidden/secret.vhd", "empty/notes.txt");
    expect(shape()).toEqual([
      ["mail", ["mail-1.vhd", "mail-2.vhd", "mail-10.vhd"]],
      ["old", ["old.vhdx"]],
      ["sql", ["data.IMG", "system.raw"]],
      ["web", ["web.vhd"]],
    ]);
    const [mail] = machinesOfFolder(nodeFileSystem, "branch", folder);
    expect(mail?.disks.map((disk) => disk.role)).toEqual(["os", "data", "data"]);
    expect(mail).toMatchObject({ bootable: false, desired: "off", generation: 1 });
  });

  it("takes a split disk, and a disk with its snapshots, as one, and shows a part whose whole is missing", () => {
    const vmdk = (name: string, more: object = {}) => {
      createVmdk(nodeFileSystem, path.join(folder, name), {
        ...{ kind: "twoGbMaxExtentSparse", virtualSizeBytes: 5 * 2 ** 30, contentId: "0badcafe", ...more },
      }).close();
    };
    vmdk("web.vmdk");
    vmdk("web-000001.vmdk", { kind: "monolithicSparse", parent: { fileName: "web.vmdk", contentId: "0badcafe" } });
    fs.mkdirSync(path.join(folder, "sql"));
    vmdk("sql/data.vmdk", { kind: "monolithicFlat", virtualSizeBytes: 2 ** 20 });
    vmdk("gone.vmdk", { virtualSizeBytes: 2 ** 20 });
    fs.rmSync(path.join(folder, "gone.vmdk"));
    const clusters = new Map<number, TestCluster>();
    const image = { version: 3, clusterBits: 16, virtualSizeBytes: 2 ** 20, clusters } as const;
    fs.writeFileSync(path.join(folder, "golden.qcow2"), qcow2Image(image));
    const backing = { name: "golden.qcow2", format: "qcow2" };
    for (const name of ["a", "b"])
      fs.writeFileSync(path.join(folder, `${name}.qcow2`), qcow2Image({ ...image, backing }));
    expect(shape()).toEqual([
      ["a", ["a.qcow2"]],
      ["b", ["b.qcow2"]],
      ["gone-s001", ["gone-s001.vmdk"]],
      ["sql", ["data.vmdk"]],
      ["web", ["web-000001.vmdk"]],
    ]);
  });

  it("reads a VMware machine's configuration, and opens nothing that it names elsewhere", () => {
    fs.mkdirSync(path.join(folder, "erp"));
    for (const name of ["erp/erp.vmdk", "erp/erp_1.vmdk", "erp/spare.vmdk"])
      createVmdk(nodeFileSystem, path.join(folder, name), {
        ...{ kind: "monolithicFlat", virtualSizeBytes: 2 ** 20, contentId: "0badcafe" },
      }).close();
    fs.writeFileSync(
      path.join(folder, "erp", "erp.vmx"),
      [
        '.encoding = "UTF-8"',
        'displayName = "ERP server"',
        'memsize = "4096"',
        'numvcpus = "4"',
        'guestOS = "windows2019srv-64"',
        'firmware = "efi"',
        'scsi0:1.fileName = "erp_1.vmdk"',
        'scsi0:0.present = "TRUE"',
        'scsi0:0.fileName = "erp.vmdk"',
        'scsi0:2.fileName = "/vmfs/volumes/other/secret.vmdk"',
        'scsi0:3.fileName = "erp_3.vmdk"',
        'scsi0:3.present = "FALSE"',
        'sata0:0.fileName = "tools.iso"',
        'sata0:0.deviceType = "cdrom-image"',
      ].join("\r\n"),
    );
    const [spare, erp] = machinesOfFolder(nodeFileSystem, "branch", folder).sort((a, b) => (a.name < b.name ? 1 : -1));
    expect(spare?.disks.map((disk) => disk.name)).toEqual(["spare.vmdk"]);
    expect(erp).toMatchObject({ name: "ERP server", memoryBytes: 4 * 2 ** 30, cpuCount: 4, osType: "Windows", generation: 2 }); // prettier-ignore
    expect(erp?.disks.map((disk) => [disk.name, disk.role, disk.refused?.code])).toEqual([
      ["erp.vmdk", "os", undefined],
      ["erp_1.vmdk", "data", undefined],
      ["secret.vmdk", "data", "DiskPartOutsideFolder"],
    ]);
  });

  it("gives ids that stay when other images come, and that differ between sites", () => {
    put("web.vhd");
    const before = machinesOfFolder(nodeFileSystem, "branch", folder)[0];
    put("app.vhd");
    const after = machinesOfFolder(nodeFileSystem, "Branch", folder).find((machine) => machine.name === "web");
    expect(after).toEqual(before);
    expect(machinesOfFolder(nodeFileSystem, "other", folder)[1]?.id).not.toBe(before?.id);
    expect(before?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("takes what an image cannot say from machines.json, and refuses what it does not understand", () => {
    put("web.vhd");
    const settings = path.join(folder, "machines.json");
    fs.writeFileSync(
      settings,
      JSON.stringify({ web: { generation: 2, osType: "Linux", attachments: { iscsi: true } } }),
    );
    expect(machinesOfFolder(nodeFileSystem, "branch", folder)[0]).toMatchObject({
      generation: 2,
      osType: "Linux",
      attachments: { iscsi: true, passThrough: false },
    });
    for (const bad of ["{", `{"web": {"generation": 3}}`, `{"web": {"colour": "red"}}`]) {
      fs.writeFileSync(settings, bad);
      const refused = expect.objectContaining({ code: "MachineSettingsNotValid" }) as Error;
      expect(() => machinesOfFolder(nodeFileSystem, "branch", folder)).toThrowError(refused);
    }
  });

  it("is refused when it is no folder, or holds no image", () => {
    const refused = (code: string) => expect.objectContaining({ code }) as Error;
    expect(() => machinesOfFolder(nodeFileSystem, "branch", path.join(folder, "nowhere"))).toThrowError(
      refused("FolderNotFound"),
    );
    put("notes.txt");
    expect(() => machinesOfFolder(nodeFileSystem, "branch", path.join(folder, "notes.txt"))).toThrowError(
      refused("FolderNotFound"),
    );
    expect(() => machinesOfFolder(nodeFileSystem, "branch", folder)).toThrowError(refused("NoImagesFound"));
  });
});
