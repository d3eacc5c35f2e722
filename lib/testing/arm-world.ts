import { ControlPlane } from "./control-plane";
import { sampleFabric, sampleVault, SCOPE } from "./sample-entities";

const SITE_RECOVERY = "2023-06-01";
const VAULT = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/${SCOPE.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/Contoso-Vault`;

/** The control plane with an active vault and one site in it, spoken to below the vault, in the version of the SDK. */
export class ArmWorld {
  readonly plane = new ControlPlane();
  readonly repositories = this.plane.repositories;
  readonly connected = this.plane.connected;

  async furnish(): Promise<void> {
    const createdAt = this.plane.clock.now().toISOString();
    await this.repositories.storageAccounts.insert({
      ...SCOPE,
      name: "contosostorage",
      location: "westeurope",
      createdAt,
      blob: null,
    });
    await this.repositories.vaults.insert(sampleVault());
    await this.repositories.fabrics.insert(sampleFabric());
    this.plane.start();
  }

  /** @throws what the control plane got wrong on the way, which no test may pass over */
  async stop(): Promise<void> {
    await this.plane.stop();
    if (this.plane.bugs.length > 0)
      throw new AggregateError(this.plane.bugs, "the control plane met defects of its own");
  }

  /** `path` below the vault, or absolute when it begins with a slash. */
  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.plane.send(method, addressOf(path), body, headers);
  }

  async get(path: string): Promise<unknown> {
    const answer = await this.request("GET", path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  failure(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.plane.refused(method, addressOf(path), body, headers);
  }

  /** The job behind a 202, ended, as its own address shows it. */
  async settled(answer: Awaited<ReturnType<ArmWorld["request"]>>): Promise<SettledJob> {
    const status = answer.headers.get("azure-asyncoperation");
    if (answer.status !== 202 || status === null) {
      throw new Error(`not accepted: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    const { pathname, search } = new URL(status);
    await this.plane.context.jobs.waitForEnd(pathname.split("/").at(-1) ?? "");
    return (await this.get(`${pathname}${search}`)) as SettledJob;
  }

  async run(method: string, path: string, body?: unknown): Promise<SettledJob> {
    return this.settled(await this.request(method, path, body));
  }
}

export interface SettledJob {
  readonly name: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly properties: {
    readonly scenarioName: string;
    readonly friendlyName: string;
    readonly targetInstanceType: string;
    readonly targetObjectName: string;
    readonly errors: readonly unknown[];
  };
}

function addressOf(path: string): string {
  const full = path.startsWith("/") ? path : `${VAULT}/${path}`;
  if (full.includes("api-version=")) return full;
  return `${full}${full.includes("?") ? "&" : "?"}api-version=${SITE_RECOVERY}`;
}
