import type { ArmErrorBody } from "@/lib/contract/arm-error";
import { createArmRouter } from "@/lib/arm/router";
import { JobChanges } from "@/lib/jobs/job-changes";
import type { Job } from "@/lib/jobs/job";
import { JobRunner } from "@/lib/jobs/job-runner";
import { definitionRegistry, JobService } from "@/lib/jobs/job-service";
import { BugError } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import { EphemeralSecrets } from "@/lib/operations/ephemeral-secrets";
import { allJobs } from "@/lib/operations/jobs/all-jobs";
import type { CertificateAuthority } from "@/lib/operations/ports/certificate-authority";
import type { SiteGateway } from "@/lib/operations/ports/site-gateway";
import type { StorageFolders } from "@/lib/operations/ports/storage-folders";
import type { VaultData } from "@/lib/operations/ports/vault-data";
import { MemoryEstate } from "./memory-estate";
import { MemoryProbe, MemoryReportKeys } from "./memory-evidence";
import { MemoryEvidenceFiles } from "./memory-evidence-files";
import { MemoryJobStore } from "./memory-job-store";
import { memorySealedValues, MemoryRunbooks, MemoryWebhooks } from "./memory-runbooks";
import { MemoryRegion } from "./memory-region";
import { MemoryReplicaFolders } from "./memory-replica-folders";
import { createMemoryRepositories } from "./memory-repositories";
import { SCOPE } from "./sample-entities";
import { seededRandom } from "./seeded-random";
import { TestClock } from "./test-clock";

