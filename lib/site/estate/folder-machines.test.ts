import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
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
const shape = () => machinesOfFolder("branch", folder).map(({ name, disks }) => [name, disks.map((disk) => disk.name)]);

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
    const [mail] = machinesOfFolder("branch", folder);
    expect(mail?.disks.map((disk) => disk.role)).toEqual(["os", "data", "data"]);
    expect(mail).toMatchObject({ bootable: false, desired: "off", generation: 1 });
  });

  it("gives ids that stay when other images come, and that differ between sites", () => {
    put("web.vhd");
    const before = machinesOfFolder("branch", folder)[0];
    put("app.vhd");
    const after = machinesOfFolder("Branch", folder).find((machine) => machine.name === "web");
    expect(after).toEqual(before);
    expect(machinesOfFolder("other", folder)[1]?.id).not.toBe(before?.id);
    expect(before?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("takes what an image cannot say from machines.json, and refuses what it does not understand", () => {
    put("web.vhd");
    const settings = path.join(folder, "machines.json");
    fs.writeFileSync(
      settings,
      JSON.stringify({ web: { generation: 2, osType: "Linux", attachments: { iscsi: true } } }),
    );
    expect(machinesOfFolder("branch", folder)[0]).toMatchObject({
      generation: 2,
      osType: "Linux",
      attachments: { iscsi: true, passThrough: false },
    });
    for (const bad of ["{", `{"web": {"generation": 3}}`, `{"web": {"colour": "red"}}`]) {
      fs.writeFileSync(settings, bad);
      const refused = expect.objectContaining({ code: "MachineSettingsNotValid" }) as Error;
      expect(() => machinesOfFolder("branch", folder)).toThrowError(refused);
    }
  });

  it("is refused when it is no folder, or holds no image", () => {
    const refused = (code: string) => expect.objectContaining({ code }) as Error;
    expect(() => machinesOfFolder("branch", path.join(folder, "nowhere"))).toThrowError(refused("FolderNotFound"));
    put("notes.txt");
    expect(() => machinesOfFolder("branch", path.join(folder, "notes.txt"))).toThrowError(refused("FolderNotFound"));
    expect(() => machinesOfFolder("branch", folder)).toThrowError(refused("NoImagesFound"));
  });
});
