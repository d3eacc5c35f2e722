/** The names that the browser's story gives to what it makes. */
export const VAULT = "contoso-vault";
export const SITE = "contoso-branch";
export const GROUP = "contoso-group";
export const PLAN = "contoso-shop";
export const PASSPHRASE = "correct horse battery staple";
export const PRODUCTION_NETWORK = "contoso-production";
export const TEST_NETWORK = "contoso-test";
export const MACHINES = ["CONTOSO-APP", "CONTOSO-CRM", "CONTOSO-INTRANET", "CONTOSO-SQL", "CONTOSO-WEB"] as const;

export const tabAddress = (tab: string, vault: string = VAULT): string => `/recovery-services/${vault}/${tab}`;
