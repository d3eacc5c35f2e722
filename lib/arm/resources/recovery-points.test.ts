import { expect, it } from "vitest";
import { listOf } from "@/lib/contract/portal";
import { ProtectedItemResource, RecoveryPointResource } from "@/lib/contract/protected-items";
import { ConsistencyGroup, ReplicationHistory } from "@/lib/contract/recovery-points";
import { desiredReplications } from "@/lib/operations/desired-replications";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { createArmRouter } from "../router";

const VAULT = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/contoso-vault`;
const CONTAINER = `${VAULT}/replicationFabrics/branch/replicationProtectionContainers/cloud_f00d`;
const item = (name: string) => `${CONTAINER}/replicationProtectedItems/${name}`;
const GROUPS = `${CONTAINER}/providers/Secondsite.Recovery/consistencyGroups`;

async function portal() {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100, WEB: 50, APP: 10 });
  for (const name of ["SQL", "WEB", "APP"]) await world.protect(context, name);
  const handle = createArmRouter(context, {
    onBug: (error) => {
      throw error;
    },
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const version = path.includes("Secondsite.Recovery") ? "2026-11-01" : "2023-06-01";
    const url = `https://127.0.0.1:3443${path}${path.includes("?") ? "&" : "?"}api-version=${version}`;
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await handle(new Request(url, { ...init, headers: { "content-type": "application/json" } }));
    const text = await response.text();
    return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as unknown };
  };
  const put = (name: string, members: readonly string[]) =>
    send("PUT", `${GROUPS}/${name}`, { properties: { protectedItemIds: members.map(item) } });
  return { world, context, send, put };
}

it("a consistency group is made, changed and dissolved, and the host hears of it", async () => {
  const { context, send, put } = await portal();
  const made = await put("Shop", ["SQL", "WEB"]);
  expect(made.status).toBe(200);
  expect(ConsistencyGroup.parse(made.body)).toMatchObject({
    name: "Shop",
    properties: { members: [{ friendlyName: "SQL" }, { friendlyName: "WEB" }], newestSharedPoint: null },
  });
  expect(
    ProtectedItemResource.parse((await send("GET", item("SQL"))).body).properties.providerSpecificDetails,
  ).toMatchObject({ multiVmGroupName: "Shop", multiVmSyncStatus: "Enabled" });
  const wanted = await desiredReplications(context, "provider-1");
  expect(wanted.map((one) => one.consistencyGroup)).toEqual([
    { name: "Shop", size: 2 },
    { name: "Shop", size: 2 },
    null,
  ]);
  await put("SHOP", ["APP", "WEB"]);
  const { value } = listOf(ConsistencyGroup).parse((await send("GET", GROUPS)).body);
  expect(value.map((one) => [one.name, one.properties.members.map((member) => member.name)])).toEqual([
    ["Shop", ["WEB", "APP"]],
  ]);
  expect((await send("DELETE", `${GROUPS}/shop`)).status).toBe(204);
  expect((await send("GET", `${GROUPS}/shop`)).status).toBe(404);
});

it("a consistency group that no host could cut at one instant is refused with the reason", async () => {
  const { world, put } = await portal();
  const message = async (members: readonly string[]) =>
    ((await put("shop", members)).body as { error: { message: string } }).error.message;
  expect(await message(["SQL"])).toContain("2 to 16 machines");
  expect(await message(["SQL", "NOBODY"])).toContain("NOBODY");
  await put("other", ["WEB", "APP"]);
  expect(await message(["SQL", "WEB"])).toContain("WEB is in the consistency group other already");
  const app = await world.item("APP");
  await world.repositories.protectedItems.update(app.id, app.revision, {
    consistencyGroup: null,
    policyId: "policy-2",
  });
  expect(await message(["SQL", "APP"])).toContain("different replication policies");
  const again = await world.item("APP");
  await world.repositories.protectedItems.update(again.id, again.revision, { providerId: "elsewhere" });
  expect(await message(["SQL", "APP"])).toContain("different hosts");
});

it("points say whether every machine of the group has one of the same cut, and why a freeze came to nothing", async () => {
  const { world, send, put } = await portal();
  await put("shop", ["SQL", "WEB"]);
  const cut = (stamp: string) => ({ group: { name: "shop", stamp, size: 2, problem: null } });
  const quiesceProblem = {
    ...{ code: "FreezeHookFailed", message: "The freeze script of SQL ended with exit code 3." },
    ...{ possibleCauses: "c", recommendedAction: "r" },
  };
  await world.site.replicate("item-SQL", false, cut("one"));
  await world.site.replicate("item-WEB", false, cut("one"));
  await world.site.replicate("item-SQL", false, { ...cut("two"), quiesceProblem });
  const { value } = listOf(RecoveryPointResource).parse((await send("GET", `${item("SQL")}/recoveryPoints`)).body);
  expect(value.map((point) => point.properties.providerSpecificDetails)).toMatchObject([
    { multiVmGroupName: null, isMultiVmSyncPoint: false },
    { multiVmGroupName: "shop", multiVmStamp: "one", isMultiVmSyncPoint: true, quiesceProblem: null },
    { multiVmStamp: "two", isMultiVmSyncPoint: false, quiesceProblem: { code: "FreezeHookFailed" } },
  ]);
  const one = (await send("GET", `${item("SQL")}/recoveryPoints/${value[1]?.name ?? ""}`)).body;
  expect(RecoveryPointResource.parse(one)).toEqual(value[1]);
  const group = ConsistencyGroup.parse((await send("GET", `${GROUPS}/shop`)).body);
  expect(group.properties.newestSharedPoint?.stamp).toBe("one");
  const events = await world.repositories.events.list("vault-1", { take: 10 });
  const told = events.filter((event) => event.affectedObject === "SQL").map((event) => event.description);
  expect(told).toEqual([expect.stringMatching(/exit code 3.*crash-consistent instead/)]);
});

it("tells what each cycle did, and refuses a span that it does not keep", async () => {
  const { world, send } = await portal();
  await world.site.replicate("item-SQL", false, {
    cycle: { durationMs: 1500, missedIntervals: 2, writeLogBytes: null },
  });
  const path = `${item("SQL")}/providers/Secondsite.Recovery/replicationHistory`;
  const { properties } = ReplicationHistory.parse((await send("GET", path)).body);
  expect(properties.cycles).toMatchObject([
    { rpoBeforeSeconds: null, writeLogBytes: 4096, missedIntervals: 0 },
    { durationMs: 1500, writeLogBytes: null, missedIntervals: 2, sentBytes: 512, changedBytes: 1024 },
  ]);
  expect(properties.hours).toMatchObject([{ cycles: 2, missedIntervals: 2, sentBytes: 1024 }]);
  for (const hours of ["0", "25", "some"]) expect((await send("GET", `${path}?hours=${hours}`)).status).toBe(400);
});
