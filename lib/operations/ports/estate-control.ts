import type { DemoName } from "@/lib/contract/demo-site";
import type { ReportedMachine } from "@/lib/domain/entities";

/** The supervisor of the processes on this machine that play the on-premises sites. Absent when nothing supervises us. */
export interface EstateSiteStatus {
  readonly name: string;
  /** `contoso`: the demo's own estate. `contosoVmware`: a demonstration site that somebody asked for. */
  readonly kind: "contoso" | "contosoVmware" | "folder";
  readonly folder: string;
  /** `failed`: its processes were killed on purpose and stay dead until the site is restored. */
  readonly state: "running" | "failed";
  readonly processes: readonly {
    readonly role: "host" | "agent";
    readonly pid: number | null;
    readonly running: boolean;
    readonly restarts: number;
  }[];
  /** Our id of the vault that its host is registered in (out of the registration that the agent keeps), or null. */
  readonly registeredVault: string | null;
  /** Name of the fabric it registered under, or null. */
  readonly registeredFabric: string | null;
  /** As the site's own compute host reports them, registered or not; empty while the site is failed. */
  readonly machines: readonly ReportedMachine[];
}

export interface EstateControl {
  /** Null when the estate can be controlled; else the reason (shown beside the disabled buttons). */
  unavailableReason(): string | null;
  list(): Promise<EstateSiteStatus[]>;
  addFolder(name: string, folder: string): Promise<EstateSiteStatus>;
  /** Makes its machines, which takes seconds; one of the same kind that is there is as good. */
  addDemo(name: string, demo: DemoName): Promise<EstateSiteStatus>;
  /** The images of an added folder stay; disks that were made for the site go with it. */
  remove(name: string): Promise<void>;
  /** SIGKILL to every process of the site; nothing restarts them. */
  fail(name: string): Promise<EstateSiteStatus>;
  restore(name: string): Promise<EstateSiteStatus>;
  /** Runs the same `secondsite site register` that a person would, on the site's host. Rejects with the component's own fault. */
  register(name: string, credentialsXml: string, passphrase: string): Promise<EstateSiteStatus>;
}
