import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FabricResource, ProviderResource } from "@/lib/contract/fabrics";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleItem, sampleProvider } from "@/lib/testing/sample-entities";

const VAULT = "Microsoft.RecoveryServices/vaults/contoso-vault";
const SITE = `${VAULT}/replicationFabrics/Contoso-Branch`;
const HOSTS = `${SITE}/replicationRecoveryServicesProviders`;
const creation = { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } };

describe("sites and hosts", () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = new ControlPlane();
    plane.start();
    await plane.run("PUT", VAULT, { location: "westeurope" });
  });
  afterEach(async () => {
    await plane.stop();
    expect(plane.bugs).toEqual([]);
  });

  async function withHost(connected: boolean) {
    await plane.run("PUT", SITE, creation);
    const fabric = await plane.repositories.fabrics.findByInternalIdentifier(
      (await plane.get(SITE)).body.properties.internalIdentifier,
    );
    const ids = { fabricId: fabric?.id ?? "", vaultId: fabric?.vaultId ?? "" };
    await plane.repositories.providers.insert(sampleProvider({ ...ids, lastHeartbeatAt: "2026-01-05T08:00:00.000Z" }));
    if (connected) plane.connected.add("provider-1");
    return ids;
  }

  it("come back as HyperVSite when created with the abstract type, by the job CreateSite", async () => {
    const { answer, job } = await plane.run("PUT", SITE, creation);
    expect(answer.status).toBe(202);
    expect(job).toMatchObject({ scenarioName: "CreateSite", friendlyName: "Create a site", state: "Succeeded" });
    const { body } = await plane.get(SITE);
    expect(FabricResource.parse(body)).toEqual(body);
    expect(body.id).toMatch(/^\/Subscriptions\/.*\/vaults\/contoso-vault\/replicationFabrics\/Contoso-Branch$/);
    expect(body.properties).toMatchObject({
      friendlyName: "Contoso-Branch",
      bcdrState: "Valid",
      health: "Normal",
      customDetails: { instanceType: "HyperVSite", hyperVHosts: [] },
    });
    const result = await plane.get(new URL(answer.headers.get("location") ?? "").pathname);
    expect(result).toMatchObject({ status: 200, body: { name: "Contoso-Branch" } });
  });

  it("are made once when the request is sent twice, and refused when only a new one is wanted", async () => {
    const [a, b] = await Promise.all([plane.run("PUT", SITE, creation), plane.run("PUT", SITE, creation)]);
    expect([a.job.state, b.job.state]).toContain("Succeeded");
    expect((await plane.get(`${VAULT}/replicationFabrics`)).body.value).toHaveLength(1);
    expect((await plane.send("PUT", SITE.toLowerCase(), creation)).status).toBe(200);
    const refusal = await plane.refused("PUT", SITE.toLowerCase(), creation, { "if-none-match": "*" });
    expect(refusal).toMatchObject({ status: 409, code: "NameTaken", target: "fabricName" });
  });

  it("refuse types of other scenarios and names with forbidden characters", async () => {
    const azure = { properties: { customDetails: { instanceType: "Azure", location: "westeurope" } } };
    const unknown = await plane.refused("PUT", SITE, azure);
    expect(unknown).toMatchObject({
      status: 400,
      code: "UnknownPropertyType",
      target: "properties.customDetails.instanceType",
    });
    expect(unknown.message).toContain("Azure");
    const named = (name: string) => plane.refused("PUT", `${VAULT}/replicationFabrics/${name}`, creation);
    expect(await named("with%20space")).toMatchObject({ status: 400, code: "InvalidResourceName" });
    expect(await named("under_score")).toMatchObject({ status: 400, code: "InvalidResourceName" });
    expect(await named("..%2f..%2fetc")).toMatchObject({ status: 400, code: "InvalidResourceName" });
  });

  it("show a host as connected only while it is heard, and the site's health accordingly", async () => {
    await withHost(true);
    const { body } = await plane.get(`${HOSTS}/BRANCH-host`);
    expect(ProviderResource.parse(body)).toEqual(body);
    expect(body.properties).toMatchObject({
      connectionStatus: "Connected",
      lastHeartBeat: "2026-01-05T08:00:00.000Z",
      fabricFriendlyName: "Contoso-Branch",
      healthErrorDetails: [],
    });
    plane.connected.clear();
    const silent = (await plane.get(`${VAULT}/replicationRecoveryServicesProviders`)).body.value[0]?.properties;
    expect(silent?.connectionStatus).toBe("Disconnected");
    expect(silent?.healthErrorDetails[0]).toMatchObject({ errorCode: "ProviderNotConnected", errorLevel: "Error" });
    expect((await plane.get(SITE)).body.properties.health).toBe("Critical");
  });

  it("ask a host for its machines when it is refreshed", async () => {
    await withHost(true);
    const { job } = await plane.run("POST", `${HOSTS}/branch-host/refreshProvider`);
    expect(job.state).toBe("Succeeded");
    expect(plane.commands).toEqual(["provider-1 refreshInventory"]);
  });

  it("are not removed while a host is registered; purging takes it along", async () => {
    await withHost(true);
    const refusal = await plane.refused("POST", `${SITE}/remove`);
    expect(refusal).toMatchObject({ status: 409, code: "FabricHasHosts" });
    expect(refusal.message).toContain("branch-host");
    expect((await plane.run("DELETE", SITE)).job.state).toBe("Succeeded");
    expect((await plane.get(SITE)).status).toBe(404);
    expect(await plane.repositories.providers.get("provider-1")).toBeNull();
    expect((await plane.send("DELETE", SITE)).status).toBe(204);
  });

  it("are neither purged nor lose their host while machines are protected", async () => {
    const ids = await withHost(true);
    await plane.repositories.protectedItems.insert(sampleItem(ids));
    expect(await plane.refused("DELETE", SITE)).toMatchObject({ status: 409, code: "FabricProtectsMachines" });
    for (const [method, path] of [["DELETE", ""] as const, ["POST", "/remove"] as const]) {
      const refusal = await plane.refused(method, `${HOSTS}/branch-host${path}`);
      expect(refusal).toMatchObject({ status: 409, code: "HostProtectsMachines" });
      expect(refusal.message).toContain("sql-01");
    }
    await plane.repositories.protectedItems.delete("item-1");
    expect((await plane.run("POST", `${HOSTS}/branch-host/remove`)).job.state).toBe("Succeeded");
    expect((await plane.run("POST", `${SITE}/remove`)).job.state).toBe("Succeeded");
  });
});
