/**
 * Keys of the query cache. Everything that belongs to a vault lies under its key, so that one live event about a vault
 * refreshes what is on screen of it. Names compare case-insensitively, hence lower case.
 */
const lower = (name: string) => name.toLowerCase();

export const keys = {
  vaults: () => ["vaults"] as const,
  vault: (vault: string) => ["vault", lower(vault)] as const,
  inVault: (vault: string, kind: string, ...names: readonly string[]) =>
    ["vault", lower(vault), kind, ...names.map(lower)] as const,
  jobs: (vault: string) => ["vault", lower(vault), "jobs"] as const,
  replication: (vault: string, protectedItem: string) =>
    ["vault", lower(vault), "replication", lower(protectedItem)] as const,
  estate: () => ["estate"] as const,
  regions: () => ["regions"] as const,
  hypervisors: () => ["hypervisors"] as const,
  storageAccounts: () => ["storageAccounts"] as const,
  virtualNetworks: () => ["virtualNetworks"] as const,
  virtualMachines: () => ["virtualMachines"] as const,
  automation: (...names: readonly string[]) => ["automation", ...names.map(lower)] as const,
};
