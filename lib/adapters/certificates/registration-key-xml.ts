/** What a credentials file of a Hyper-V site says, in the words and the order of the real one. */
export interface RegistrationKeyFields {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly vaultName: string;
  readonly resourceId: string;
  readonly location: string;
  /** PKCS#12, empty password. */
  readonly managementCertificate: Uint8Array;
  /** Where the site dials in: an https origin. */
  readonly endpoint: string;
  readonly channelIntegrityKey: string;
  readonly siteId: string;
  readonly siteName: string;
}

/** There is no directory behind us; the elements must be there, and the nil GUID says honestly that nobody is named. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/**
 * The XML of `*.VaultCredentials`. It is a .NET DataContract document, whose reader depends on the order of the elements
 * (asr reference §5.1; the order was read from Azure PowerShell's public fixture).
 */
export function registrationKeyXml(fields: RegistrationKeyFields): string {
  const audience = `https://RecoveryServiceVault/${fields.location}/${fields.vaultName}/${fields.resourceId}`;
  const vaultDetails = elements({
    SubscriptionId: fields.subscriptionId,
    ResourceGroup: fields.resourceGroup,
    ResourceName: fields.vaultName,
    ResourceId: fields.resourceId,
    Location: fields.location,
    ResourceType: "Vaults",
    ProviderNamespace: "Microsoft.RecoveryServices",
  });
  const directoryDetails = elements({
    AadAuthority: new URL(fields.endpoint).origin,
    AadTenantId: NOBODY,
    ServicePrincipalClientId: NOBODY,
    AadVaultAudience: audience,
    ArmManagementEndpoint: fields.endpoint,
  });
  return [
    `<?xml version="1.0" encoding="utf-8"?>`,
    `<RSVaultAsrCreds xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2004/07/Microsoft.Azure.Portal.RecoveryServices.Models.Common">`,
    `  <VaultDetails>${vaultDetails}</VaultDetails>`,
    `  <ManagementCert>${Buffer.from(fields.managementCertificate).toString("base64")}</ManagementCert>`,
    `  <Version>2.0</Version>`,
    `  <AadDetails>${directoryDetails}</AadDetails>`,
    ...Object.entries({
      ChannelIntegrityKey: fields.channelIntegrityKey,
      SiteId: fields.siteId,
      SiteName: fields.siteName,
      PrivateEndpointStateForSiteRecovery: "None",
    }).map(([name, value]) => `  ${element(name, value)}`),
    `</RSVaultAsrCreds>`,
    ``,
  ].join("\n");
}

function elements(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => element(name, value))
    .join("");
}

function element(name: string, value: string): string {
  return `<${name}>${escapeText(value)}</${name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
