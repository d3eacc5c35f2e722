import { z } from "zod";
import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { RegistrationKeyFile } from "@/lib/contract/portal";
import { generateRegistrationKey } from "@/lib/operations/generate-registration-key";
import { setVaultPassphrase } from "@/lib/operations/set-vault-passphrase";
import { noContent, ok } from "../answers";
import { FABRIC, VAULT_OWN } from "../paths";
import { resolveFabric, resolveVault } from "../resolve";
import { route, type Route } from "../route";

const Passphrase = z.strictObject({ properties: z.strictObject({ passphrase: z.string() }) });

/** What a host needs to register: the passphrase that only people keep, and the key file that is handed out once. */
export const registrationRoutes: readonly Route[] = [
  route({
    method: "PUT",
    path: `${VAULT_OWN}/passphrases/default`,
    summary: "Chooses the vault's passphrase, once.",
    apiVersions: OWN_API_VERSIONS,
    body: Passphrase,
    async handle(call) {
      await setVaultPassphrase(call.context, await resolveVault(call), call.body.properties.passphrase);
      return noContent();
    },
  }),
  route({
    method: "POST",
    path: `${FABRIC}/providers/Secondsite.Recovery/generateRegistrationKey`,
    summary: "A new registration key of a site; it supersedes the one before.",
    apiVersions: OWN_API_VERSIONS,
    answer: RegistrationKeyFile,
    async handle(call) {
      return ok(await generateRegistrationKey(call.context, await resolveFabric(call)));
    },
  }),
];
