/** Least time between announcing that packs will be deleted and deleting them (docs/vault-format.md §8). */
export const SWEEP_GRACE_MS = 60 * 60 * 1_000;
