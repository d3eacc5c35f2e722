import { randomBytes } from "node:crypto";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packName, sha256Hex } from "@/lib/engine/vault/object-names";
import { Azurite } from "@/lib/testing/azurite";
import { objectStoreContract } from "@/lib/testing/object-store-contract";
import { AzureBlobStore, tryContainer } from "./azure-blob-store";

let azurite: Azurite;
beforeAll(async () => {
  azurite = await Azurite.start();
}, 30_000);
afterAll(() => azurite.remove());

objectStoreContract("the Azure Blob store", () => AzureBlobStore.open(azurite.location()));

const object = (length: number) => {
  const bytes = randomBytes(length);
  return { bytes, name: packName("data", sha256Hex(bytes)) };
};

describe("the Azure Blob store", () => {
  it("stores a pack of several blocks as one blob, and vaults in one container do not see each other", async () => {
    const location = azurite.location();
    const [one, other] = [
      await AzureBlobStore.open(location),
      await AzureBlobStore.open({ ...location, prefix: "vaults/v2/" }),
    ];
    const { name, bytes } = object(8 * 1024 * 1024);
    await one.put(name, bytes);
    expect((await one.get(name)).equals(bytes)).toBe(true);
    expect(await other.list("")).toEqual([]);
  });

  it("shows nothing of a pack whose upload was cut off, and takes it again", async () => {
    const location = azurite.location();
    const { name, bytes } = object(10 * 1024 * 1024);
    const cut = await cuttingProxy(azurite.port, 5 * 1024 * 1024);
    const store = await AzureBlobStore.open(
      { ...location, endpoint: azurite.location({ port: cut.port }).endpoint },
      { maxTries: 1 },
    );
    await expect(store.put(name, bytes)).rejects.toMatchObject({ code: "StorageNotReachable", retryable: true });
    const direct = await AzureBlobStore.open(location);
    expect(await direct.size(name)).toBeNull();
    expect(await direct.list("")).toEqual([]);
    cut.heal();
    await store.put(name, bytes);
    expect((await direct.get(name)).equals(bytes)).toBe(true);
    cut.close();
  });

  it("names what is wrong: the key, the address", async () => {
    await tryContainer(azurite.location());
    const location = azurite.location();
    const wrongKey = { ...location, accountKey: randomBytes(64).toString("base64") };
    await expect(AzureBlobStore.open(wrongKey, { maxTries: 1 })).rejects.toMatchObject({
      code: "StorageAccessRefused",
    });
    const nowhere = azurite.location({ port: 1 });
    await expect(AzureBlobStore.open(nowhere, { maxTries: 1 })).rejects.toMatchObject({ code: "StorageNotReachable" });
  });
});

/** Passes everything on until `budgetBytes` went up; then cuts every connection, until it is healed. */
async function cuttingProxy(target: number, budgetBytes: number) {
  let left = budgetBytes;
  const server = net.createServer((socket) => {
    const upstream = net.connect(target, "127.0.0.1");
    const end = () => {
      socket.destroy();
      upstream.destroy();
    };
    socket.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) return end();
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => socket.write(chunk));
    for (const one of [socket, upstream]) one.on("error", end).on("close", end);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heal: () => (left = Infinity),
    close: () => server.close(),
  };
}
