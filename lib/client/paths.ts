/**
 * The one place that spells addresses: those of the API (ARM ids plus api-version) and those of the pages. Names are
 * encoded here and nowhere else; ids that came from the API are used as they are, because they are already paths.
 */
export const SUBSCRIPTION_ID = "00000000-0000-0000-0000-000000000001";
export const RESOURCE_GROUP = "contoso";

export const apiVersions = {
  siteRecovery: "2023-06-01",
  vaults: "2024-04-01",
  automation: "2023-11-01",
  own: "2026-11-01",
} as const;
export type ApiVersion = (typeof apiVersions)[keyof typeof apiVersions];

type Query = Readonly<Record<string, string>>;

/** Joins already encoded parts to an address with its api-version. */
function address(path: string, version: ApiVersion, query: Query = {}): string {
  const parameters = new URLSearchParams({ "api-version": version, ...query });
  return `${path}?${parameters.toString()}`;
}

const join = (...segments: readonly string[]) => segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");

const group = join("subscriptions", SUBSCRIPTION_ID, "resourceGroups", RESOURCE_GROUP);
const own = `${group}/providers/Secondsite.Recovery`;
const vaultPath = (vault: string) => `${group}/providers/Microsoft.RecoveryServices${join("vaults", vault)}`;
const inVault = (vault: string, ...segments: readonly string[]) => `${vaultPath(vault)}${join(...segments)}`;
const ownInVault = (vault: string, ...segments: readonly string[]) =>
  inVault(vault, "providers", "Secondsite.Recovery", ...segments);

const automationPath = (account: string) =>
  `${group}/providers/Microsoft.Automation${join("automationAccounts", account)}`;

/** ARM id of a vault, as request bodies name it. */
export const vaultResourceId = (vault: string) => vaultPath(vault);
/** ARM id of a policy, storage account or network, as request bodies name it. */
export const resourceIds = {
  policy: (vault: string, policy: string) => inVault(vault, "replicationPolicies", policy),
  storageAccount: (name: string) => `${group}/providers/Microsoft.Storage${join("storageAccounts", name)}`,
  virtualNetwork: (name: string) => `${group}/providers/Microsoft.Network${join("virtualNetworks", name)}`,
};

