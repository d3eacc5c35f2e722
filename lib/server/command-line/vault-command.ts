import path from "node:path";
import process from "node:process";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { UsageError } from "@/lib/site/cli/exit-codes";
import { openVault, type Opening } from "@/lib/site/cli/open-vault";
import { readPassphrase } from "@/lib/site/cli/read-passphrase";
import type { CommandResult } from "@/lib/site/cli/site-commands";
import { readPassphraseFile } from "./passphrase-file";
import { parseVaultArguments } from "./vault-arguments";

/**
 * `args`: what follows the word `vault`. Where nobody has to be asked for the passphrase, the vault begins to be opened while
 * the engine is still being loaded: the passphrase's derivation has a thread of its own.
 */
export async function runVaultCommand(args: readonly string[]): Promise<CommandResult> {
  const { values, positionals } = parseVaultArguments(args);
  const [verb, folder, ...rest] = positionals;
  if (verb === undefined) throw new UsageError("What about the vault?");
  if (folder === undefined) throw new UsageError(`Which vault? npx secondsite vault ${verb} FOLDER.`);
  const root = path.resolve(folder);
  const world = openingOf(values["passphrase-file"]);
  const opening = values["passphrase-file"] === undefined || verb === "create" ? undefined : openVault(world, root);
  // Looked at when the command asks for it, which may refuse its arguments before.
  opening?.catch(() => undefined);
  const { runVerb } = await import("./vault-verbs");
  return runVerb({ verb, folder: root, rest, values }, { ...world, ...(opening === undefined ? {} : { opening }) });
}

function openingOf(passphraseFile: string | undefined): Opening {
  return {
    fileSystem: nodeFileSystem,
    openStore: (folder) => FolderStore.open(folder),
    passphrase: async () =>
      passphraseFile === undefined
        ? readPassphrase(process.stdin, process.stderr)
        : readPassphraseFile(path.resolve(passphraseFile)),
  };
}
