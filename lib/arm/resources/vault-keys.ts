import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import {
  CurrentPassphrase,
  PassphraseChange,
  RecoveryPassphrase,
  Unlocking,
  VaultKeysResource,
} from "@/lib/contract/vault-keys";
import { changeVaultKeys } from "@/lib/operations/change-vault-keys";
import type { VaultKeyState } from "@/lib/operations/ports/vault-data";
import { ok } from "../answers";
import { VAULT_OWN } from "../paths";
import { resolveVault } from "../resolve";
import { route, type Route } from "../route";

const KEYS = `${VAULT_OWN}/vaultKeys/default` as const;
const common = { apiVersions: OWN_API_VERSIONS, answer: VaultKeysResource };

/** The passphrases that open a vault, and whether its opened keys are on this machine. No answer holds a secret. */
export const vaultKeyRoutes: readonly Route[] = [
  route({
    ...common,
    method: "GET",
    path: KEYS,
    summary: "Whether the vault's keys are at hand, and whether a recovery passphrase opens it too.",
    async handle(call) {
      return present(await call.context.vaultData.keyState(await resolveVault(call)));
    },
  }),
  route({
    ...common,
    method: "POST",
    path: `${KEYS}/changePassphrase`,
    summary: "Wraps the keys with another passphrase; no data is written again.",
    body: PassphraseChange,
    async handle(call) {
      const { currentPassphrase: current, newPassphrase: next } = call.body.properties;
      const change = { verb: "changePassphrase", current, next } as const;
      return present(await changeVaultKeys(call.context, await resolveVault(call), change));
    },
  }),
  route({
    ...common,
    method: "POST",
    path: `${KEYS}/setRecoveryPassphrase`,
    summary: "A second passphrase that opens the vault; it replaces an earlier one.",
    body: RecoveryPassphrase,
    async handle(call) {
      const { currentPassphrase: current, recoveryPassphrase: recovery } = call.body.properties;
      const change = { verb: "setRecoveryPassphrase", current, recovery } as const;
      return present(await changeVaultKeys(call.context, await resolveVault(call), change));
    },
  }),
  route({
    ...common,
    method: "POST",
    path: `${KEYS}/removeRecoveryPassphrase`,
    summary: "The recovery passphrase opens the vault no longer.",
    body: CurrentPassphrase,
    async handle(call) {
      const change = { verb: "removeRecoveryPassphrase", current: call.body.properties.currentPassphrase } as const;
      return present(await changeVaultKeys(call.context, await resolveVault(call), change));
    },
  }),
  route({
    ...common,
    method: "POST",
    path: `${KEYS}/lock`,
    summary: "Takes the opened keys off this machine: no failover until somebody unlocks the vault.",
    async handle(call) {
      return present(await changeVaultKeys(call.context, await resolveVault(call), { verb: "lock" }));
    },
  }),
  route({
    ...common,
    method: "POST",
    path: `${KEYS}/unlock`,
    summary: "Opens the keys with either passphrase.",
    body: Unlocking,
    async handle(call) {
      const change = { verb: "unlock", passphrase: call.body.properties.passphrase } as const;
      return present(await changeVaultKeys(call.context, await resolveVault(call), change));
    },
  }),
];

function present(properties: VaultKeyState) {
  return ok({ name: "default" as const, type: "Secondsite.Recovery/vaultKeys" as const, properties });
}
