/** The versions that each namespace answers to, newest last. Clients name one in `api-version`; the answers are the same. */
export const SITE_RECOVERY_API_VERSIONS = [
  "2016-08-10",
  "2018-01-10",
  "2018-07-10",
  "2021-02-10",
  "2021-08-01",
  "2022-01-01",
  "2022-05-01",
  "2022-10-01",
  "2023-01-01",
  "2023-02-01",
  "2023-04-01",
  "2023-06-01",
  "2023-08-01",
  "2024-01-01",
  "2024-04-01",
  "2025-08-01",
] as const;

export const VAULT_API_VERSIONS = [
  "2016-06-01",
  "2018-01-10",
  "2021-08-01",
  "2022-10-01",
  "2023-01-01",
  "2023-02-01",
  "2023-04-01",
  "2023-06-01",
  "2024-04-01",
  "2025-02-01",
  "2025-08-01",
  "2026-07-01",
] as const;

/** Microsoft.Automation. */
export const AUTOMATION_API_VERSIONS = [
  "2015-10-31",
  "2017-05-15-preview",
  "2018-01-15",
  "2018-06-30",
  "2019-06-01",
  "2020-01-13-preview",
  "2021-06-22",
  "2022-08-08",
  "2023-11-01",
  "2024-10-23",
] as const;

/** Our own namespace, Secondsite.Recovery. */
export const OWN_API_VERSIONS = ["2026-11-01"] as const;

/** Storage accounts, networks and machines of the simulated region: whatever a client of ours already speaks. */
export const SIMULATED_API_VERSIONS = [
  ...new Set([...SITE_RECOVERY_API_VERSIONS, ...VAULT_API_VERSIONS, ...OWN_API_VERSIONS]),
] as readonly string[];
