import type { Provider } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { recordEvent } from "./record-event";

export interface RegisterProviderInput {
  /** A host that registers again keeps its id. */
  readonly providerId: string;
  readonly fabricId: string;
  readonly hostName: string;
  readonly version: string;
  /** Of the client certificate that was just issued; any earlier one is refused from now on. */
  readonly certificateSha256: string;
}

export async function registerProvider(context: OperationContext, input: RegisterProviderInput): Promise<Provider> {
  const fabric = await context.repositories.fabrics.get(input.fabricId);
  if (!fabric) throw siteGone();
  const { providers } = context.repositories;
  const { hostName, version, certificateSha256 } = input;
  const registeredAt = context.clock.now().toISOString();
  const known = await providers.get(input.providerId);
  const provider = known
    ? await providers.update(known.id, { hostName, version, certificateSha256, registeredAt, fabricId: fabric.id })
    : await insert(context, fabric.vaultId, { ...input, registeredAt });
  await recordEvent(context, {
    vaultId: fabric.vaultId,
    type: "ServerHealth",
    severity: "OK",
    description: `The host ${hostName} was registered in the site ${fabric.name}`,
    affectedObject: hostName,
    jobId: null,
  });
  announce(context, fabric.vaultId, "replicationRecoveryServicesProviders", provider.name);
  return provider;
}

async function insert(
  context: OperationContext,
  vaultId: string,
  input: RegisterProviderInput & { readonly registeredAt: string },
): Promise<Provider> {
  const { providerId, ...rest } = input;
  const provider: Provider = {
    ...rest,
    id: providerId,
    vaultId,
    name: providerId,
    lastHeartbeatAt: null,
    inventory: [],
  };
  await context.repositories.providers.insert(provider);
  return provider;
}

function siteGone(): Refusal {
  return new Refusal("notFound", {
    code: "SiteNotFound",
    message: "The site of the credentials file does not exist any more.",
    possibleCauses: "The site was deleted while the host registered.",
    recommendedAction: "Create the site again and download a new registration key.",
  });
}
