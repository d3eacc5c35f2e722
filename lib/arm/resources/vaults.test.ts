import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VaultResource } from "@/lib/contract/vaults";
import { Fault } from "@/lib/kernel/fault";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleDeployed, sampleFabric, sampleItem, SCOPE } from "@/lib/testing/sample-entities";

const VAULTS = "Microsoft.RecoveryServices/vaults";
const VAULT = `${VAULTS}/contoso-vault`;
const west = { location: "West Europe" };
const fault = new Fault({ code: "StorageFull", message: "full", possibleCauses: "c", recommendedAction: "r" });

describe("vaults", () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = new ControlPlane();
    plane.start();
  });
  afterEach(async () => {
    await plane.stop();
    expect(plane.bugs).toEqual([]);
  });

  it("are created by a job with real steps, and are Active when it has ended", async () => {
    const { answer, job } = await plane.run("PUT", VAULT, { ...west, tags: { owner: "me" } });
    expect(answer.status).toBe(202);
    expect(answer.body).toBeNull();
    expect(answer.headers.get("retry-after")).toBe("1");
    const status = answer.headers.get("azure-asyncoperation") ?? "";
    expect(status).toMatch(
      /^http:\/\/127\.0\.0\.1:3000\/Subscriptions\/0{8}-.*\/vaults\/contoso-vault\/replicationJobs\/[-0-9a-f]{36}\?api-version=2024-04-01$/,
    );
    expect(answer.headers.get("x-ms-request-id")).toBe(new URL(status).pathname);
    expect(job).toMatchObject({
      state: "Succeeded",
      scenarioName: "CreateVault",
      friendlyName: "Create Site Recovery vault",
    });
    const { body } = await plane.get(VAULT);
    expect(VaultResource.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      id: `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/contoso-vault`,
      name: "contoso-vault",
      location: "westeurope",
      tags: { owner: "me" },
      sku: { name: "Standard" },
      properties: { provisioningState: "Succeeded", passphraseSet: false },
    });
    const [vault] = await plane.repositories.vaults.list({ ...SCOPE });
    expect(plane.authorities.has(vault?.id ?? "")).toBe(true);
    expect(plane.storageFolders.accounts.get("contosovaultstorage")?.size).toBe(1);
    expect(plane.events).toContainEqual({ kind: "vaults", name: "contoso-vault" });
  });

  it("are listed by subscription and by resource group, found whatever the case", async () => {
    await plane.run("PUT", VAULT, west);
    const bySubscription = `/SUBSCRIPTIONS/${SCOPE.subscriptionId}/providers/microsoft.recoveryservices/VAULTS`;
    expect((await plane.get(bySubscription)).body).toMatchObject({
      value: [{ name: "contoso-vault" }],
      nextLink: null,
    });
    expect((await plane.get(VAULTS)).body.value).toHaveLength(1);
    expect((await plane.get(`${VAULTS}/CONTOSO-VAULT`)).body.name).toBe("contoso-vault");
    expect(await plane.refused("GET", `${VAULTS}/other`)).toMatchObject({ status: 404, code: "ResourceNotFound" });
  });

  it("answer a repeated PUT with the vault, and refuse it when only a new one is wanted", async () => {
    await plane.run("PUT", VAULT, west);
    const again = await plane.send("PUT", VAULT, { location: "westeurope", tags: { a: "b" } });
    expect(again).toMatchObject({ status: 200, body: { tags: { a: "b" } } });
    expect(await plane.refused("PUT", VAULT, west, { "if-none-match": "*" })).toMatchObject({
      status: 409,
      code: "VaultNameTaken",
    });
    expect(await plane.refused("PUT", VAULT, { location: "eastus" })).toMatchObject({
      status: 409,
      code: "InvalidResourceLocation",
    });
  });

  it("create one vault and one job when two requests come at once", async () => {
    const answers = await Promise.all([plane.send("PUT", VAULT, west), plane.send("PUT", VAULT, west)]);
    const jobs = new Set(answers.map((answer) => answer.headers.get("azure-asyncoperation")).filter((url) => url));
    expect(answers.every((answer) => [200, 202, 409].includes(answer.status))).toBe(true);
    expect(jobs.size).toBe(1);
    expect((await plane.get(VAULTS)).body.value).toHaveLength(1);
  });

  it.each(["1vault", "v", "under_score", `v${"x".repeat(50)}`, "dots.in.it"])("refuse the name %s", async (name) => {
    expect(await plane.refused("PUT", `${VAULTS}/${name}`, west)).toMatchObject({
      status: 400,
      code: "InvalidVaultName",
      target: "vaultName",
    });
  });

  it("refuse an unknown region, a storage account that is not there, and one of another region", async () => {
    const wrong = await plane.refused("PUT", VAULT, { location: "Atlantis" });
    expect(wrong).toMatchObject({ status: 400, code: "LocationNotAvailable", target: "location" });
    const withAccount = (storageAccountId: string) => ({ ...west, properties: { storageAccountId } });
    expect(await plane.refused("PUT", VAULT, withAccount("nothere"))).toMatchObject({ code: "StorageAccountNotFound" });
    await plane.send("PUT", "Microsoft.Storage/storageAccounts/east1", { location: "eastus" });
    expect(await plane.refused("PUT", VAULT, withAccount("east1"))).toMatchObject({
      status: 400,
      code: "StorageAccountInOtherRegion",
    });
    expect(await plane.refused("PUT", VAULT, withAccount("/a/b/c"))).toMatchObject({ code: "InvalidResourceId" });
    expect((await plane.get(VAULTS)).body.value).toEqual([]);
  });

  it("say whether a name is free", async () => {
    const path = "Microsoft.RecoveryServices/locations/westeurope/checkNameAvailability";
    const ask = async (name: string) => (await plane.send("POST", path, { type: VAULTS, name })).body;
    expect(await ask("contoso-vault")).toEqual({ nameAvailable: true });
    await plane.run("PUT", VAULT, west);
    expect(await ask("Contoso-Vault")).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
    expect(await ask("x")).toMatchObject({ nameAvailable: false, reason: "Invalid" });
  });

  it("are Failed when their job fails, refuse what would go into them, and can be created again", async () => {
    plane.failNext = { name: "createVaultAuthority", error: fault };
    const { job } = await plane.run("PUT", VAULT, west);
    expect(job).toMatchObject({ state: "Failed", errors: [{ code: "StorageFull" }] });
    expect((await plane.get(VAULT)).body.properties.provisioningState).toBe("Failed");
    const site = `${VAULT}/replicationFabrics/branch`;
    expect(await plane.refused("PUT", site, {})).toMatchObject({ status: 409, code: "VaultNotActive" });
    expect((await plane.run("PUT", VAULT, west)).job.state).toBe("Succeeded");
    expect((await plane.get(VAULT)).body.properties.provisioningState).toBe("Succeeded");
  });

  it("are deleted with data, keys and records, and the operation can be read after they are gone", async () => {
    await plane.run("PUT", VAULT, west);
    await plane.run("PUT", `${VAULT}/replicationFabrics/branch`, {});
    const { answer, job } = await plane.run("DELETE", VAULT);
    expect(job.state).toBe("Succeeded");
    expect((await plane.get(VAULT)).status).toBe(404);
    expect(plane.vaultsDeleted).toHaveLength(1);
    expect(plane.authorities.size).toBe(0);
    const status = await plane.get(new URL(answer.headers.get("azure-asyncoperation") ?? "").pathname);
    expect(status).toMatchObject({ status: 200, body: { status: "Succeeded", error: null, name: job.id } });
    expect((await plane.get(new URL(answer.headers.get("location") ?? "").pathname)).status).toBe(204);
    expect((await plane.send("DELETE", VAULT)).status).toBe(204);
    const other = `/subscriptions/11111111-0000-0000-0000-000000000001/providers/Microsoft.RecoveryServices/locations/westeurope/operationStatus/${job.id}`;
    expect((await plane.get(other)).status).toBe(404);
  });

  it("are not deleted while they protect machines, which are named", async () => {
    await plane.run("PUT", VAULT, west);
    const [vault] = await plane.repositories.vaults.list({ ...SCOPE });
    const vaultId = vault?.id ?? "";
    await plane.repositories.fabrics.insert(sampleFabric({ vaultId }));
    await plane.repositories.protectedItems.insert(sampleItem({ vaultId }));
    const refusal = await plane.refused("DELETE", VAULT);
    expect(refusal).toMatchObject({ status: 409, code: "VaultProtectsMachines" });
    expect(refusal.message).toContain("sql-01");
    expect((await plane.get(VAULT)).body.properties.provisioningState).toBe("Succeeded");
    await plane.repositories.protectedItems.delete("item-1");
    await plane.repositories.deployedMachines.insert(sampleDeployed({ vaultId, name: "sql-01", purpose: "Failover" }));
    expect(await plane.refused("DELETE", VAULT)).toMatchObject({ status: 409, code: "VaultMachinesDeployed" });
    const machine = "Microsoft.Compute/virtualMachines/SQL-01";
    expect((await plane.send("DELETE", machine)).status).toBe(204);
    expect((await plane.get(machine)).status).toBe(404);
    expect((await plane.run("DELETE", VAULT)).job.state).toBe("Succeeded");
  });

  it("can be deleted further when deleting their data failed, and are shown as Failed meanwhile", async () => {
    await plane.run("PUT", VAULT, west);
    plane.failNext = { name: "deleteVault", error: fault };
    expect((await plane.run("DELETE", VAULT)).job.state).toBe("Failed");
    expect((await plane.get(VAULT)).body.properties.provisioningState).toBe("Failed");
    expect((await plane.run("DELETE", VAULT)).job.state).toBe("Succeeded");
  });

  it("count what is in them", async () => {
    await plane.run("PUT", VAULT, west);
    const { body } = await plane.get(`${VAULT}/replicationUsages`);
    expect(body.value[0]).toMatchObject({ protectedItemCount: 0, jobsSummary: { failedJobs: 0 } });
    const usages = await plane.get(`${VAULT}/usages`);
    expect(usages.body.value).toContainEqual(expect.objectContaining({ unit: "Bytes", currentValue: 4096 }));
  });
});

describe("the installation", () => {
  it("answers health, readiness, information and its own description", async () => {
    const plane = new ControlPlane();
    expect((await plane.get("/healthz")).body).toEqual({ status: "alive" });
    expect((await plane.get("/readyz")).body).toEqual({ status: "ready" });
    expect((await plane.get("/info")).body).toMatchObject({ version: "0.0.0-test", capabilities: { v86: true } });
    const { body } = await plane.get("/openapi.json");
    const vault = Object.keys(body.paths).find((path) => path.endsWith("/vaults/{vaultName}"));
    expect(Object.keys(body.paths[vault ?? ""] ?? {}).sort()).toEqual(["delete", "get", "parameters", "patch", "put"]);
    expect(JSON.stringify(body)).not.toContain('"$schema"');
  });
});
