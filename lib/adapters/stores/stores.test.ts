import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packName, sha256Hex } from "@/lib/engine/vault/object-names";
import { MemoryStore } from "@/lib/testing/memory-store";
import { objectStoreContract } from "@/lib/testing/object-store-contract";
import { nodeFolderFiles } from "./folder-files";
import { FolderStore } from "./folder-store";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-store-"));
});
afterAll(async () => {
  await fs.rm(folder, { recursive: true });
});

objectStoreContract("the memory store", async () => new MemoryStore());
objectStoreContract("the folder store", () => FolderStore.open(path.join(folder, `vault-${count++}`)));

describe("the folder store", () => {
  it("shows nothing of an object that was being written when the process died", async () => {
    const root = path.join(folder, "died");
    const bytes = Buffer.from("whole");
    const name = packName("data", sha256Hex(bytes));
    const store = await FolderStore.open(root);
    await fs.writeFile(path.join(root, ".incoming", "torn"), "who");
    expect(await store.list("")).toEqual([]);
    await store.put(name, bytes);
    expect((await store.list("")).map((object) => object.name)).toEqual([name]);
  });

  it("clears away old leftovers when it opens, and leaves young ones to whoever is writing them", async () => {
    const root = path.join(folder, "leftovers");
    await FolderStore.open(root);
    const incoming = path.join(root, ".incoming");
    await fs.writeFile(path.join(incoming, "old"), "x");
    await fs.writeFile(path.join(incoming, "young"), "x");
    await fs.utimes(path.join(incoming, "old"), new Date(0), new Date(0));
    await FolderStore.open(root);
    expect(await fs.readdir(incoming)).toEqual(["young"]);
  });

  it("explains a disk that fails when it is opened, as it does for every other call", async () => {
    const failing = {
      ...nodeFolderFiles,
      filesBelow: () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })),
    };
    const opening = FolderStore.open(path.join(folder, "failing"), failing);
    await expect(opening).rejects.toMatchObject({ code: "StorageFailed" });
  });

  it("is readable by its owner only", async () => {
    const root = path.join(folder, "private");
    const store = await FolderStore.open(root);
    const name = `keys/${"a".repeat(64)}`;
    await store.put(name, Buffer.from("x"));
    expect((await fs.stat(root)).mode & 0o077).toBe(0);
    expect((await fs.stat(path.join(root, name))).mode & 0o077).toBe(0);
  });

  it("sees what another process put or deleted meanwhile", async () => {
    const root = path.join(folder, "shared");
    const [one, other] = [await FolderStore.open(root), await FolderStore.open(root)];
    const name = `index/${"b".repeat(64)}`;
    await one.put(name, Buffer.from("x"));
    expect(await other.get(name)).toEqual(Buffer.from("x"));
    await other.delete(name);
    await expect(one.get(name)).rejects.toMatchObject({ code: "ObjectNotFound" });
  });
});
