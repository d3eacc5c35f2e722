import { compact } from "@/lib/engine/vault/compact";
import { sweep } from "@/lib/engine/vault/sweep";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { measureSpace, type MachineSpace, type VaultSpace } from "@/lib/engine/vault/vault-space";
import type { CommandResult } from "./site-commands";
import { openVault, type OpenedVault } from "./open-vault";
import type { VaultCommandWorld } from "./vault-commands";

const HOUR_MS = 60 * 60 * 1000;
/** Younger packs may belong to a replication that is under way. As the portal has it. */
const COMPACTION_AGE_MS = HOUR_MS;
const SWEEP_AGE_MS = 24 * HOUR_MS;

/** Where the vault's bytes are, counted by walking all points. Changes nothing. */
export async function measureVaultFolder(world: VaultCommandWorld, folder: string): Promise<CommandResult> {
  const space = await spaceOf(await openVault(world, folder));
  return { text: describe(space).join("\n"), json: space };
}

/** What is needed is written more compactly, and what was announced long enough ago and nobody needs is deleted. */
export async function compactVaultFolder(world: VaultCommandWorld, folder: string): Promise<CommandResult> {
  const vault = await openVault(world, folder);
  const { random, clock } = world;
  const before = await spaceOf(vault);
  const compaction = await compact({
    ...{ ...vault, random, clock, minimumAgeMs: COMPACTION_AGE_MS, bytesMax: Number.MAX_SAFE_INTEGER, duty: 1 },
  });
  const swept = await sweep({ ...vault, random, clock, minimumAgeMs: SWEEP_AGE_MS });
  const after = await spaceOf(vault);
  const { packsRewritten, packsWritten, packsDamaged, bytesBefore, bytesAfter } = compaction;
  const lines = [
    packsRewritten === 0
      ? "No pack was worth rewriting; packs younger than an hour are left alone."
      : `${count(packsRewritten, "pack")} (${mb(bytesBefore)}) rewritten as ${packsWritten} (${mb(bytesAfter)}).`,
    ...(packsDamaged === 0 ? [] : [`${count(packsDamaged, "pack")} could not be read and stayed: check the vault.`]),
    `${mb(swept.bytesFreed)} freed; ${mb(after.announcedBytes)} are announced and go with a run an hour later or more.`,
    `${mb(after.storedBytes)} stored, ${mb(before.storedBytes)} before.`,
  ];
  return { text: lines.join("\n"), json: { compaction, sweep: swept, before, after } };
}

async function spaceOf({ store, keys }: OpenedVault): Promise<VaultSpace> {
  return (await measureSpace(await openVaultReader(store, keys))).space;
}

function describe(space: VaultSpace): string[] {
  const rows: [string, number, string][] = [
    ["logical", space.logicalBytes, "what the recovery points present, as plain copies"],
    ["deduplicated", space.deduplicatedBytes, "different blocks among them"],
    ["compressed", space.compressedBytes, "these compressed and sealed: what the points need"],
    ["stored", space.storedBytes, `everything in the folder: ${count(space.packs, "pack")}, indexes, points, keys`],
    ["reclaimable", space.reclaimableBytes, "in packs and needed by no recovery point"],
    ["announced", space.announcedBytes, "of that, announced to be deleted"],
  ];
  return [
    `${count(space.points, "recovery point")} of ${count(space.machines.length, "machine")}.`,
    ...rows.map(([what, bytes, meaning]) => `${what.padEnd(13)}${mb(bytes).padStart(14)}  ${meaning}`),
    ...space.machines.map(describeMachine),
  ];
}

function describeMachine({ machineId, points, ...bytes }: MachineSpace): string {
  return (
    `${machineId}: ${count(points, "recovery point")}; ${mb(bytes.newestBytes)} in the newest, ${mb(bytes.logicalBytes)} logical, ` +
    `${mb(bytes.deduplicatedBytes)} deduplicated, ${mb(bytes.exclusiveBytes)} stored for it alone`
  );
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
