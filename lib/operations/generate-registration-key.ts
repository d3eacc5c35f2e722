import type { Fabric, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "./context";
import { requireActiveVault } from "./require-active-vault";

/** All documents of the classic portal's time say so (asr reference 5.2). */
export const REGISTRATION_KEY_DAYS = 5;
const DAY_MS = 86_400_000;

export interface GeneratedRegistrationKey {
  readonly fileName: string;
  /** The credentials file, XML. It is handed out once: the private key in it is kept nowhere. */
  readonly content: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** What to type on the host. */
  readonly command: string;
}

/**
 * A new registration key of a site. The one before is superseded: only the newest registers a host.
 * @throws Refusal VaultNotActive
 */
export async function generateRegistrationKey(
  context: OperationContext,
  input: { readonly vault: Vault; readonly fabric: Fabric },
): Promise<GeneratedRegistrationKey> {
  const { vault, fabric } = input;
  requireActiveVault(vault);
  const issuedAt = context.clock.now();
  const expiresAt = new Date(issuedAt.getTime() + REGISTRATION_KEY_DAYS * DAY_MS);
  const key = await context.certificates.createRegistrationKey({ vault, fabric, issuedAt, expiresAt });
  await context.repositories.registrationKeys.put({
    fabricId: fabric.id,
    certificateSha256: key.certificateSha256,
    issuedAt: issuedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  });
  const fileName = `${fabric.name}_${vault.name}_${issuedAt.toISOString().slice(0, 10)}.VaultCredentials`;
  return {
    fileName,
    content: key.content,
    issuedAt: issuedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    command: `npx secondsite site register --credentials ./${fileName} --site ${fabric.name}`,
  };
}
