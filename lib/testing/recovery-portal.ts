import type { JobRunner } from "@/lib/jobs/job-runner";
import type { OperationContext } from "@/lib/operations/context";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { ProtectedItemResource } from "@/lib/contract/protected-items";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { createArmRouter } from "@/lib/arm/router";
import { RecoveryWorld, SCOPE } from "./recovery-world";

const ORIGIN = "https://127.0.0.1:3443";
const IN_GROUP = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers`;
export const VAULT = `${IN_GROUP}/Microsoft.RecoveryServices/vaults/contoso-vault`;
export const CONTAINER = `${VAULT}/replicationFabrics/branch/replicationProtectionContainers/cloud_f00d`;
export const ITEMS = `${CONTAINER}/replicationProtectedItems`;
export const TEST_NETWORK = `${IN_GROUP}/Microsoft.Network/virtualNetworks/test`;

/** A world with SQL and WEB protected, spoken to through the API only; its runner is the caller's to stop. */
export async function recoveryPortal(kind: FabricKind = "HyperVSite") {
  const world = new RecoveryWorld();
  await world.furnish({ SQL: 100, WEB: 50 }, kind);
  await world.protect(world.process().context, "SQL");
  await world.protect(world.process().context, "WEB");
  const process = world.process();
  const runner: JobRunner<OperationContext> = process.runner;
  runner.start();
  const bugs: unknown[] = [];
  const handle = createArmRouter(process.context, { onBug: (error) => bugs.push(error) });
  const send = async (method: string, path: string, body?: unknown, version = "2023-06-01") => {
    const url = path.startsWith("http")
      ? path
      : `${ORIGIN}${path}${path.includes("?") ? "&" : "?"}api-version=${version}`;
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await handle(new Request(url, { ...init, headers: { "content-type": "application/json" } }));
    const text = await response.text();
    if (bugs.length > 0) throw new Error(`a bug answered ${method} ${path}`, { cause: bugs[0] });
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : (JSON.parse(text) as never),
    };
  };
  /** Follows the status address as the SDK's poller does. */
  const run = async (method: string, path: string, body?: unknown) => {
    const begun = await send(method, path, body);
    if (begun.status !== 202 || begun.body !== null) throw new Error(`${method} ${path}: ${begun.status}`);
    const status = begun.headers.get("azure-asyncoperation") ?? "";
    for (;;) {
      const job = ReplicationJobResource.parse((await send("GET", status)).body);
      if (["Succeeded", "Failed", "Cancelled", "Suspended"].includes(job.status)) {
        return { job, location: begun.headers.get("location") ?? "" };
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const item = async (name: string) => ProtectedItemResource.parse((await send("GET", `${ITEMS}/${name}`)).body);
  return { world, runner, send, run, item };
}