export const api = {
  vaults: () => address(`${group}/providers/Microsoft.RecoveryServices/vaults`, apiVersions.vaults),
  vault: (vault: string) => address(vaultPath(vault), apiVersions.vaults),
  overview: (vault: string) => address(ownInVault(vault, "overview"), apiVersions.own),
  space: (vault: string, ...action: readonly string[]) =>
    address(ownInVault(vault, "space", ...action), apiVersions.own),
  failoverRecords: (vault: string, ...below: readonly string[]) =>
    address(ownInVault(vault, "failoverRecords", ...below), apiVersions.own),
  reportKey: (vault: string) => address(ownInVault(vault, "reportKey"), apiVersions.own),
  evidenceTargets: (vault: string, plan: string | null) =>
    plan === null
      ? address(ownInVault(vault, "evidenceTargets"), apiVersions.own)
      : address(
          inVault(vault, "replicationRecoveryPlans", plan, "providers", "Secondsite.Recovery", "evidenceTargets"),
          apiVersions.own,
        ),
  verification: (vault: string, ...action: readonly string[]) =>
    address(ownInVault(vault, "verification", ...action), apiVersions.own),
  tutorial: (vault: string, scenario: string) => address(ownInVault(vault, "tutorials", scenario), apiVersions.own),
  /** Without a verb: their state. */
  vaultKeys: (vault: string, ...verb: readonly string[]) =>
    address(ownInVault(vault, "vaultKeys", "default", ...verb), apiVersions.own),
  passphrase: (vault: string) => address(ownInVault(vault, "passphrases", "default"), apiVersions.own),

  fabrics: (vault: string) => address(inVault(vault, "replicationFabrics"), apiVersions.siteRecovery),
  fabric: (vault: string, fabric: string) =>
    address(inVault(vault, "replicationFabrics", fabric), apiVersions.siteRecovery),
  fabricAction: (vault: string, fabric: string, action: string) =>
    address(inVault(vault, "replicationFabrics", fabric, action), apiVersions.siteRecovery),
  registrationKey: (vault: string, fabric: string) =>
    address(
      inVault(vault, "replicationFabrics", fabric, "providers", "Secondsite.Recovery", "generateRegistrationKey"),
      apiVersions.own,
    ),
  bandwidth: (vault: string, fabric: string) =>
    address(
      inVault(vault, "replicationFabrics", fabric, "providers", "Secondsite.Recovery", "bandwidth", "default"),
      apiVersions.own,
    ),
  providers: (vault: string) =>
    address(inVault(vault, "replicationRecoveryServicesProviders"), apiVersions.siteRecovery),
  containers: (vault: string) => address(inVault(vault, "replicationProtectionContainers"), apiVersions.siteRecovery),
  containerMappings: (vault: string) =>
    address(inVault(vault, "replicationProtectionContainerMappings"), apiVersions.siteRecovery),
  policies: (vault: string) => address(inVault(vault, "replicationPolicies"), apiVersions.siteRecovery),
  policy: (vault: string, policy: string) =>
    address(inVault(vault, "replicationPolicies", policy), apiVersions.siteRecovery),
  protectedItems: (vault: string) => address(inVault(vault, "replicationProtectedItems"), apiVersions.siteRecovery),
  recoveryPlans: (vault: string) => address(inVault(vault, "replicationRecoveryPlans"), apiVersions.siteRecovery),
  recoveryPlan: (vault: string, plan: string) =>
    address(inVault(vault, "replicationRecoveryPlans", plan), apiVersions.siteRecovery),
  recoveryPlanAction: (vault: string, plan: string, action: string) =>
    address(inVault(vault, "replicationRecoveryPlans", plan, action), apiVersions.siteRecovery),
  recoveryPlanOwn: (vault: string, plan: string, ...action: readonly string[]) =>
    address(
      inVault(vault, "replicationRecoveryPlans", plan, "providers", "Secondsite.Recovery", ...action),
      apiVersions.own,
    ),
  planSettings: (vault: string) => address(ownInVault(vault, "recoveryPlanSettings", "default"), apiVersions.own),
  applyPlanDocument: (vault: string) => address(ownInVault(vault, "applyPlanDocument"), apiVersions.own),
  drills: (vault: string) => address(ownInVault(vault, "drills"), apiVersions.own),
  /** Without more: the drill itself; else a verb, or `runs`. */
  drill: (vault: string, drill: string, ...below: readonly string[]) =>
    address(ownInVault(vault, "drills", drill, ...below), apiVersions.own),
  readiness: (vault: string) => address(ownInVault(vault, "readiness"), apiVersions.own),
  coverage: (vault: string, months: string) => address(ownInVault(vault, "coverage"), apiVersions.own, { months }),
  trends: (vault: string, months: string, subject?: string) =>
    address(ownInVault(vault, "trends"), apiVersions.own, { months, ...(subject ? { subject } : {}) }),
  jobs: (vault: string, filter?: string) =>
    address(inVault(vault, "replicationJobs"), apiVersions.siteRecovery, filter ? { $filter: filter } : {}),
  job: (vault: string, job: string) => address(inVault(vault, "replicationJobs", job), apiVersions.siteRecovery),
  jobAction: (vault: string, job: string, action: string) =>
    address(inVault(vault, "replicationJobs", job, action), apiVersions.siteRecovery),
  jobOwn: (vault: string, job: string, ...action: readonly string[]) =>
    address(inVault(vault, "replicationJobs", job, "providers", "Secondsite.Recovery", ...action), apiVersions.own),

  estateSites: () => address(`${own}/estateSites`, apiVersions.own),
  estateSite: (site: string) => address(`${own}${join("estateSites", site)}`, apiVersions.own),
  estateSiteAction: (site: string, action: string) =>
    address(`${own}${join("estateSites", site, action)}`, apiVersions.own),
  console: (machineId: string) => address(`${own}${join("consoles", machineId)}`, apiVersions.own),
  consoleStream: (machineId: string) => address(`${own}${join("consoles", machineId, "stream")}`, apiVersions.own),
  events: () => address(`${own}/events`, apiVersions.own),
  hypervisors: () => address(`${own}/hypervisors`, apiVersions.own),
  hypervisor: (host: string) => address(`${own}${join("hypervisors", host)}`, apiVersions.own),
  regions: () => address(`${own}/regions`, apiVersions.own),

  storageAccounts: () => address(`${group}/providers/Microsoft.Storage/storageAccounts`, apiVersions.own),
  storageAccount: (name: string) => address(resourceIds.storageAccount(name), apiVersions.own),
  replaceStorageKey: (name: string) => address(`${resourceIds.storageAccount(name)}/replaceKey`, apiVersions.own),
  virtualNetworks: () => address(`${group}/providers/Microsoft.Network/virtualNetworks`, apiVersions.own),
  virtualNetwork: (name: string) => address(resourceIds.virtualNetwork(name), apiVersions.own),
  virtualMachines: () => address(`${group}/providers/Microsoft.Compute/virtualMachines`, apiVersions.own),

  automationAccounts: () =>
    address(`${group}/providers/Microsoft.Automation/automationAccounts`, apiVersions.automation),
  /** An account, or something in it. */
  automation: (account: string, ...below: readonly string[]) =>
    address(`${automationPath(account)}${join(...below)}`, apiVersions.automation),
  runbookVersions: (account: string, runbook: string) =>
    address(
      `${automationPath(account)}${join("runbooks", runbook)}/providers/Secondsite.Recovery/versions`,
      apiVersions.own,
    ),
  runbookInterpreters: () => address(`${own}/runbookInterpreters`, apiVersions.own),

  /** The resource with this ARM id (as the API gave it), or something below it: a child, an action. */
  ofId: (id: string, version: ApiVersion, ...below: readonly string[]) => address(`${id}${join(...below)}`, version),
};

