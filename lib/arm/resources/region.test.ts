import { beforeEach, describe, expect, it } from "vitest";
import { Region } from "@/lib/contract/portal";
import {
  StorageAccountResource,
  VirtualMachineResource,
  VirtualNetworkResource,
} from "@/lib/contract/region-resources";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleDeployed, sampleFabric, sampleItem, samplePoint, sampleVault } from "@/lib/testing/sample-entities";

const ACCOUNT = "Microsoft.Storage/storageAccounts/contosostorage";
const NETWORK = "Microsoft.Network/virtualNetworks/recovery";
const network = (changes: object = {}) => ({
  location: "westeurope",
  properties: {
    addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
    subnets: [{ name: "default", properties: { addressPrefix: "10.1.0.0/24" } }],
    isolated: true,
    ...changes,
  },
});

describe("the simulated region", () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = new ControlPlane();
  });

  it("lists its regions and sizes, marked as simulated", async () => {
    const { body } = await plane.get("Secondsite.Recovery/regions");
    expect(body.value.length).toBeGreaterThan(5);
    for (const region of body.value) expect(Region.parse(region)).toEqual(region);
  });

  it("makes a storage account once, keeps its folder, and deletes it only when it is empty and unused", async () => {
    const made = await plane.send("PUT", ACCOUNT, { location: "West Europe", properties: {} });
    expect(made.status).toBe(201);
    expect(StorageAccountResource.parse(made.body)).toEqual(made.body);
    expect(made.body).toMatchObject({ location: "westeurope", properties: { simulated: true } });
    expect((await plane.send("PUT", ACCOUNT, { location: "westeurope" })).status).toBe(200);
    expect(await plane.refused("PUT", ACCOUNT, { location: "eastus" })).toMatchObject({
      status: 409,
      code: "StorageAccountAlreadyTaken",
    });
    await plane.storageFolders.ensureVaultStore({ id: "v", storageAccount: "contosostorage" });
    expect(await plane.refused("DELETE", ACCOUNT)).toMatchObject({ status: 409, code: "StorageAccountInUse" });
    plane.storageFolders.accounts.get("contosostorage")?.clear();
    await plane.repositories.vaults.insert(sampleVault());
    expect((await plane.refused("DELETE", ACCOUNT)).message).toContain("Contoso-Vault");
    await plane.repositories.vaults.delete("vault-1");
    expect((await plane.send("DELETE", ACCOUNT)).status).toBe(204);
    expect(plane.storageFolders.accounts.size).toBe(0);
    expect((await plane.get(ACCOUNT)).status).toBe(404);
  });

  it("connects a storage account to a container in Azure, and never gives the key back", async () => {
    const key = (mark: string) => `${mark.padEnd(86, "A")}==`;
    const azureBlob = { connectionString: `AccountName=contoso1;AccountKey=${key("first")}`, container: "vaults" };
    const creation = { location: "westeurope", properties: { azureBlob } };
    const made = await plane.send("PUT", ACCOUNT, creation);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      properties: {
        simulated: false,
        azureBlob: { endpoint: "https://contoso1.blob.core.windows.net", accountName: "contoso1", container: "vaults" },
      },
    });
    const replacing = await plane.send("POST", `${ACCOUNT}/replaceKey`, { accountKey: key("second") });
    expect(replacing.status).toBe(200);
    expect(plane.storageFolders.keys.get("contosostorage")).toBe(key("second"));
    for (const { body } of [made, replacing, await plane.get(ACCOUNT)]) {
      expect(JSON.stringify(body)).not.toMatch(/first|second/);
    }
    const refusal = await plane.refused("POST", `${ACCOUNT}/replaceKey`, { accountKey: key("refused") });
    expect(refusal).toMatchObject({ status: 400, code: "StorageAccessRefused" });
    const other = { connectionString: `AccountName=other1;AccountKey=${key("third")}` };
    expect((await plane.refused("POST", `${ACCOUNT}/replaceKey`, other)).code).toBe("StorageAccountDiffers");
    expect(plane.storageFolders.keys.get("contosostorage")).toBe(key("second"));
  });

  it("keeps nothing of a storage account whose key is refused", async () => {
    const azureBlob = { accountName: "contoso1", accountKey: `${"refused".padEnd(86, "A")}==` };
    const refusal = await plane.refused("PUT", ACCOUNT, { location: "westeurope", properties: { azureBlob } });
    expect(refusal).toMatchObject({ status: 400, code: "StorageAccessRefused" });
    expect((await plane.get(ACCOUNT)).status).toBe(404);
  });

  it.each(["AB", "with-hyphen", "a".repeat(25), "Upper"])("refuses the storage account name %s", async (name) => {
    const path = `Microsoft.Storage/storageAccounts/${name}`;
    expect(await plane.refused("PUT", path, { location: "westeurope" })).toMatchObject({
      status: 400,
      code: "AccountNameInvalid",
    });
  });

  it("does not find a storage account at the address of another resource group", async () => {
    await plane.send("PUT", ACCOUNT, { location: "westeurope" });
    const elsewhere = `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/other/providers/${ACCOUNT}`;
    expect((await plane.get(elsewhere)).status).toBe(404);
    expect((await plane.send("DELETE", elsewhere)).status).toBe(204);
    expect((await plane.get(ACCOUNT)).status).toBe(200);
  });

  it("makes and replaces networks, and keeps their isolation when it is not said", async () => {
    const made = await plane.send("PUT", NETWORK, network());
    expect(made.status).toBe(201);
    expect(VirtualNetworkResource.parse(made.body)).toEqual(made.body);
    const replaced = await plane.send("PUT", NETWORK.toUpperCase(), network({ isolated: null, subnets: [] }));
    expect(replaced).toMatchObject({
      status: 200,
      body: { name: "recovery", properties: { isolated: true, subnets: [] } },
    });
    expect((await plane.get("Microsoft.Network/virtualNetworks")).body.value).toHaveLength(1);
    expect(await plane.refused("PUT", NETWORK, network(), { "if-none-match": "*" })).toMatchObject({ status: 409 });
  });

  const subnet = (name: string, addressPrefix: string) => ({ name, properties: { addressPrefix } });
  it.each([
    [
      "a malformed range",
      { addressSpace: { addressPrefixes: ["10.1.0.0"] } },
      "properties.addressSpace.addressPrefixes",
    ],
    [
      "bits behind the prefix",
      { addressSpace: { addressPrefixes: ["10.1.0.1/16"] } },
      "properties.addressSpace.addressPrefixes",
    ],
    ["a subnet outside", { subnets: [subnet("a", "10.2.0.0/24")] }, "properties.subnets.0.properties.addressPrefix"],
    [
      "overlapping subnets",
      { subnets: [subnet("a", "10.1.0.0/24"), subnet("b", "10.1.0.128/25")] },
      "properties.subnets.1.properties.addressPrefix",
    ],
    ["an octet of 999", { subnets: [subnet("a", "10.1.999.0/24")] }, "properties.subnets.0.properties.addressPrefix"],
    [
      "two subnets of a name",
      { subnets: [subnet("a", "10.1.0.0/24"), subnet("A", "10.1.1.0/24")] },
      "properties.subnets.1.name",
    ],
  ])("refuses a network with %s", async (_what, changes, target) => {
    expect(await plane.refused("PUT", NETWORK, network(changes))).toMatchObject({ status: 400, target });
  });

  describe("machines", () => {
    beforeEach(async () => {
      const { vaults, fabrics, protectedItems, recoveryPoints, deployedMachines } = plane.repositories;
      await vaults.insert(sampleVault());
      await fabrics.insert(sampleFabric());
      await protectedItems.insert(sampleItem());
      await recoveryPoints.insert(samplePoint());
      await deployedMachines.insert(sampleDeployed({ state: "Running", networkName: "recovery" }));
    });
    const machine = "Microsoft.Compute/virtualMachines/sql-01-test";

    it("are shown as running only while the region runs them, with what the guest shows now", async () => {
      const stopped = await plane.get(machine);
      expect(VirtualMachineResource.parse(stopped.body)).toEqual(stopped.body);
      expect(stopped.body.properties).toMatchObject({ state: "Stopped", protectedItemName: "machine-1", orders: null });
      plane.replicaFolders.files.set("/os.vhd", { root: "", orders: 12 });
      const disks = [{ id: "disk-1", name: "os", path: "/os.vhd", role: "os" as const }];
      await plane.region.start({ id: "deployed-1", name: "sql-01-test", memoryBytes: 1, disks });
      const running = (await plane.get("Microsoft.Compute/virtualMachines")).body.value[0]?.properties;
      expect(running).toMatchObject({ state: "Running", orders: { count: 12 }, firstLineMs: 480, simulated: true });
    });

    it("are not claimed to run when the region cannot boot machines", async () => {
      plane.region.unavailable = "no firmware";
      expect((await plane.get(machine)).body.properties.state).toBe("Stopped");
    });

    it("and their networks are not deleted while a protected machine needs them", async () => {
      expect(await plane.refused("DELETE", machine)).toMatchObject({
        status: 409,
        code: "MachineBelongsToProtectedItem",
      });
      await plane.send("PUT", NETWORK, network());
      const refusal = await plane.refused("DELETE", NETWORK);
      expect(refusal).toMatchObject({ status: 409, code: "InUseNetworkCannotBeDeleted" });
      expect(refusal.message).toContain("sql-01-test");
    });
  });
});
