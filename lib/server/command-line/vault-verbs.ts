import path from "node:path";
import { startHands } from "@/lib/adapters/engine-workers/thread-hands";
import { threadWorkers } from "@/lib/adapters/engine-workers/thread-workers";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { UsageError } from "@/lib/site/cli/exit-codes";
import type { Opening } from "@/lib/site/cli/open-vault";
import type { CommandResult } from "@/lib/site/cli/site-commands";
import { checkVaultFolder } from "@/lib/site/cli/vault-check-command";
import { createVault, listPoints, replicateImages, type VaultCommandWorld } from "@/lib/site/cli/vault-commands";
import { forgetPoints } from "@/lib/site/cli/vault-forget-command";
import { restoreDisk } from "@/lib/site/cli/vault-restore-command";
import { compactVaultFolder, measureVaultFolder } from "@/lib/site/cli/vault-space-commands";
import type { VaultCommandValues } from "./vault-arguments";

export interface VaultCommand {
  readonly verb: string;
  readonly folder: string;
  readonly rest: readonly string[];
  readonly values: VaultCommandValues;
}

export function runVerb({ verb, folder, rest, values }: VaultCommand, opening: Opening): Promise<CommandResult> {
  const logged = values["write-log"] !== undefined;
  const world = vaultWorld(opening, verb === "replicate" ? (logged ? 1 : 2) : 0);
  switch (verb) {
    case "create":
      return createVault(world, folder);
    case "check":
      return checkVaultFolder(world, folder, values["read-data"] === true);
    case "stats":
      return measureVaultFolder(world, folder);
    case "compact":
      return compactVaultFolder(world, folder);
    case "forget":
      return forgetPoints(world, {
        folder,
        machine: needed(values.machine, "Whose recovery points? Give --machine NAME."),
        point: values.point,
        keep: values.keep,
      });
    case "points":
      return listPoints(world, folder, values.machine);
    case "replicate":
      if (rest.length === 0) throw new UsageError("Which image? npx secondsite vault replicate FOLDER IMAGE.");
      return replicateImages(world, {
        folder,
        images: rest.map((image) => path.resolve(image)),
        machine: values.machine,
        writeLogs: (values["write-log"] ?? []).map((log) => path.resolve(log)),
      });
    case "restore":
      return restoreDisk(world, {
        folder,
        machine: needed(values.machine, "Which machine? Give --machine NAME."),
        target: path.resolve(needed(rest[0], "Where to? npx secondsite vault restore FOLDER TARGET.")),
        point: values.point,
        disk: values.disk,
        replace: values.replace === true,
      });
    default:
      throw new UsageError(`There is no command 'vault ${verb}'.`);
  }
}

/**
 * `threads`: for replication, to be started while the index is read; a write log names too little for two. Not before the
 * vault is open: what the passphrase's derivation gives back is memory that they need not touch for the first time.
 */
function vaultWorld(opening: Opening, threads: number): VaultCommandWorld {
  return {
    ...opening,
    clock: systemClock,
    random: systemRandom,
    startWorkers: threadWorkers({ early: { count: threads, after: opening.opening ?? Promise.resolve() } }),
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    startHands: () => {
      const hands = startHands();
      if (hands === null) return null;
      return {
        open: ({ folder, ...task }) => hands.open({ ...task, store: { kind: "folder", folder } }),
        close: () => hands.close(),
      };
    },
  };
}

function needed(value: string | undefined, question: string): string {
  if (value === undefined) throw new UsageError(question);
  return value;
}