export const vaultTabs = [
  "quick-start",
  "dashboard",
  "protected-items",
  "recovery-plans",
  "drills",
  "readiness",
  "resources",
  "servers",
  "verification",
  "evidence",
  "jobs",
] as const;
export type VaultTab = (typeof vaultTabs)[number];

export const automationTabs = ["runbooks", "variables", "jobs"] as const;
export type AutomationTab = (typeof automationTabs)[number];

export const pages = {
  vaults: () => "/recovery-services",
  vault: (vault: string) => join("recovery-services", vault),
  vaultTab: (vault: string, tab: VaultTab) => join("recovery-services", vault, tab),
  protectedItem: (vault: string, item: string) => join("recovery-services", vault, "protected-items", item),
  recoveryPlan: (vault: string, plan: string) => join("recovery-services", vault, "recovery-plans", plan),
  drill: (vault: string, drill: string) => join("recovery-services", vault, "drills", drill),
  job: (vault: string, job: string) => join("recovery-services", vault, "jobs", job),
  evidence: (vault: string, run: string) => join("recovery-services", vault, "evidence", run),
  sites: () => "/sites",
  site: (site: string) => join("sites", site),
  virtualMachines: () => "/virtual-machines",
  virtualMachine: (name: string) => join("virtual-machines", name),
  networks: () => "/networks",
  storage: () => "/storage",
  automation: () => "/automation",
  automationTab: (account: string, tab: AutomationTab) => join("automation", account, tab),
  runbook: (account: string, runbook: string) => join("automation", account, "runbooks", runbook),
  automationJob: (account: string, job: string) => join("automation", account, "jobs", job),
};

/** The part of an ARM id that follows `/{type}/` (case does not matter), decoded; null when the id has none. */
export function nameInId(id: string, type: string): string | null {
  const segments = id.split("/");
  const at = segments.findIndex((segment) => segment.toLowerCase() === type.toLowerCase());
  const name = at < 0 ? undefined : segments[at + 1];
  return name ? decodeURIComponent(name) : null;
}
