import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { packName, sha256Hex } from "@/lib/engine/vault/object-names";
import type { ObjectStore } from "@/lib/engine/vault/object-store";

/** What every store must do; each implementation's test is a call of this. */
export function objectStoreContract(name: string, make: () => Promise<ObjectStore>): void {
  describe(`${name} keeps the contract of stores`, () => {
    let store: ObjectStore;
    const object = (length = 1_000) => {
      const bytes = randomBytes(length);
      return { bytes, name: packName("data", sha256Hex(bytes)) };
    };
    beforeEach(async () => {
      store = await make();
    });

    it("gives back what was put, whole and in ranges", async () => {
      const { name, bytes } = object();
      await store.put(name, bytes);
      expect(await store.get(name)).toEqual(bytes);
      expect(await store.get(name, { offset: 10, length: 90 })).toEqual(bytes.subarray(10, 100));
      expect(await store.get(name, { offset: 1_000, length: 0 })).toHaveLength(0);
      expect(await store.size(name)).toBe(1_000);
    });

    it("does not keep the caller's buffer", async () => {
      const { name, bytes } = object();
      const original = Buffer.from(bytes);
      await store.put(name, bytes);
      bytes.fill(0);
      expect(await store.get(name)).toEqual(original);
    });

    it("says which object is missing", async () => {
      const { name } = object();
      await expect(store.get(name)).rejects.toMatchObject({ code: "ObjectNotFound" });
      await expect(store.get(name, { offset: 0, length: 1 })).rejects.toMatchObject({ code: "ObjectNotFound" });
      expect(await store.size(name)).toBeNull();
    });

    it("refuses a range that the object does not have, rather than return fewer bytes", async () => {
      const { name, bytes } = object();
      await store.put(name, bytes);
      await expect(store.get(name, { offset: 990, length: 11 })).rejects.toMatchObject({ code: "ObjectTruncated" });
    });

    it("takes the same object again, at the same time too, and shows it once", async () => {
      const { name, bytes } = object();
      await Promise.all([store.put(name, bytes), store.put(name, bytes), store.put(name, bytes)]);
      expect(await store.list("data/")).toMatchObject([{ name, sizeBytes: 1_000 }]);
      expect(await store.get(name)).toEqual(bytes);
    });

    it("repairs an object that is put again", async () => {
      const { name, bytes } = object();
      await store.put(name, bytes.subarray(0, 10));
      await store.put(name, bytes);
      expect(await store.get(name)).toEqual(bytes);
    });

    it("lists by prefix, and nothing where nothing is", async () => {
      const objects = [object(), object(), object(5)];
      for (const { name, bytes } of objects) await store.put(name, bytes);
      await store.put(`index/${"a".repeat(64)}`, Buffer.from("x"));
      const names = (await store.list("data/")).map((stored) => stored.name).sort();
      expect(names).toEqual(objects.map((one) => one.name).sort());
      expect(await store.list("tombstones/")).toEqual([]);
      expect(await store.list("points/machine-1/")).toEqual([]);
    });

    it("deletes, and deleting again is no error", async () => {
      const { name, bytes } = object();
      await store.put(name, bytes);
      await store.delete(name);
      await store.delete(name);
      expect(await store.size(name)).toBeNull();
      expect(await store.list("data/")).toEqual([]);
    });

    it("refuses every name that is not an object's, above all those that leave its folder", async () => {
      const sha = "a".repeat(64);
      const names = [
        "",
        "..",
        "../etc/passwd",
        `data/../../${sha}`,
        `data/aa/${sha}/..`,
        `data/bb/${sha}`,
        `data/aa/${sha}\0`,
        `data/aa/${sha}\n`,
        `/data/aa/${sha}`,
        `points/../20260101T000000000Z-${sha}`,
        `points/./20260101T000000000Z-${sha}`,
        `points/a\\b/20260101T000000000Z-${sha}`,
        `keys/${sha.toUpperCase()}`,
      ];
      for (const bad of names) {
        await expect(store.put(bad, Buffer.from("x")), bad).rejects.toMatchObject({ code: "InvalidObjectName" });
      }
    });
  });
}
