import { z } from "zod";

const Secret = z.string().max(1_000);
/**
 * Ours, below V/providers/Secondsite.Recovery:
 * GET  vaultKeys/default                                                    VaultKeysResource
 * POST vaultKeys/default/changePassphrase         PassphraseChange       -> VaultKeysResource
 * POST vaultKeys/default/setRecoveryPassphrase    RecoveryPassphrase     -> VaultKeysResource
 * POST vaultKeys/default/removeRecoveryPassphrase CurrentPassphrase      -> VaultKeysResource
 * POST vaultKeys/default/lock                                            -> VaultKeysResource
 * POST vaultKeys/default/unlock                   Unlocking              -> VaultKeysResource
 */
export const PassphraseChange = z.strictObject({
  properties: z.strictObject({ currentPassphrase: Secret, newPassphrase: Secret }),
});
export const RecoveryPassphrase = z.strictObject({
  properties: z.strictObject({ currentPassphrase: Secret, recoveryPassphrase: Secret }),
});
export const CurrentPassphrase = z.strictObject({ properties: z.strictObject({ currentPassphrase: Secret }) });
export const Unlocking = z.strictObject({ properties: z.strictObject({ passphrase: Secret }) });

export const VaultKeysResource = z.object({
  name: z.literal("default"),
  type: z.literal("Secondsite.Recovery/vaultKeys"),
  properties: z.object({
    state: z.enum(["NotChosen", "Unlocked", "Locked"]),
    hasRecoveryPassphrase: z.boolean(),
  }),
});
export type VaultKeysResource = z.infer<typeof VaultKeysResource>;
