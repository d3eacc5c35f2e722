import type { JobQueue } from "@/lib/jobs/job-queue";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import type { EphemeralSecrets } from "./ephemeral-secrets";
import type { ApplicationProbe } from "./ports/application-probe";
import type { CertificateAuthority } from "./ports/certificate-authority";
import type { ConsoleSource } from "./ports/console-source";
import type { EstateControl } from "./ports/estate-control";
import type { EvidenceFiles } from "./ports/evidence-files";
import type { HypervisorChoice } from "./ports/hypervisor-choice";
import type { LiveEvents } from "./ports/live-events";
import type { OnDemandDisks } from "./ports/on-demand-disks";
import type { RegionCompute } from "./ports/region-compute";
import type { ReplicaCapture } from "./ports/replica-capture";
import type { ReportKeys } from "./ports/report-keys";
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
  /** Who runs this installation, by the name that the operating system has for them. There is no sign-in. */
  readonly localUser: string;
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
  readonly evidenceFiles: EvidenceFiles;
  readonly reportKeys: ReportKeys;
  readonly applicationProbe: ApplicationProbe;
  readonly secrets: EphemeralSecrets;
  readonly runbooks: RunbookRunner;
  readonly sealedValues: SealedValues;
  readonly webhooks: WebhookSender;
  readonly live: LiveEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly capabilities: () => Promise<Capabilities>;
}
