import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { deriveVaultKeys, type VaultKeys } from "@/lib/engine/keys/vault-keys";
import { Fault } from "@/lib/kernel/fault";
import { readIfPresent, writePrivateFile } from "./private-file";

const Document = z.object({
  version: z.literal(1),
  providerId: z.string(),
  vaultId: z.string(),
  vaultName: z.string(),
  siteName: z.string(),
  hostName: z.string(),
  /** Origin of the vault's TLS endpoint. */
  endpoint: z.string(),
  /** PEM: the authorities that the endpoint's certificate may come from. */
  trusted: z.array(z.string()),
  clientCertificate: z.string(),
  authorityCertificate: z.string(),
  registeredAt: z.string(),
  /** Names of the key files beside this one. */
  clientKeyFile: z.string().regex(/^client-[0-9a-f]+\.key$/),
  vaultKeyFile: z.string().regex(/^vault-[0-9a-f]+\.key$/),
});

/** What a registered host knows: who it is, whom it trusts, and the keys that never leave it. */
export interface HostRegistration extends Omit<z.infer<typeof Document>, "version" | "clientKeyFile" | "vaultKeyFile"> {
  readonly clientKeyPem: string;
  readonly vaultKeys: VaultKeys;
}

const FILE = "registration.json";

/**
 * Keys first, each in a new file, then the document that names them: a registration replaced by another is the old one or
 * the new one after a kill at any instant, never a certificate with the key of another.
 */
export function saveRegistration(folder: string, registration: HostRegistration, mark: string): void {
  const { clientKeyPem, vaultKeys, ...rest } = registration;
  const clientKeyFile = `client-${mark}.key`;
  const vaultKeyFile = `vault-${mark}.key`;
  writePrivateFile(path.join(folder, clientKeyFile), clientKeyPem);
  writePrivateFile(path.join(folder, vaultKeyFile), `${vaultKeys.master.toString("base64")}\n`);
  const document: z.infer<typeof Document> = { version: 1, ...rest, clientKeyFile, vaultKeyFile };
  writePrivateFile(path.join(folder, FILE), `${JSON.stringify(document, null, 2)}\n`);
  for (const name of fs.readdirSync(folder)) {
    const old = /^(client|vault)-[0-9a-f]+\.key$/.test(name) && name !== clientKeyFile && name !== vaultKeyFile;
    if (old) fs.rmSync(path.join(folder, name));
  }
}

/** Null when the host was never registered. @throws Fault RegistrationDamaged */
export function readRegistration(folder: string): HostRegistration | null {
  const text = readIfPresent(path.join(folder, FILE));
  if (text === null) return null;
  try {
    const { version: _version, clientKeyFile, vaultKeyFile, ...rest } = Document.parse(JSON.parse(text));
    const clientKeyPem = fs.readFileSync(path.join(folder, clientKeyFile), "utf8");
    const master = Buffer.from(fs.readFileSync(path.join(folder, vaultKeyFile), "utf8"), "base64");
    return { ...rest, clientKeyPem, vaultKeys: deriveVaultKeys(master) };
  } catch (cause) {
    throw new Fault(
      {
        code: "RegistrationDamaged",
        message: `The registration of this host in ${folder} cannot be read.`,
        possibleCauses: "A file of the folder was edited or removed, or it belongs to another version.",
        recommendedAction: "Register the host again with a new registration key and the vault's passphrase.",
      },
      { cause },
    );
  }
}

/** For lists: where the host says it is registered, without reading any key. */
export function registeredPlace(folder: string): { readonly vaultId: string; readonly siteName: string } | null {
  const text = readIfPresent(path.join(folder, FILE));
  if (text === null) return null;
  const parsed = z.object({ vaultId: z.string(), siteName: z.string() }).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