const ORIGIN = "http://127.0.0.1:3000";
const GROUP = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/${SCOPE.resourceGroup}/providers`;

/** A body as tests look into it; what of it must be there is what the test expects of it. */
export interface Body {
  readonly id: string;
  readonly name: string;
  readonly nextLink: string | null;
  readonly value: readonly Body[];
  readonly paths: Readonly<Record<string, object>>;
  readonly properties: {
    readonly provisioningState: string;
    readonly internalIdentifier: string;
    readonly health: string;
    readonly state: string;
    readonly connectionStatus: string;
    readonly healthErrorDetails: readonly object[];
    readonly healthErrors: readonly { readonly errorId: string }[];
    readonly protectionReadinessErrors: readonly string[];
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Accounts and vault stores as names. `full` makes every creation fail as a full disk does. */
const keyRefused = () =>
  new Fault({
    code: "StorageAccessRefused",
    message: "The storage refuses the key.",
    possibleCauses: "It was regenerated.",
    recommendedAction: "Enter the present one.",
  });

class MemoryStorageFolders implements StorageFolders {
  readonly accounts = new Map<string, Set<string>>();
  ensureAccount = async (name: string) => void (this.accounts.has(name) || this.accounts.set(name, new Set()));
  /** Keys by account; a key of "refused" is. */
  readonly keys = new Map<string, string>();
  connectContainer = async (name: string, _place: unknown, accountKey: string) => {
    if (accountKey.startsWith("refused")) throw keyRefused();
    this.keys.set(name, accountKey);
  };
  ensureVaultStore = async (vault: { id: string; storageAccount: string }) =>
    void this.accounts.get(vault.storageAccount)?.add(`vaults/${vault.id}`);
  list = async (name: string) => [...(this.accounts.get(name) ?? [])];
  removeAccount = async (name: string) => void this.accounts.delete(name);
}

/** The whole control plane in memory, spoken to through its API only; jobs run by the real runner. */
export class ControlPlane {
  readonly clock = new TestClock();
  readonly repositories = createMemoryRepositories();
  readonly replicaFolders = new MemoryReplicaFolders();
  readonly region = new MemoryRegion(this.replicaFolders);
  readonly storageFolders = new MemoryStorageFolders();
  readonly estate = new MemoryEstate();
  readonly runbooks = new MemoryRunbooks();
  readonly webhooks = new MemoryWebhooks();
  readonly evidenceFiles = new MemoryEvidenceFiles();
  readonly reportKeys = new MemoryReportKeys();
  /** Hosts that are heard now. */
  readonly connected = new Set<string>();
  /** What hosts were asked for. */
  readonly commands: string[] = [];
  /** What a host does with a command; it may throw. */
  onCommand: (providerId: string) => void = () => {};
  /** Vaults whose authority or data exists, by id. */
  readonly authorities = new Set<string>();
  readonly vaultsDeleted: string[] = [];
  /** The next call of this name fails, once, as the world fails. */
  failNext: { readonly name: "createVaultAuthority" | "deleteVault"; readonly error: Error } | null = null;
  readonly events: { kind: string; name: string }[] = [];
  readonly bugs: unknown[] = [];
  readonly context: OperationContext;
  readonly #newRunner: () => JobRunner<OperationContext>;
  #runner: JobRunner<OperationContext>;
  readonly #handle: (request: Request) => Promise<Response>;

  constructor() {
    const random = seededRandom(7);
    const parts = {
      store: new MemoryJobStore(),
      definitions: definitionRegistry(allJobs),
      services: () => this.context,
      changes: new JobChanges(),
      clock: this.clock,
      random,
      owner: "test",
    };
    this.context = { ...this.#ports(), jobs: new JobService(parts), random, secrets: new EphemeralSecrets(random) };
    this.#newRunner = () =>
      new JobRunner(parts, { isOwnerDead: () => false, onTrouble: (error) => this.bugs.push(error) });
    this.#runner = this.#newRunner();
    this.#handle = createArmRouter(this.context, { onBug: (error) => this.bugs.push(error) });
  }

  /** Again after a stop too. */
  start(): void {
    this.#runner = this.#newRunner();
    this.#runner.start();
  }

  /** Jobs that are queued from now on wait. */
  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** `path` below the resource group's providers, or from the root. The version is added by its provider. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const full = path.startsWith("/") ? path : `${GROUP}/${path}`;
    const isOurs = /Secondsite\.Recovery\/|Secondsite\.Recovery$/i.test(full);
    const version = isOurs ? "2026-11-01" : /Microsoft\.Automation/i.test(full) ? "2023-11-01" : "2024-04-01";
    const separator = full.includes("?") ? "&" : "?";
    const init =
      body === undefined
        ? { method, headers }
        : { method, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
    const address = `${ORIGIN}${full}${full.includes("api-version=") ? "" : `${separator}api-version=${version}`}`;
    const response = await this.#handle(new Request(address, init));
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? null : isJson ? JSON.parse(text) : text) as Body,
    };
  }

  get = (path: string) => this.send("GET", path);

  /** The bytes of an answer that is a file of our own namespace. */
  async download(path: string): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array }> {
    const response = await this.#handle(new Request(`${ORIGIN}${GROUP}/${path}?api-version=2026-11-01`));
    return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  /** Sends, and follows the job to its end. */
  async run(method: string, path: string, body?: unknown): Promise<{ answer: Answer; job: Job }> {
    const answer = await this.send(method, path, body);
    const status = answer.headers.get("azure-asyncoperation");
    if (status === null) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    const id = new URL(status).pathname.split("/").at(-1) ?? "";
    return { answer, job: await this.context.jobs.waitForEnd(id) };
  }

  /** The error of an answer that must be one; every error tells cause and cure. */
  async refused(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const answer = await this.send(method, path, body, headers);
    const { error } = (answer.body ?? {}) as unknown as Partial<ArmErrorBody>;
    if (!error) throw new Error(`${method} ${path} was not refused: ${answer.status}`);
    const [detail] = error.details;
    if (!detail?.possibleCauses || !detail.recommendedAction) throw new Error(`${error.code} explains nothing`);
    return { status: answer.status, code: error.code, message: error.message, target: error.target };
  }

  #ports(): Omit<OperationContext, "jobs" | "random" | "secrets"> {
    return {
      repositories: this.repositories,
      sites: this.#sites(),
      estate: this.estate,
      hypervisors: unused("hypervisors"),
      region: this.region,
      replicaFolders: this.replicaFolders,
      replicaCapture: unused("the capture of replicas"),
      onDemandDisks: {
        ...{ open: async () => {}, progress: () => null },
        ...{ close: async () => {}, remains: async () => [] },
      },
      storageFolders: this.storageFolders,
      vaultData: unused<VaultData>("vault data", {
        storedBytes: async () => 4096,
        deleteVault: async (vault: { id: string }) => {
          this.#maybeFail("deleteVault");
          this.vaultsDeleted.push(vault.id);
        },
      }),
      certificates: unused<CertificateAuthority>("certificates", {
        createVaultAuthority: async (vault: { id: string }) => {
          this.#maybeFail("createVaultAuthority");
          this.authorities.add(vault.id);
          return { certificatePem: `certificate of ${vault.id}` };
        },
        deleteVaultAuthority: async (id: string) => void this.authorities.delete(id),
      }),
      sourceConsoles: unused("consoles"),
      regionConsoles: unused("consoles"),
      ...{ runbooks: this.runbooks, sealedValues: memorySealedValues, webhooks: this.webhooks },
      evidenceFiles: this.evidenceFiles,
      reportKeys: this.reportKeys,
      applicationProbe: new MemoryProbe(),
      live: {
        publish: (event) =>
          void (event.type === "resource" && this.events.push({ kind: event.kind, name: event.name })),
        subscribe: () => unused("live events"),
      },
      clock: this.clock,
      settings: {
        version: "0.0.0-test",
        portalOrigin: ORIGIN,
        tlsOrigin: "https://127.0.0.1:3443",
        defaultSubscriptionId: SCOPE.subscriptionId,
        defaultResourceGroup: SCOPE.resourceGroup,
        localUser: "ann",
      },
      capabilities: async () => ({ v86: true, qemu: false, kvm: false }),
    };
  }

  #sites(): SiteGateway {
    return {
      isConnected: (id) => this.connected.has(id),
      progress: () => null,
      transfer: () => null,
      command: async (id, command) => {
        this.commands.push(`${id} ${command.type}`);
        this.onCommand(id);
        return {};
      },
    };
  }

  #maybeFail(name: "createVaultAuthority" | "deleteVault"): void {
    if (this.failNext?.name !== name) return;
    const { error } = this.failNext;
    this.failNext = null;
    throw error;
  }
}

/** What a test does not need says so when it is reached after all. */
function unused<T extends object>(what: string, known: Partial<T> = {}): T {
  return new Proxy(known as T, {
    get: (target, key) => {
      if (key in target) return target[key as keyof T];
      throw new BugError(`a test reached ${what}.${String(key)}`);
    },
  });
}
