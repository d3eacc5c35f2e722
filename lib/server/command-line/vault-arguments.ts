import { parseArgs } from "node:util";
import { UsageError } from "@/lib/site/cli/exit-codes";

/** @throws UsageError */
export function parseVaultArguments(args: readonly string[]) {
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

export type VaultCommandValues = ReturnType<typeof parseVaultArguments>["values"];
