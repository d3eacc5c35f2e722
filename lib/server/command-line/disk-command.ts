import { parseArgs } from "node:util";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import type { ConvertProgress } from "@/lib/engine/disk/convert-disk";
import { convertDiskCommand, diskInfo, type DiskWorld } from "@/lib/site/cli/disk-commands";
import { UsageError } from "@/lib/site/cli/exit-codes";
import type { CommandResult } from "@/lib/site/cli/site-commands";

const MIB = 2 ** 20;
const PRINT_EVERY_MS = 200;

/** `args`: what follows the word `disk`. */
export async function runDiskCommand(args: readonly string[]): Promise<CommandResult> {
  const { values, positionals } = parse(args);
  const [verb, first, second, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`'${rest.join(" ")}' is too much.`);
  const giveUp = new AbortController();
  const world = diskWorld(giveUp.signal);
  switch (verb) {
    case "info":
      return diskInfo(world, first);
    case "convert": {
      const onInterrupt = () => giveUp.abort(new UsageError("Interrupted; nothing was left behind."));
      process.once("SIGINT", onInterrupt);
      try {
        const { format, replace } = values;
        return await convertDiskCommand(world, { source: first, target: second, format, replace: replace === true });
      } finally {
        process.off("SIGINT", onInterrupt);
        if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
      }
    }
    default:
      throw new UsageError(verb === undefined ? "What about the disk?" : `There is no command 'disk ${verb}'.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean" }, format: { type: "string" }, replace: { type: "boolean" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function diskWorld(signal: AbortSignal): DiskWorld {
  let printedAt = -PRINT_EVERY_MS;
  const onProgress = ({ phase, bytesDone, bytesTotal }: ConvertProgress): void => {
    const now = systemClock.monotonicMs();
    if (!process.stderr.isTTY || now - printedAt < PRINT_EVERY_MS) return;
    printedAt = now;
    const [done, total] = [bytesDone, bytesTotal].map((bytes) => Math.floor(bytes / MIB));
    process.stderr.write(`\r\u001b[K${phase}: ${String(done)} of ${String(total)} MiB`);
  };
  return {
    ...{ fileSystem: nodeFileSystem, clock: systemClock, random: systemRandom },
    ...{ cwd: process.cwd(), onProgress, signal },
  };
}
