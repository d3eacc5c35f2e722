import { beforeEach, describe, expect, it } from "vitest";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import type { VaultSpace } from "@/lib/engine/vault/vault-space";
import { IMAGE_BLOCKS, vaultCommandWorld } from "@/lib/testing/vault-command-world";
import { forgetPoints } from "./vault-forget-command";
import { listPoints } from "./vault-commands";
import { restoreDisk } from "./vault-restore-command";
import { compactVaultFolder, measureVaultFolder } from "./vault-space-commands";

const HOUR_MS = 3_600_000;
type Made = Awaited<ReturnType<typeof vaultCommandWorld>>;

let made: Made;
beforeEach(async () => {
  made = await vaultCommandWorld();
});

const stats = async () => (await measureVaultFolder(made.world, "/vault")).json as VaultSpace;
const forget = (input: { point?: string; keep?: string }) =>
  forgetPoints(made.world, { folder: "/vault", machine: "web", point: input.point, keep: input.keep });
const namesLeft = async () =>
  ((await listPoints(made.world, "/vault", "web")).json as { name: string }[]).map(({ name }) => name);

describe("the space of a vault folder of one's own", () => {
  it("is counted for the vault and for each machine", async () => {
    await made.replicate();
    made.overwrite(3);
    await made.replicate();
    await made.replicate([], "copy");
    const space = await stats();
    expect(space).toMatchObject({
      points: 3,
      logicalBytes: 3 * IMAGE_BLOCKS * BLOCK_BYTES,
      deduplicatedBytes: (IMAGE_BLOCKS + 1) * BLOCK_BYTES,
      reclaimableBytes: expect.any(Number) as number,
    });
    expect(space.machines.map(({ machineId, points }) => [machineId, points])).toEqual([
      ["copy", 1],
      ["web", 2],
    ]);
    const { text } = await measureVaultFolder(made.world, "/vault");
    expect(text).toContain("3 recovery points of 2 machines.");
    expect(text).toMatch(/^logical +1\.6 MB/m);
    expect(text).toMatch(/^web: 2 recovery points; 0\.5 MB in the newest/m);
  });

  it("comes back when points are forgotten and the vault compacted, twice with the grace between", async () => {
    await made.replicate();
    for (let index = 0; index < IMAGE_BLOCKS; index += 1) made.overwrite(index);
    await made.replicate();
    made.clock.advance(25 * HOUR_MS);
    const before = await stats();
    expect((await forget({ keep: "1" })).json).toMatchObject({ left: 1 });
    await compactVaultFolder(made.world, "/vault");
    expect((await stats()).announcedBytes).toBeGreaterThan(IMAGE_BLOCKS * BLOCK_BYTES);
    made.clock.advance(2 * HOUR_MS);
    const { json, text } = await compactVaultFolder(made.world, "/vault");
    expect(json).toMatchObject({ sweep: { bytesFreed: expect.any(Number) as number } });
    expect(text).toMatch(/MB stored, .* MB before\./);
    expect(before.storedBytes - (await stats()).storedBytes).toBeGreaterThan(IMAGE_BLOCKS * BLOCK_BYTES);
    const restored = await restoreDisk(made.world, {
      ...{ folder: "/vault", machine: "web", target: "/out/web.vhd", disk: undefined, replace: true, point: undefined },
    });
    expect(restored.exitCode).toBeUndefined();
  });

  it("is not touched by a compaction while the packs are young", async () => {
    await made.replicate();
    const before = await stats();
    expect((await compactVaultFolder(made.world, "/vault")).text).toContain("younger than an hour are left alone");
    expect(await stats()).toEqual(before);
  });
});

describe("forgetting recovery points", () => {
  it("takes the one that is named, or all but the newest, and never more than was said", async () => {
    await made.replicate();
    await made.replicate();
    await made.replicate();
    const [oldest = "", middle = "", newest = ""] = await namesLeft();
    await expect(forget({ point: "2" })).rejects.toMatchObject({ code: "RecoveryPointNotOne" });
    await expect(forget({ point: "3" })).rejects.toMatchObject({ code: "RecoveryPointNotFound" });
    for (const bad of [{}, { keep: "0" }, { keep: "1", point: middle }]) await expect(forget(bad)).rejects.toThrow();
    expect(await namesLeft()).toEqual([oldest, middle, newest]);
    expect((await forget({ point: middle })).json).toEqual({ machine: "web", forgotten: [middle], left: 2 });
    expect((await forget({ keep: "5" })).json).toMatchObject({ forgotten: [], left: 2 });
    await forget({ keep: "1" });
    expect(await namesLeft()).toEqual([newest]);
  });
});
