/** A compute host of this computer and what its machines run on. */
export interface HypervisorHost {
  /** `region`, or the name of a site. */
  readonly name: string;
  readonly chosen: string;
  /** All that can be chosen; `problem` says why one cannot be used here. */
  readonly choices: readonly { readonly name: string; readonly problem: string | null }[];
}

/** What machines are started with: the region's, and each site's. Hosts that are down are left out. */
export interface HypervisorChoice {
  list(): Promise<HypervisorHost[]>;
  /** Null when there is no such host. @throws Refusal HypervisorUnavailable */
  choose(host: string, hypervisor: string): Promise<HypervisorHost | null>;
}
