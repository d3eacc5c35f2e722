import type { JobQueue } from "@/lib/jobs/job-queue";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import type { EphemeralSecrets } from "./ephemeral-secrets";
import type { CertificateAuthority } from "./ports/certificate-authority";
import type { ConsoleSource } from "./ports/console-source";
import type { EstateControl } from "./ports/estate-control";
import type { EvidenceFiles } from "./ports/evidence-files";
import type { HypervisorChoice } from "./ports/hypervisor-choice";
import type { LiveEvents } from "./ports/live-events";
import type { OnDemandDisks } from "./ports/on-demand-disks";
import type { RegionCompute } from "./ports/region-compute";
import type { ReplicaCapture } from "./ports/replica-capture";
import type { Repositories } from "./ports/repositories";
import type { RunbookRunner } from "./ports/runbook-runner";
import type { SealedValues } from "./ports/sealed-values";
import type { SiteGateway } from "./ports/site-gateway";
import type { StorageFolders } from "./ports/storage-folders";
import type { ReplicaFolders, VaultData } from "./ports/vault-data";
import type { WebhookSender } from "./ports/webhook-sender";

/** What this installation is, decided once at its start. */
export interface Settings {
  readonly version: string;
  /** Where the portal answers, e.g. http://127.0.0.1:3000. */
  readonly portalOrigin: string;
  /** Where sites and SDKs dial in, e.g. https://127.0.0.1:3443. */
  readonly tlsOrigin: string;
  readonly defaultSubscriptionId: string;
  readonly defaultResourceGroup: string;
}

/** What this machine can do, as found by looking; reported by /info. */
export interface Capabilities {
  readonly v86: boolean;
  readonly qemu: boolean;
  readonly kvm: boolean;
}

/** Everything an operation may reach. An operation is one file with one function `(context, input) => result`. */
export interface OperationContext {
  readonly repositories: Repositories;
  readonly jobs: JobQueue;
  readonly sites: SiteGateway;
  readonly estate: EstateControl;
  readonly region: RegionCompute;
  readonly hypervisors: HypervisorChoice;
  readonly vaultData: VaultData;
  readonly replicaFolders: ReplicaFolders;
  readonly onDemandDisks: OnDemandDisks;
  readonly replicaCapture: ReplicaCapture;
  readonly storageFolders: StorageFolders;
  readonly certificates: CertificateAuthority;
  readonly sourceConsoles: ConsoleSource;
  readonly regionConsoles: ConsoleSource;
  readonly secrets: EphemeralSecrets;
  readonly evidenceFiles: EvidenceFiles;
  readonly runbooks: RunbookRunner;
  readonly sealedValues: SealedValues;
  readonly webhooks: WebhookSender;
  readonly live: LiveEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly capabilities: () => Promise<Capabilities>;
}
