import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContainerResource, ProtectableItemResource } from "@/lib/contract/fabrics";
import { HealthError } from "@/lib/contract/health-error";
import type { ReportedDisk, ReportedMachine } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import { ArmWorld } from "@/lib/testing/arm-world";
import {
  sampleFabric,
  sampleItem,
  sampleMachine,
  sampleProvider,
  samplePolicy,
  SCOPE,
} from "@/lib/testing/sample-entities";

const VAULT_ID = `/Subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/Contoso-Vault`;
const CLOUD = "cloud_11111111-2222-4333-8444-555555555555";
const CONTAINER = `replicationFabrics/Contoso-Branch/replicationProtectionContainers/${CLOUD}`;
const ITEMS = `${CONTAINER}/replicationProtectableItems`;
const GIB = 1024 ** 3;
const disk = (changes: Partial<ReportedDisk>): ReportedDisk => ({
  ...{ id: "disk-2", name: "data.vhd", role: "data", format: "vhd-fixed", problem: null },
  ...{ virtualSizeBytes: GIB, allocatedBytes: GIB, ...changes },
});
const osDisk = sampleMachine().disks[0] ?? disk({ role: "os" });

let world: ArmWorld;
beforeEach(async () => {
  world = new ArmWorld();
  await world.furnish();
});
afterEach(() => world.stop());

const hostWith = (...machines: ReportedMachine[]) =>
  world.repositories.providers.insert(sampleProvider({ inventory: machines }));
const listed = async (query = "") =>
  (await world.get(`${ITEMS}${query}`)) as { value: ProtectableItemResource[]; nextLink: string | null };
const names = (list: { value: ProtectableItemResource[] }) => list.value.map((item) => item.properties.friendlyName);

describe("the protection container of a site", () => {
  it("is one, and shows whether it is paired and how many machines it protects", async () => {
    await hostWith(sampleMachine());
    await world.repositories.policies.insert(samplePolicy());
    await world.repositories.protectedItems.insert(sampleItem());
    const expected = {
      id: `${VAULT_ID}/${CONTAINER}`,
      name: CLOUD,
      type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers",
      properties: {
        fabricFriendlyName: "Contoso-Branch",
        friendlyName: "Contoso-Branch",
        fabricType: "HyperVSite",
        protectedItemCount: 1,
        pairingStatus: "NotPaired",
        role: "",
        fabricSpecificDetails: null,
      },
    };
    expect(ContainerResource.parse(expected)).toEqual(expected);
    expect(await world.get(CONTAINER)).toEqual(expected);
    const one = { value: [expected], nextLink: null };
    expect(await world.get("replicationProtectionContainers")).toEqual(one);
    expect(await world.get("replicationFabrics/contoso-branch/replicationProtectionContainers")).toEqual(one);
  });

  it("has one name only", async () => {
    const wrong = CONTAINER.replace("1111", "9999");
    expect(await world.failure("GET", wrong)).toMatchObject({
      status: 404,
      code: "NotFound",
      target: "containerName",
    });
  });
});

