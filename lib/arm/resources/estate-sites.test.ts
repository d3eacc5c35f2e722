import { beforeEach, describe, expect, it } from "vitest";
import { EstateSite } from "@/lib/contract/portal";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleVault } from "@/lib/testing/sample-entities";

const SITES = "Secondsite.Recovery/estateSites";
const SITE = `${SITES}/contoso-datacenter`;
const DEMO = { properties: { demo: "vmware" } };
const FOLDER = { properties: { folder: "/images" } };

describe("the on-premises sites of this computer", () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = new ControlPlane();
  });

  it("are made of a folder, or as a demonstration, which may be asked for again", async () => {
    const made = await plane.send("PUT", SITE, DEMO);
    expect(made.status).toBe(200);
    expect(EstateSite.parse(made.body)).toMatchObject({
      name: "contoso-datacenter",
      properties: { kind: "contosoVmware", state: "running", registeredVaultId: null },
    });
    expect((await plane.send("PUT", SITE, DEMO)).body).toEqual(made.body);
    expect((await plane.send("PUT", `${SITES}/branch`, FOLDER)).body).toMatchObject({ properties: { kind: "folder" } });
    expect((await plane.get(SITES)).body.value.map(({ name }) => name)).toEqual(["contoso-datacenter", "branch"]);
    expect(plane.events.map(({ kind, name }) => `${kind} ${name}`)).toContain("estateSites contoso-datacenter");
  });

  it("are not made under the name of a site of another kind", async () => {
    await plane.send("PUT", `${SITES}/branch`, FOLDER);
    const asDemo = await plane.refused("PUT", `${SITES}/Branch`, DEMO);
    expect(asDemo).toMatchObject({ status: 409, code: "SiteNameTaken" });
    await plane.send("PUT", SITE, DEMO);
    expect(await plane.refused("PUT", SITE, FOLDER)).toMatchObject({ status: 409, code: "SiteNameTaken" });
  });

  it.each([
    ["both", { folder: "/images", demo: "vmware" }, "properties", /either a folder/],
    ["neither", {}, "properties", /either a folder/],
    ["a demo that there is not", { demo: "hyperv" }, "properties", /either a folder/],
    ["something else beside it", { demo: "vmware", folderr: "/images" }, "properties", /folderr/],
    ["an empty path", { folder: "" }, "properties.folder", />=1/],
  ])("are not made of %s", async (_what, properties, target, message) => {
    const refused = await plane.refused("PUT", SITE, { properties });
    expect(refused).toMatchObject({ status: 400, code: "InvalidRequestContent", target });
    expect(refused.message).toMatch(message);
    expect(plane.estate.sites.size).toBe(0);
  });

  it("are removed, failed and restored by name", async () => {
    await plane.send("PUT", SITE, DEMO);
    expect((await plane.send("POST", `${SITE}/fail`)).body).toMatchObject({ properties: { state: "failed" } });
    expect((await plane.send("POST", `${SITE}/restore`)).body).toMatchObject({ properties: { state: "running" } });
    expect((await plane.send("DELETE", SITE)).status).toBe(204);
    expect((await plane.get(SITE)).status).toBe(404);
  });

  it("are not removed with their disks while a vault has their server", async () => {
    const vault = sampleVault();
    await plane.repositories.vaults.insert(vault);
    for (const path of [SITE, `${SITES}/branch`]) await plane.send("PUT", path, path === SITE ? DEMO : FOLDER);
    for (const [key, site] of plane.estate.sites) plane.estate.sites.set(key, { ...site, registeredVault: vault.id });
    expect(await plane.refused("DELETE", SITE)).toMatchObject({ status: 409, code: "SiteRegistered" });
    expect((await plane.send("DELETE", `${SITES}/branch`)).status).toBe(204);
    await plane.repositories.vaults.delete(vault.id);
    expect((await plane.send("DELETE", SITE)).status).toBe(204);
  });

  it("are none where nothing supervises the server", async () => {
    plane.estate.unavailable = "The server runs alone.";
    expect((await plane.get(SITES)).body.value).toEqual([]);
    expect((await plane.refused("GET", SITE)).code).toBe("EstateUnavailable");
  });
});
