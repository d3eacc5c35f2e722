import { checkVault } from "@/lib/engine/vault/check-vault";
import { isSound, type DamagedPoint, type VaultCheck } from "@/lib/engine/vault/vault-check";
import { EXIT } from "./exit-codes";
import type { CommandResult } from "./site-commands";
import { openVault } from "./open-vault";
import type { VaultCommandWorld } from "./vault-commands";

const EXTENTS_SHOWN = 8;

/** Looks for damage: the structure, or with `readData` every byte. Changes nothing. Exit code 7 when something is damaged. */
export async function checkVaultFolder(
  world: VaultCommandWorld,
  folder: string,
  readData: boolean,
): Promise<CommandResult> {
  const startedMs = world.clock.monotonicMs();
  const { store, keys } = await openVault(world, folder);
  const read = readData ? "all" : "none";
  const check = await checkVault({ store, keys, read, expectedPoints: null, expectEnvelope: true });
  const seconds = (world.clock.monotonicMs() - startedMs) / 1000;
  return {
    text: describe(check, seconds).join("\n"),
    json: { ...check, sound: isSound(check), seconds },
    ...(isSound(check) ? {} : { exitCode: EXIT.damaged }),
  };
}

function describe(check: VaultCheck, seconds: number): string[] {
  const read =
    check.depth === "structure"
      ? "structure only"
      : `${(check.bytesRead / 1e6).toFixed(1)} MB in ${check.packsRead} packs read, ${check.blobsVerified} blocks and pages verified`;
  const lines = [`${check.points} recovery points, ${check.packs} packs; ${read}; ${seconds.toFixed(1)} s.`];
  if (check.orphans.packs > 0) {
    lines.push(
      `${check.orphans.packs} packs (${(check.orphans.bytes / 1e6).toFixed(1)} MB) are needed by no recovery point.`,
    );
  }
  if (isSound(check)) return [...lines, "No damage was found."];
  for (const { name, problem, blobsLost } of check.damagedObjects) {
    lines.push(`${problem.padEnd(9)}  ${name}${blobsLost > 0 ? `  (${blobsLost} blocks or pages lost)` : ""}`);
  }
  for (const name of check.unlistedPacks) lines.push(`unlisted   ${name}  (readable by its own header)`);
  return [...lines, ...check.damagedPoints.flatMap(describePoint)];
}

function describePoint({ machineId, at, state, disks }: DamagedPoint): string[] {
  if (state === "lost") return [`${machineId}  ${at}  the whole recovery point is lost`];
  return disks.map(({ diskId, lostBytes, extents }) => {
    const ranges = extents
      .slice(0, EXTENTS_SHOWN)
      .map(({ offsetBytes, lengthBytes }) => `${offsetBytes}-${offsetBytes + lengthBytes - 1}`);
    const more = extents.length > EXTENTS_SHOWN ? ` and ${extents.length - EXTENTS_SHOWN} more` : "";
    return `${machineId}  ${at}  disk ${diskId}: ${lostBytes} bytes lost at ${ranges.join(", ")}${more}`;
  });
}
