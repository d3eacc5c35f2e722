import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createReplicaFolders } from "./replica-folders";

let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), "replicas-"));
});
afterEach(() => fs.rm(root, { recursive: true }));

const owner = { itemId: "item-1", jobId: "0123456789", machineName: "CONTOSO-SQL" };

test("a folder is made, listed and removed, and the removal can be repeated", async () => {
  const folders = createReplicaFolders(root);
  const folder = await folders.make("contoso", owner);
  await fs.writeFile(path.join(folder, "os.vhd"), "x");
  expect(await folders.list(folder)).toEqual(["os.vhd"]);
  await folders.remove(folder, owner);
  expect(await folders.list(folder)).toEqual([]);
  await folders.remove(folder, owner);
});

test("a folder of another machine, without a mark, or outside the accounts is never deleted", async () => {
  const folders = createReplicaFolders(root);
  const folder = await folders.make("contoso", owner);
  await expect(folders.remove(folder, { itemId: "item-2" })).rejects.toMatchObject({ code: "NotOurs" });
  await fs.writeFile(path.join(folder, "os.vhd"), "x");
  await fs.rm(path.join(folder, ".secondsite-owner.json"));
  await expect(folders.remove(folder, owner)).rejects.toMatchObject({ code: "NotOurs" });
  await expect(folders.remove(path.join(root, "..", "elsewhere"), owner)).rejects.toMatchObject({ code: "NotOurs" });
});

test("a folder whose making was interrupted is removed without a mark; one that holds anything else is not", async () => {
  const folders = createReplicaFolders(root);
  const folder = await folders.placeOf("contoso", owner);
  await folders.remove(folder, owner);
  await fs.mkdir(folder, { recursive: true });
  await fs.writeFile(path.join(folder, ".secondsite-owner.json.new"), '{"item');
  await folders.remove(folder, owner);
  expect(await fs.readdir(path.dirname(folder))).toEqual([]);
  await fs.mkdir(folder);
  await fs.writeFile(path.join(folder, "somebody.vhd"), "x");
  await expect(folders.remove(folder, owner)).rejects.toMatchObject({ code: "NotOurs" });
  await fs.writeFile(path.join(folder, ".secondsite-owner.json"), "torn");
  await expect(folders.remove(folder, owner)).rejects.toMatchObject({ code: "NotOurs" });
});

test("what the operating system refuses is said with cause and cure", async () => {
  const folders = createReplicaFolders(root);
  await fs.writeFile(path.join(root, "contoso"), "a file where the account should be");
  await expect(folders.make("contoso", owner)).rejects.toMatchObject({
    name: expect.stringContaining("Fault") as string,
    recommendedAction: expect.stringMatching(/./) as string,
  });
});

test("the free space of an account is that of its disk, also before the account has a folder", async () => {
  const folders = createReplicaFolders(root);
  const { bavail, bsize } = await fs.statfs(root);
  const near = (bytes: number) => Math.abs(bytes - bavail * bsize) < 2 ** 30;
  expect(near(await folders.freeBytes("contoso"))).toBe(true);
  await folders.make("contoso", owner);
  expect(near(await folders.freeBytes("CONTOSO"))).toBe(true);
  const gone = createReplicaFolders(path.join(root, "gone"));
  await expect(gone.freeBytes("contoso")).rejects.toMatchObject({ recommendedAction: expect.stringMatching(/./) });
});
