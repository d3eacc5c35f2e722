import path from "node:path";
import { parseArgs } from "node:util";
import { startHands } from "@/lib/adapters/engine-workers/thread-hands";
import { threadWorkers } from "@/lib/adapters/engine-workers/thread-workers";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { UsageError } from "@/lib/site/cli/exit-codes";
import { readPassphrase } from "@/lib/site/cli/read-passphrase";
import type { CommandResult } from "@/lib/site/cli/site-commands";
import { checkVaultFolder } from "@/lib/site/cli/vault-check-command";
import { createVault, listPoints, replicateImages, type VaultCommandWorld } from "@/lib/site/cli/vault-commands";
import { forgetPoints } from "@/lib/site/cli/vault-forget-command";
import { restoreDisk } from "@/lib/site/cli/vault-restore-command";
import { compactVaultFolder, measureVaultFolder } from "@/lib/site/cli/vault-space-commands";
import { readPassphraseFile } from "./passphrase-file";

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        "passphrase-file": { type: "string" },
        machine: { type: "string" },
        "write-log": { type: "string", multiple: true },
        point: { type: "string" },
        disk: { type: "string" },
        replace: { type: "boolean" },
        "read-data": { type: "boolean" },
        keep: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parse>["values"];

/** `args`: what follows the word `vault`. */
export async function runVaultCommand(args: readonly string[]): Promise<CommandResult> {
  const { values, positionals } = parse(args);
  const [verb, folder, ...rest] = positionals;
  if (verb === undefined) throw new UsageError("What about the vault?");
  if (folder === undefined) throw new UsageError(`Which vault? npx secondsite vault ${verb} FOLDER.`);
  return runVerb(verb, path.resolve(folder), rest, values);
}

function runVerb(verb: string, folder: string, rest: readonly string[], values: Values): Promise<CommandResult> {
  const world = vaultWorld(values["passphrase-file"], verb);
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

function vaultWorld(passphraseFile: string | undefined, verb: string): VaultCommandWorld {
  return {
    fileSystem: nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    openStore: (folder) => FolderStore.open(folder),
    startWorkers: threadWorkers({ early: verb === "replicate" }),
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    passphrase: async () =>
      passphraseFile === undefined
        ? readPassphrase(process.stdin, process.stderr)
        : readPassphraseFile(path.resolve(passphraseFile)),
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