describe("protectable items", () => {
  it("carry every field that clients read", async () => {
    await hostWith(sampleMachine({ disks: [osDisk, disk({})] }));
    world.connected.add("provider-1");
    const expected = {
      id: `${VAULT_ID}/${ITEMS}/machine-1`,
      name: "machine-1",
      type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectableItems",
      properties: {
        friendlyName: "sql-01",
        protectionStatus: "Unprotected",
        replicationProtectedItemId: null,
        recoveryServicesProviderId: `${VAULT_ID}/replicationFabrics/Contoso-Branch/replicationRecoveryServicesProviders/branch-host`,
        protectionReadinessErrors: [],
        supportedReplicationProviders: ["HyperVReplicaAzure"],
        customDetails: {
          instanceType: "HyperVVirtualMachine",
          sourceItemId: "machine-1",
          generation: "1",
          osDetails: { osType: "Other" },
          diskDetails: [
            {
              ...{ maxSizeMB: 10240, vhdType: "OperatingSystem", vhdId: "disk-1", vhdName: "sql-01.vhd" },
              ...{ format: "vhd-dynamic", allocatedBytes: 4 * 1024 ** 2 },
            },
            {
              ...{ maxSizeMB: 1024, vhdType: "Data", vhdId: "disk-2", vhdName: "data.vhd" },
              ...{ format: "vhd-fixed", allocatedBytes: GIB },
            },
          ],
          hasPhysicalDisk: "NotPresent",
          hasFibreChannelAdapter: "NotPresent",
          hasSharedVhd: "NotPresent",
          hyperVHostId: "provider-1",
        },
        healthErrors: [],
        machine: {
          ...{ power: "running", bootable: true, memoryBytes: 64 * 1024 ** 2, cpuCount: 1, hostConnected: true },
          orders: { count: 7, lastAt: "2026-11-22T08:00:00.000Z", verdict: "ok" },
        },
      },
    };
    expect(ProtectableItemResource.parse(expected)).toEqual(expected);
    expect(await world.get(`${ITEMS}/MACHINE-1`)).toEqual(expected);
    expect(await listed()).toEqual({ value: [expected], nextLink: null });
  });

  it("say when they are protected, and as what", async () => {
    await hostWith(sampleMachine(), sampleMachine({ id: "machine-2", name: "web-01" }));
    await world.repositories.policies.insert(samplePolicy());
    await world.repositories.protectedItems.insert(sampleItem({ name: "my-sql" }));
    expect(await world.get(`${ITEMS}/machine-1`)).toMatchObject({
      properties: {
        protectionStatus: "Protected",
        replicationProtectedItemId: `${VAULT_ID}/${CONTAINER}/replicationProtectedItems/my-sql`,
      },
    });
    expect(names(await listed("?$filter=protectionStatus%20eq%20'Unprotected'"))).toEqual(["web-01"]);
    expect(names(await listed("?$filter=state%20eq%20%27protected%27"))).toEqual(["sql-01"]);
  });

  it.each<[string, Partial<ReportedMachine>, string[]]>([
    ["a name that Azure does not take", { name: "sql_01" }, ["name"]],
    ["an OS disk of 1023 GB and a byte", { disks: [{ ...osDisk, virtualSizeBytes: 1023 * GIB + 1 }] }, ["os-disk"]],
    ["a data disk of 1024 GB", { disks: [osDisk, disk({ virtualSizeBytes: 1024 * GIB })] }, ["data-size"]],
    ["no disk", { disks: [] }, ["os-count"]],
    ["two OS disks", { disks: [osDisk, disk({ role: "os" })] }, ["os-count"]],
    [
      "17 data disks",
      { disks: [osDisk, ...Array.from({ length: 17 }, (_, i) => disk({ id: `d${i}` }))] },
      ["data-count"],
    ],
    ["generation 2 Linux", { generation: 2, osType: "Linux" }, ["gen"]],
    [
      "everything attached that cannot be replicated",
      { attachments: { passThrough: true, iscsi: true, sharedVhd: true, fibreChannel: true } },
      ["passthru", "iscsi", "shared", "fc"],
    ],
  ])("with %s are listed as not protectable, each rule with cause and cure", async (_what, changes, rules) => {
    await hostWith(sampleMachine(changes));
    const [item] = (await listed()).value;
    const errors = item?.properties.healthErrors.map((error) => HealthError.parse(error)) ?? [];
    expect(errors.map((error) => error.errorId)).toEqual(rules);
    expect(item?.properties.protectionReadinessErrors).toEqual(errors.map((error) => error.errorMessage));
    for (const error of errors) {
      expect(error).toMatchObject({
        errorLevel: "Error",
        creationTimeUtc: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      });
      expect([error.possibleCauses, error.recommendedAction, error.errorCode].every((text) => text !== "")).toBe(true);
    }
  });

  it.each<[string, Partial<ReportedMachine>]>([
    [
      "disks of exactly 1023 GB",
      { disks: [{ ...osDisk, virtualSizeBytes: 1023 * GIB }, disk({ virtualSizeBytes: 1023 * GIB })] },
    ],
    ["16 data disks", { disks: [osDisk, ...Array.from({ length: 16 }, (_, i) => disk({ id: `d${i}` }))] }],
    ["generation 2 Windows", { generation: 2, osType: "Windows" }],
    ["a name of 63 letters", { name: "a".repeat(63) }],
  ])("with %s are within the limits", async (_what, changes) => {
    await hostWith(sampleMachine(changes));
    expect((await listed()).value[0]?.properties.protectionReadinessErrors).toEqual([]);
  });

  it("pass on what the host found wrong with an image, in its own words", async () => {
    const problem = {
      code: "VhdTruncated",
      message: "sql-01.vhd ends after 12 of 40 blocks.",
      possibleCauses: "A copy was interrupted.",
      recommendedAction: "Copy the image again.",
    };
    await hostWith(sampleMachine({ disks: [{ ...osDisk, problem }] }));
    expect((await listed()).value[0]?.properties.healthErrors).toMatchObject([
      { errorId: "image", errorCode: "VhdTruncated", errorMessage: problem.message, entityId: "sql-01.vhd" },
    ]);
  });

  it("come by pages whose links lead through all of them once", async () => {
    await hostWith(...["e", "b", "d", "a", "c"].map((name) => sampleMachine({ id: `id-${name}`, name })));
    const seen: string[] = [];
    let next: string | null = `${ITEMS}?$take=2`;
    for (let pages = 0; next !== null; pages += 1) {
      expect(pages).toBeLessThan(4);
      const page = (await world.get(next)) as { value: ProtectableItemResource[]; nextLink: string | null };
      seen.push(...names(page));
      next = page.nextLink && new URL(page.nextLink).pathname + new URL(page.nextLink).search;
    }
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
    expect((await listed("?$take=5")).nextLink).toBeNull();
  });

  it.each(["$take=0", "$take=two", "$skipToken=-1", "$skipToken=1e9"])("do not guess what %s means", async (query) => {
    expect(await world.failure("GET", `${ITEMS}?${query}`)).toMatchObject({
      status: 400,
      code: "InvalidQueryOption",
    });
  });

  it("of another site are not found here, though the ids are equal", async () => {
    const other = sampleFabric({
      id: "fabric-2",
      name: "Other",
      internalIdentifier: "99999999-2222-4333-8444-555555555555",
    });
    await world.repositories.fabrics.insert(other);
    await hostWith(sampleMachine());
    const path = "replicationFabrics/Other/replicationProtectionContainers/cloud_99999999-2222-4333-8444-555555555555";
    expect(await world.get(`${path}/replicationProtectableItems`)).toEqual({ value: [], nextLink: null });
    expect((await world.request("GET", `${path}/replicationProtectableItems/machine-1`)).status).toBe(404);
    expect(
      (await world.request("GET", `${path.replace("99999999", "11111111")}/replicationProtectableItems`)).status,
    ).toBe(404);
  });
});

