import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { CONTOSO_MACHINES } from "@/lib/compute/contoso-estate";
import { MachineStore } from "@/lib/compute/machine-store";
import { VMWARE_DEMO } from "@/lib/contract/demo-site";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
import { makeVmwareSite, vmwareSiteNamed } from "./demo-site";
import { machinesOfFolder } from "./folder-machines";
import { createSite, listSites, removeSite, type Site } from "./site-folder";

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = temporaryFolder("demo-"));
});
afterEach(() => remove());

const places = () => ({ sitesFolder: path.join(folder, "sites"), runFolder: folder });
const ignore = () => undefined;
const definitionsOf = (site: Site) =>
  new MachineStore(nodeFileSystem, site.hostHome).load().definitions.sort((a, b) => (a.name < b.name ? -1 : 1));

async function make(name: string): Promise<Site> {
  const of = vmwareSiteNamed(places(), name);
  await makeVmwareSite(nodeFileSystem, of, ignore);
  return of.site;
}

function allocatedBytes(of: string): number {
  const entries = fs.readdirSync(of, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).blocks * 512, 0);
}

it("makes what people are told that it makes, of the size that they are told", async () => {
  const steps: string[] = [];
  const of = vmwareSiteNamed(places(), VMWARE_DEMO.siteName);
  await makeVmwareSite(nodeFileSystem, of, ({ machine, done, of: count }) => steps.push(`${machine} ${done}/${count}`));
  expect(of.site.hostName).toBe("CONTOSO-CS01");
  expect(steps).toEqual(["CONTOSO-ERP 0/2", "CONTOSO-MAIL 1/2", " 2/2"]);
  const definitions = definitionsOf(of.site);
  expect(definitions.map(({ name }) => name)).toEqual(VMWARE_DEMO.machines);
  const others = CONTOSO_MACHINES.map(({ name }) => name);
  expect(VMWARE_DEMO.machines.filter((name) => others.includes(name))).toEqual([]);
  expect(definitions.every(({ bootable, desired }) => bootable && desired === "running")).toBe(true);
  const measured = allocatedBytes(of.site.disksFolder);
  expect(measured).toBeLessThanOrEqual(VMWARE_DEMO.diskBytes);
  expect(measured).toBeGreaterThan(VMWARE_DEMO.diskBytes * 0.97);
});

it("has configurations by which a site of that folder shows the same machines", async () => {
  const site = await make("contoso-datacenter");
  const shape = ({ name, generation, osType, memoryBytes, cpuCount, attachments, disks }: ReturnType<typeof definitionsOf>[number]) => ({
    ...{ name, generation, osType, memoryBytes, cpuCount, attachments },
    disks: disks.map((disk) => ({ name: disk.name, path: disk.path, role: disk.role, refused: disk.refused })),
  }); // prettier-ignore
  const read = machinesOfFolder(nodeFileSystem, "branch", site.disksFolder);
  expect(read.map(shape)).toEqual(definitionsOf(site).map(shape));
  expect(read.flatMap(({ disks }) => disks)).toHaveLength(3);
});

it("is the same again for the same name, and has machines of its own under another", async () => {
  const first = await make("contoso-datacenter");
  const ids = definitionsOf(first).map(({ id }) => id);
  expect(vmwareSiteNamed(places(), "Contoso-Datacenter")).toEqual({ site: first, isNew: false });
  const other = await make("contoso-north");
  expect(definitionsOf(other).filter(({ id }) => ids.includes(id))).toEqual([]);
  removeSite(first);
  expect(fs.existsSync(first.folder)).toBe(false);
  expect(definitionsOf(await make("contoso-datacenter")).map(({ id }) => id)).toEqual(ids);
});

it("is finished where an interrupted run left it", async () => {
  const site = await make("contoso-datacenter");
  const [erp, mail] = definitionsOf(site);
  const image = mail?.disks[0]?.path ?? "";
  const before = fs.statSync(erp?.disks[0]?.path ?? "").mtimeMs;
  fs.rmSync(path.join(site.hostHome, "machines", `${mail?.id}.json`));
  fs.rmSync(image);
  fs.truncateSync(image.replace(".vmdk", "-s001.vmdk"), 1000);
  expect(definitionsOf(await make("contoso-datacenter"))).toEqual([erp, mail]);
  openDisk(nodeFileSystem, image, "readwrite").close();
  expect(fs.statSync(erp?.disks[0]?.path ?? "").mtimeMs).toBe(before);
});

it("leaves nothing when its disks could not be made, and does not take a name that another kind of site has", async () => {
  const of = vmwareSiteNamed(places(), "contoso-datacenter");
  fs.mkdirSync(of.site.disksFolder);
  fs.writeFileSync(path.join(of.site.disksFolder, "CONTOSO-MAIL"), "in the way of a folder");
  await expect(makeVmwareSite(nodeFileSystem, of, ignore)).rejects.toMatchObject({ code: "FileExists" });
  expect(listSites(places().sitesFolder)).toEqual([]);
  expect(fs.existsSync(of.site.folder)).toBe(false);
  createSite(places(), { name: "branch", kind: "folder", imagesFolder: folder });
  expect(() => vmwareSiteNamed(places(), "Branch")).toThrow(
    expect.objectContaining({ code: "SiteNameTaken" }) as Error,
  );
});

it("begins with nothing of a site whose removal was interrupted", async () => {
  const site = await make("contoso-datacenter");
  fs.rmSync(path.join(site.folder, "site.json"));
  const next = createSite(places(), { name: "contoso-datacenter", kind: "folder", imagesFolder: folder });
  expect(definitionsOf(next)).toEqual([]);
  expect(fs.existsSync(next.disksFolder)).toBe(false);
});
