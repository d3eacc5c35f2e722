import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BandwidthResource } from "@/lib/contract/bandwidth";
import { transferOrders } from "@/lib/operations/bandwidth/transfer-orders";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleProvider } from "@/lib/testing/sample-entities";

const VAULT = "Microsoft.RecoveryServices/vaults/contoso-vault";
const SITE = `${VAULT}/replicationFabrics/Contoso-Branch`;
const BANDWIDTH = `${SITE}/providers/Secondsite.Recovery/bandwidth/default`;
const creation = { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } };

describe("the bandwidth of a site", () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = new ControlPlane();
    plane.start();
    await plane.run("PUT", VAULT, { location: "westeurope" });
    await plane.run("PUT", SITE, creation);
  });
  afterEach(async () => {
    await plane.stop();
    expect(plane.bugs).toEqual([]);
  });

  it("is unlimited until somebody sets it, and then is what its hosts are told, each its share", async () => {
    const { body } = await plane.get(BANDWIDTH);
    expect(BandwidthResource.parse(body)).toEqual(body);
    expect(body.properties).toMatchObject({
      uploadThreads: 4,
      workHoursMbps: null,
      now: { limitBytesPerSecond: null },
    });
    const [vault] = await plane.repositories.vaults.list({
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      resourceGroup: null,
    });
    const [fabric] = await plane.repositories.fabrics.list(vault?.id ?? "");
    const ids = { fabricId: fabric?.id ?? "", vaultId: vault?.id ?? "" };
    for (const name of ["a", "b"]) {
      const certificateSha256 = name.repeat(64);
      const host = sampleProvider({ ...ids, id: name, name, hostName: name, certificateSha256 });
      await plane.repositories.providers.insert(host);
    }
    const both = { workHoursMbps: 40, nonWorkHoursMbps: 40, resynchronizationReadMBps: 20 };
    const put = await plane.send("PUT", BANDWIDTH, { properties: both });
    expect(put.status).toBe(200);
    plane.connected.add("a");
    expect(await transferOrders(plane.context, "a")).toEqual({
      ...{ uploadThreads: 4, uploadBytesPerSecond: 5_000_000, resynchronizationReadBytesPerSecond: 20_000_000 },
    });
    plane.connected.add("b");
    expect((await transferOrders(plane.context, "a")).uploadBytesPerSecond).toBe(2_500_000);
    expect((await plane.get(BANDWIDTH)).body.properties).toMatchObject({ ...both, workHoursStart: "09:00" });
  });

  it("refuses what cannot be meant, and says which setting", async () => {
    const answer = await plane.send("PUT", BANDWIDTH, { properties: { workHoursMbps: 0.01 } });
    expect(answer.status).toBe(400);
    const refusal = { error: { code: "InvalidBandwidthSettings", target: "properties.workHoursMbps" } };
    expect(answer.body).toMatchObject(refusal);
    expect((await plane.send("PUT", BANDWIDTH, { properties: { workDays: ["Funday"] } })).status).toBe(400);
    expect((await plane.get(BANDWIDTH)).body.properties).toMatchObject({ workHoursMbps: null });
  });
});
