import path from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { type ConvertProgress, convertDisk, type Converted } from "@/lib/engine/disk/convert-disk";
import { CREATABLE_FORMATS, type CreatableFormat } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import { diskFormatLabel } from "@/lib/kernel/disk-format";
import type { Random } from "@/lib/kernel/random";
import { UsageError } from "./exit-codes";
import type { CommandResult } from "./site-commands";

export interface DiskWorld {
  readonly fileSystem: FileSystem;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called often; prints as it sees fit. */
  readonly onProgress: (progress: ConvertProgress) => void;
  /** Ctrl-C: what was begun is removed. */
  readonly signal: AbortSignal;
}

/** What an image is, its chain included. Faults of `openDisk`. */
export function diskInfo(world: DiskWorld, file: string | undefined): CommandResult {
  if (file === undefined) throw new UsageError("Which disk? npx secondsite disk info FILE.");
  const disk = openDisk(world.fileSystem, path.resolve(world.cwd, file), "read");
  try {
    const holdsBytes = disk.allocatedExtents().reduce((sum, extent) => sum + extent.lengthBytes, 0);
    const info = {
      format: disk.format,
      virtualSizeBytes: disk.virtualSizeBytes,
      logicalSectorBytes: disk.logicalSectorBytes,
      mayHoldDataBytes: holdsBytes,
      files: disk.files.map((one) => ({
        path: one.path,
        sizeBytes: one.sizeBytes(),
        allocatedBytes: one.allocatedBytes(),
      })),
    };
    const lines = [
      `${file}: ${diskFormatLabel(disk.format)}`,
      `  size of the disk    ${inWords(info.virtualSizeBytes)}`,
      `  sectors             ${info.logicalSectorBytes} bytes`,
      `  may hold data       ${inWords(holdsBytes)}, everything else is zero`,
      ...info.files.map((one, index) => `  ${index === 0 ? "file    " : "and file"}            ${one.path}: ${inWords(one.sizeBytes)}, takes ${inWords(one.allocatedBytes)}`), // prettier-ignore
    ];
    return { text: lines.join("\n"), json: info };
  } finally {
    disk.close();
  }
}

export interface ConvertArguments {
  readonly source: string | undefined;
  readonly target: string | undefined;
  readonly format: string | undefined;
  readonly replace: boolean;
}

/** Faults of `convertDisk`. */
export async function convertDiskCommand(world: DiskWorld, input: ConvertArguments): Promise<CommandResult> {
  const { source, target } = input;
  if (source === undefined || target === undefined)
    throw new UsageError("From what to what? npx secondsite disk convert SOURCE TARGET --format FORMAT.");
  const format = readFormat(input.format);
  // A raw image has no mark: without such a name nobody would recognise it, we included.
  if (format === "raw" && !/\.(raw|img)$/i.test(target))
    throw new UsageError("The name of a raw image must end in .raw or .img: it has no other mark.");
  const steps = convertDisk({
    fileSystem: world.fileSystem,
    sourcePath: path.resolve(world.cwd, source),
    targetPath: path.resolve(world.cwd, target),
    format,
    replace: input.replace,
    uniqueId: world.random.uuid(),
    createdAt: world.clock.now(),
  });
  const done = await runToEnd(world, steps);
  return {
    text:
      `${target} is ${diskFormatLabel(done.format)} (from ${diskFormatLabel(done.sourceFormat)}), ${inWords(done.virtualSizeBytes)}: ` +
      `${inWords(done.bytesWritten)} written, ${inWords(done.bytesVerified)} read back and compared; it takes ${inWords(done.allocatedBytes)}.`,
    json: done,
  };
}

async function runToEnd(world: DiskWorld, steps: Generator<ConvertProgress, Converted>): Promise<Converted> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      world.onProgress(step.value);
      await breathe();
      world.signal.throwIfAborted();
    }
  } finally {
    steps.return({} as Converted);
  }
}

function readFormat(format: string | undefined): CreatableFormat {
  const known = CREATABLE_FORMATS.find((one) => one === format);
  if (known !== undefined) return known;
  throw new UsageError(`Which format? --format takes one of: ${CREATABLE_FORMATS.join(", ")}.`);
}

function inWords(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} bytes` : `${value.toFixed(value < 10 ? 2 : 1)} ${units[unit] ?? ""} (${bytes} bytes)`;
}
