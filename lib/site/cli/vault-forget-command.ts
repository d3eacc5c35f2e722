import path from "node:path";
import { deletePoint } from "@/lib/engine/vault/sweep";
import { UsageError } from "./exit-codes";
import type { CommandResult } from "./site-commands";
import { severalPoints, noSuchPoint } from "./vault-command-faults";
import { openVault } from "./open-vault";
import { pointNames, type VaultCommandWorld } from "./vault-commands";

export interface ForgetInput {
  readonly folder: string;
  readonly machine: string;
  /** An object name, or how its last part begins. */
  readonly point: string | undefined;
  /** Keeps so many of the newest and forgets the others. */
  readonly keep: string | undefined;
}

/** Deletes recovery points; their space comes back with `vault compact`. Refusals RecoveryPointNotFound, RecoveryPointNotOne. */
export async function forgetPoints(world: VaultCommandWorld, input: ForgetInput): Promise<CommandResult> {
  const { folder, machine } = input;
  const keep = keepOf(input);
  const { store } = await openVault(world, folder);
  const names = await pointNames(store, `points/${machine}/`);
  if (names.length === 0) throw noSuchPoint(folder, machine, undefined);
  const forgotten = keep === null ? [named(input, names)] : names.slice(0, Math.max(0, names.length - keep));
  for (const name of forgotten) await deletePoint(store, name);
  const left = names.length - forgotten.length;
  return {
    text: [
      ...forgotten.map((name) => `forgotten  ${name}`),
      `${machine}: ${forgotten.length} forgotten, ${left} left. Their space comes back with vault compact.`,
    ].join("\n"),
    json: { machine, forgotten, left },
  };
}

function keepOf({ keep, point }: ForgetInput): number | null {
  if ((keep === undefined) === (point === undefined)) {
    throw new UsageError("Which recovery points? Give --point BEGINNING, or --keep N for all but the newest N.");
  }
  if (keep === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(keep)) throw new UsageError(`--keep takes a number from 1 on, not '${keep}'.`);
  return Number(keep);
}

/** Exactly one: what is deleted must not be guessed. */
function named({ folder, machine, point = "" }: ForgetInput, names: readonly string[]): string {
  const fits = names.filter((name) => name === point || path.posix.basename(name).startsWith(point));
  const [only, ...others] = fits;
  if (only === undefined) throw noSuchPoint(folder, machine, point);
  if (others.length > 0) throw severalPoints(machine, point, fits);
  return only;
}
