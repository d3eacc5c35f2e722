import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { readVault } from "@/lib/testing/stranger/read-vault.mjs";
import type { VaultFixture } from "@/lib/testing/vault-fixture";
import { isZeroBlock } from "../blocks/block-hasher";
import { rootOfDisk } from "../blocks/disk-root";
import { openKeyEnvelope } from "../keys/key-envelope";
import { checkPoint } from "./check-point";
import { checkVault } from "./check-vault";
import { openPoint } from "./open-point";
import { isSound } from "./vault-check";
import { openVaultReader, treeOfDisk } from "./vault-reader";

/** Written by scripts/write-vault-fixture.mjs, one whenever the format gains something; never altered. */
const VERSIONS = ["vault-v1.json", "vault-v1-groups.json"];

describe.each(VERSIONS)("a vault written by a released version (%s)", (file) => {
  const fixture = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "fixtures", file), "utf8")) as VaultFixture;
  const objects = new Map(
    Object.entries(fixture.objects).map(([name, text]) => [
      name,
      { bytes: Buffer.from(text, "base64"), modifiedAt: new Date(0) },
    ]),
  );
  const store = new MemoryStore(objects);
  const envelope = async () => {
    const [object] = await store.list("keys/");
    if (object === undefined) throw new Error("the fixture has an envelope");
    return { name: object.name, bytes: await store.get(object.name) };
  };

  it("opens with its passphrase, and every point is whole and has its roots", async () => {
    const keys = await openKeyEnvelope(await envelope(), fixture.passphrase);
    for (const [at, name] of [fixture.first, fixture.second].entries()) {
      const context = { machine: "MACHINE-1", point: name };
      const vault = await openVaultReader(store, keys);
      expect((await checkPoint(vault, name, context)).problem).toBeNull();
      const point = await openPoint(store, keys, name, context);
      expect(Object.fromEntries(point.disks.map(({ diskId, root }) => [diskId, root]))).toEqual(fixture.roots[at]);
    }
  });

  it("passes a check of all its data, envelope included", async () => {
    const keys = await openKeyEnvelope(await envelope(), fixture.passphrase);
    const expectedPoints = [fixture.first, fixture.second];
    const check = await checkVault({ store, keys, read: "all", expectedPoints, expectEnvelope: true });
    expect(isSound(check)).toBe(true);
    expect(check.blobsVerified).toBeGreaterThan(5);
  });

  it("is read by a stranger's program that was written from the format's description alone", async () => {
    const bytes = new Map([...objects].map(([name, object]) => [name, object.bytes]));
    const points = await readVault(bytes, fixture.passphrase);
    expect(points.map(({ name }) => name).sort()).toEqual([fixture.first, fixture.second].sort());
    for (const point of points) {
      const disks = new Map<string, ModelDisk>();
      for (const disk of point.disks) {
        const model = new ModelDisk(disk.virtualSizeBytes);
        for (const [index, block] of disk.blocks) model.setBlock(index, block);
        disks.set(disk.diskId, model);
      }
      // The product restores the same bytes.
      const keys = await openKeyEnvelope(await envelope(), fixture.passphrase);
      await checkRestores(store, point.name, disks, keys);
    }
    const altered = new Map(bytes);
    const [pack] = [...bytes].filter(([name]) => name.startsWith("data/"));
    altered.set(pack?.[0] ?? "", Buffer.from(pack?.[1] ?? []).fill(0, 100, 101));
    await expect(readVault(altered, fixture.passphrase)).rejects.toThrow(/SHA-256/);
  });

  it.runIf(file === "vault-v1.json")("restores the disks that were replicated into it", async () => {
    const keys = await openKeyEnvelope(await envelope(), fixture.passphrase);
    const data = new ModelDisk(512 * 9);
    data.setBlock(0, selfIdentifyingBlock(2, 0, 1));
    expect((await rootOfDisk(data, keys)).root.toString("hex")).toBe(fixture.roots[0]?.["data"]);
    const context = { machine: "MACHINE-1", point: fixture.second };
    const vault = await openVaultReader(store, keys);
    const point = await openPoint(store, keys, fixture.second, context);
    const os = new ModelDisk(65 * 1024 * 1024 + 512);
    for (const index of [0, 3, 1040]) os.setBlock(index, selfIdentifyingBlock(1, index, index === 3 ? 2 : 1));
    // Block 7 is noise; it comes from the vault itself, and the root below says whether it is right.
    const disk = point.disks.find(({ diskId }) => diskId === "os");
    if (disk === undefined) throw new Error("the point has the disk");
    const { tree } = treeOfDisk(vault, disk, context);
    const page = await tree.page(1, 0);
    if (page === null) throw new Error("the first page holds blocks");
    await vault.blobs.blocks([{ id: page.subarray(7 * 32, 8 * 32), blockIndex: 7 }], context, (index, block) => {
      expect(isZeroBlock(block)).toBe(false);
      os.setBlock(index, block);
    });
    expect((await rootOfDisk(os, keys)).root.toString("hex")).toBe(fixture.roots[1]?.["os"]);
    await checkRestores(
      store,
      fixture.second,
      new Map([
        ["os", os],
        ["data", data],
      ]),
      keys,
    );
  });
});