describe("discovering machines", () => {
  const DISCOVER = `${CONTAINER}/discoverProtectableItem`;

  it("asks every host of the site, also without a body", async () => {
    await hostWith(sampleMachine());
    await world.repositories.providers.insert(
      sampleProvider({ id: "provider-2", name: "second", certificateSha256: "cd".repeat(32), inventory: [] }),
    );
    const job = await world.run("POST", DISCOVER);
    expect(job).toMatchObject({ status: "Succeeded", properties: { targetInstanceType: "ProtectionContainer" } });
    expect(world.plane.commands).toEqual(["provider-1 refreshInventory", "provider-2 refreshInventory"]);
  });

  it("succeeds with a warning when one of two hosts is silent, and fails when all are", async () => {
    await hostWith(sampleMachine());
    await world.repositories.providers.insert(
      sampleProvider({ id: "provider-2", name: "second", certificateSha256: "cd".repeat(32), inventory: [] }),
    );
    const silent = new Set(["provider-2"]);
    world.plane.onCommand = (providerId) => {
      if (silent.has(providerId)) throw new Fault(notConnected(providerId));
    };
    const half = await world.run("POST", DISCOVER);
    expect(half).toMatchObject({ status: "Succeeded", properties: { errors: [{ errorLevel: "Warning" }] } });
    silent.add("provider-1");
    const none = await world.run("POST", DISCOVER);
    expect(none).toMatchObject({ status: "Failed", error: { code: "SiteNotConnected" } });
  });

  it("is refused where nobody can be asked, and for a machine by its address", async () => {
    expect(await world.failure("POST", DISCOVER)).toMatchObject({ status: 409, code: "SiteHasNoHosts" });
    const physical = { properties: { friendlyName: "x", ipAddress: "10.0.0.4", osType: "Linux" } };
    expect(await world.failure("POST", DISCOVER, physical)).toMatchObject({
      status: 400,
      code: "PhysicalMachineNotSupported",
    });
  });
});

const notConnected = (id: string) => ({
  code: "SiteNotConnected",
  message: `${id} is silent`,
  possibleCauses: "It is off.",
  recommendedAction: "Start it.",
});
