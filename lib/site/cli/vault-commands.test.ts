import { beforeEach, describe, expect, it } from "vitest";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { WriteLogWriter } from "@/lib/engine/tracking/write-log";
import type { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { MemoryStore } from "@/lib/testing/memory-store";
import { IMAGE, IMAGE_BLOCKS, vaultCommandWorld } from "@/lib/testing/vault-command-world";
import type { CommandResult } from "./site-commands";
import { checkVaultFolder } from "./vault-check-command";
import { createVault, listPoints, type VaultCommandWorld } from "./vault-commands";
import { restoreDisk } from "./vault-restore-command";

const BLOCKS = IMAGE_BLOCKS;

let fileSystem: MemoryFileSystem;
let world: VaultCommandWorld;
let replicate: (writeLogs?: string[]) => Promise<CommandResult>;
let overwrite: (index: number) => void;

beforeEach(async () => {
  ({ fileSystem, world, replicate, overwrite } = await vaultCommandWorld());
});

const restore = (point?: string) =>
  restoreDisk(world, {
    ...{ folder: "/vault", machine: "web", target: "/out/web.vhd", disk: undefined, replace: true },
    point,
  });

function log(name: string, ...indexes: number[]): string {
  const writer = new WriteLogWriter(fileSystem, name, 1, BLOCKS * BLOCK_BYTES);
  for (const index of indexes) writer.append(index * BLOCK_BYTES, 512);
  writer.close();
  return name;
}

function contentOf(file: string): Buffer {
  const disk = openDisk(fileSystem, file, "read");
  const content = Buffer.alloc(disk.virtualSizeBytes);
  disk.read(0, content);
  disk.close();
  return content;
}

describe("a vault folder of one's own", () => {
  it("takes an image, then only what changed, scanned or logged, and gives each state back", async () => {
    const before = contentOf(IMAGE);
    const first = await replicate();
    expect(first.json).toMatchObject({ machine: "web", changedBytes: BLOCKS * BLOCK_BYTES });
    overwrite(3);
    expect((await replicate()).json).toMatchObject({
      sourceBytesRead: BLOCKS * BLOCK_BYTES,
      changedBytes: BLOCK_BYTES,
    });
    overwrite(5);
    const logged = await replicate([log("/images/web.log", 5, 6)]);
    expect(logged.json).toMatchObject({ sourceBytesRead: 2 * BLOCK_BYTES, changedBytes: BLOCK_BYTES });
    await restore();
    expect(contentOf("/out/web.vhd").equals(contentOf(IMAGE))).toBe(true);
    await restore((first.json as { point: string }).point);
    expect(contentOf("/out/web.vhd").equals(before)).toBe(true);
    expect((await listPoints(world, "/vault", "web")).json).toHaveLength(3);
  }, 20_000);

  it("does not follow a write log when the state that it continues from is missing", async () => {
    await expect(replicate([log("/images/web.log", 1)])).rejects.toMatchObject({
      code: "ResynchronizationRequired",
    });
    await replicate();
    const other = new WriteLogWriter(fileSystem, "/images/other.log", 1, 2 * BLOCKS * BLOCK_BYTES);
    other.append(BLOCKS * BLOCK_BYTES, 512);
    other.close();
    await expect(replicate(["/images/other.log"])).rejects.toMatchObject({ code: "WriteLogOfAnotherDisk" });
  }, 20_000);

  it("checks itself: says what is damaged where, and that nothing is", async () => {
    await replicate();
    const sound = await checkVaultFolder(world, "/vault", true);
    expect(sound.text).toMatch(/^1 recovery points, 2 packs; .* 9 blocks and pages verified.*\nNo damage was found\.$/);
    expect(sound.exitCode).toBeUndefined();
    const store = await world.openStore("/vault");
    const [pack] = await store.list("data/");
    await store.delete(pack?.name ?? "");
    const damaged = await checkVaultFolder(world, "/vault", false);
    expect(damaged.text).toContain(`missing    ${pack?.name ?? ""}  (${BLOCKS} blocks or pages lost)`);
    expect(damaged.text).toContain(`disk web: ${BLOCKS * BLOCK_BYTES} bytes lost at 0-${BLOCKS * BLOCK_BYTES - 1}`);
    expect(damaged.exitCode).toBe(7);
  }, 20_000);

  it("says what is missing: the folder, the vault, the passphrase, the point, the disk", async () => {
    const empty = new MemoryStore();
    await createVault({ ...world, openStore: async () => empty }, "/new");
    expect(await empty.list("keys/")).toHaveLength(1);
    await replicate();
    await expect(createVault(world, "/vault")).rejects.toMatchObject({ code: "VaultExists" });
    await expect(listPoints(world, "/nowhere", undefined)).rejects.toMatchObject({ code: "VaultNotFound" });
    await expect(
      listPoints({ ...world, openStore: async () => new MemoryStore() }, "/vault", undefined),
    ).rejects.toMatchObject({ code: "KeyEnvelopeMissing" });
    await expect(
      listPoints({ ...world, passphrase: async () => "another passphrase" }, "/vault", undefined),
    ).rejects.toMatchObject({ code: "WrongPassphrase" });
    await expect(restore("2031")).rejects.toMatchObject({ code: "RecoveryPointNotFound" });
    const wrongDisk = { folder: "/vault", machine: "web", target: "/out/x.vhd", disk: "data", replace: false };
    await expect(restoreDisk(world, { ...wrongDisk, point: undefined })).rejects.toMatchObject({
      code: "DiskNotInRecoveryPoint",
    });
  }, 20_000);
});
