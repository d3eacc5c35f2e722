import { materialise } from "@/lib/engine/vault/materialise";
import type { PointDisk } from "@/lib/engine/vault/point-object";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import type { CommandResult } from "./site-commands";
import { noSuchDisk } from "./vault-command-faults";
import { openVault, type OpenedVault } from "./open-vault";
import { choosePoint, type StartedHands, type VaultCommandWorld } from "./vault-commands";

export interface RestoreInput {
  readonly folder: string;
  readonly machine: string;
  /** A file; it appears when it is whole and verified. */
  readonly target: string;
  readonly point: string | undefined;
  readonly disk: string | undefined;
  readonly replace: boolean;
}

/** One disk of a recovery point as a fixed VHD, written, synced, read back and compared with the point's root. */
export async function restoreDisk(world: VaultCommandWorld, input: RestoreInput): Promise<CommandResult> {
  const vault = await openVault(world, input.folder);
  // Not before: what the passphrase's derivation gives back is memory that the threads need not touch for the first time.
  const hands = world.startHands?.() ?? null;
  try {
    return await restoreWith(world, input, vault, hands);
  } finally {
    await hands?.close();
  }
}

async function restoreWith(
  world: VaultCommandWorld,
  input: RestoreInput,
  vault: OpenedVault,
  hands: StartedHands | null,
): Promise<CommandResult> {
  const { name, point } = await choosePoint(vault, input.machine, input.point, input.folder);
  const disk = diskOf(input, point.disks);
  const context = { machine: input.machine, point: name };
  const task = { masterKey: vault.keys.master, folder: input.folder, virtualSizeBytes: disk.virtualSizeBytes, context };
  const opened = hands?.open(task);
  const made = await materialise({
    vault: await openVaultReader(vault.store, vault.keys),
    disk,
    context,
    fileSystem: world.fileSystem,
    targetPath: input.target,
    replace: input.replace,
    format: "vhd-fixed",
    random: world.random,
    clock: world.clock,
    ...(opened === undefined ? {} : { hands: opened }),
  });
  const { root, bytesWritten, seconds } = made;
  return {
    text:
      `${input.target}: ${disk.diskId} of ${input.machine} at ${point.at}, ${(bytesWritten / 1e6).toFixed(1)} MB written in ` +
      `${seconds.toFixed(2)} s, read back and identical\n  root ${root}`,
    json: { target: input.target, point: name, disk: disk.diskId, ...made },
  };
}

function diskOf(input: RestoreInput, disks: readonly PointDisk[]): PointDisk {
  const fits = disks.filter(({ diskId }) => input.disk === undefined || diskId === input.disk);
  const [disk] = fits;
  if (fits.length === 1 && disk !== undefined) return disk;
  throw noSuchDisk(
    input.machine,
    input.disk,
    disks.map(({ diskId }) => diskId),
  );
}
