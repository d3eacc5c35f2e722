import { execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import { connect, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ModelDisk, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { seededRandom } from "@/lib/testing/seeded-random";
import type { GuestDisk } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { NbdServer } from "./nbd-server";
import { OPTION_MAGIC, REQUEST_MAGIC } from "./nbd-protocol";

const run = promisify(execFile);
const without = spawnSync("qemu-img", ["--version"]).error !== undefined;
if (without) console.log("skipping NBD against qemu-img and qemu-io: install Debian's package qemu-utils");

const MIB = 1024 * 1024;
const SIZE = 64 * MIB + 512 * 3;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-nbd-"));
const servers: NbdServer[] = [];
let count = 0;
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.close()))));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Sector by sector in memory, with a fetch that takes a moment where `slow` says so. */
class SectorDisk implements GuestDisk {
  readonly virtualSizeBytes = SIZE;
  readonly bytes = Buffer.alloc(SIZE);
  syncs = 0;
  fault: Fault | null = null;
  slow = false;
  prepare(): Promise<void> | null {
    return this.slow ? new Promise((resolve) => setTimeout(resolve, 2)) : null;
  }
  read(offset: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(offset, offset + into.length));
  }
  write(offset: number, bytes: Uint8Array): void {
    if (this.fault) throw this.fault;
    this.bytes.set(bytes, offset);
  }
  sync(): void {
    this.syncs += 1;
  }
}

async function serve(disk: GuestDisk): Promise<{ socketPath: string; url: string; failures: unknown[] }> {
  const failures: unknown[] = [];
  const server = new NbdServer(disk, { onAccessFailed: (cause) => failures.push(cause) });
  servers.push(server);
  const socketPath = path.join(folder, `${(count += 1)}.sock`);
  await server.listen(socketPath);
  return { socketPath, url: `nbd+unix:///disk?socket=${socketPath}`, failures };
}

function sampled(): SectorDisk {
  const disk = new SectorDisk();
  const model = new ModelDisk(SIZE);
  for (const index of [0, 3, 700, 1023, 1024]) model.setBlock(index, selfIdentifyingBlock(1, index, 1));
  for (const [index, block] of model.blocks) disk.bytes.set(block.subarray(0, SIZE - index * 65_536), index * 65_536);
  return disk;
}

describe.skipIf(without)("a disk over NBD, as qemu's tools see it", () => {
  it("has the exact size and content, also when its reads wait", async () => {
    const disk = sampled();
    disk.slow = true;
    const { url } = await serve(disk);
    const info = JSON.parse((await run("qemu-img", ["info", "--output=json", "-f", "raw", url])).stdout) as object;
    expect(info).toMatchObject({ "virtual-size": SIZE });
    const copy = path.join(folder, "copy.raw");
    await run("qemu-img", ["convert", "-f", "raw", "-O", "raw", url, copy]);
    expect(fs.readFileSync(copy).equals(disk.bytes)).toBe(true);
  });

  it("takes writes, flushes, and answers an error for what it cannot write", async () => {
    const disk = sampled();
    const { url, failures } = await serve(disk);
    const io = (...commands: string[]) =>
      run("qemu-io", ["-f", "raw", "-t", "writeback", ...commands.flatMap((command) => ["-c", command]), url]);
    await io("write -P 0xab 1M 192k", "write -f -P 0xcd 512 1k", "flush", "read -P 0xab 1M 192k");
    expect(disk.bytes.subarray(MIB, MIB + 192 * 1024).every((byte) => byte === 0xab)).toBe(true);
    expect(disk.bytes.subarray(512, 1536).every((byte) => byte === 0xcd)).toBe(true);
    expect(disk.syncs).toBeGreaterThanOrEqual(2);
    disk.fault = new Fault({ code: "StorageFull", message: "full", possibleCauses: "-", recommendedAction: "-" });
    const failed = await io("write -P 1 0 4k").then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    expect(failed).toMatch(/No space left/);
    expect(failures).toEqual([disk.fault]);
  });

  it("stops reaching the disk at the instant of closing", async () => {
    const disk = sampled();
    const { url } = await serve(disk);
    const writing = run("qemu-io", ["-f", "raw", "-c", "write -P 7 0 60M", "-c", "write -P 8 0 60M", url]);
    writing.catch(() => undefined);
    while (disk.bytes[0] !== 7) await new Promise((resolve) => setTimeout(resolve, 1));
    const closing = servers.splice(0).map((server) => server.close());
    const then = Buffer.from(disk.bytes);
    await Promise.all(closing);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(disk.bytes.equals(then)).toBe(true);
  });
});

function talk(socketPath: string, bytes: Buffer): Promise<{ heard: Buffer; socket: Socket }> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const heard: Buffer[] = [];
    socket.on("data", (piece) => heard.push(piece));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ heard: Buffer.concat(heard), socket }));
    socket.write(bytes);
    setTimeout(() => socket.end(), 20);
  });
}

function greeting(...rest: Buffer[]): Buffer {
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(3);
  const option = Buffer.alloc(16);
  option.writeBigUInt64BE(OPTION_MAGIC, 0);
  option.writeUInt32BE(1, 8);
  return Buffer.concat([flags, option, ...rest]);
}

function request(command: number, offset: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32BE(REQUEST_MAGIC, 0);
  bytes.writeUInt16BE(command, 6);
  bytes.writeBigUInt64BE(offset, 16);
  bytes.writeUInt32BE(length, 24);
  return bytes;
}

describe("an NBD server that is sent anything at all", () => {
  it("refuses what lies outside the disk, unaligned, unknown or too large, and serves the next client", async () => {
    const disk = sampled();
    const { socketPath, failures } = await serve(disk);
    const before = Buffer.from(disk.bytes);
    const errorOf = async (bytes: Buffer) =>
      (await talk(socketPath, greeting(bytes))).heard.subarray(28).readUInt32BE(4);
    expect(await errorOf(request(0, BigInt(SIZE), 512))).toBe(22);
    expect(await errorOf(request(0, 0xffff_ffff_ffff_fe00n, 512))).toBe(22);
    expect(await errorOf(request(0, 100n, 512))).toBe(22);
    expect(await errorOf(request(0, 0n, 100))).toBe(22);
    expect(await errorOf(request(4, 0n, 512))).toBe(22);
    expect((await talk(socketPath, greeting(request(0, 0n, 0xffff_fe00)))).heard.length).toBe(28);
    expect((await talk(socketPath, greeting(request(1, 0n, 0xffff_fe00)))).heard.length).toBe(28);
    expect((await talk(socketPath, greeting(request(0, 0n, 512)))).heard.subarray(28 + 16)).toEqual(
      disk.bytes.subarray(0, 512),
    );
    expect(disk.bytes.equals(before)).toBe(true);
    expect(failures).toEqual([]);
  });

  it("survives garbage at every stage of the conversation", async () => {
    const disk = sampled();
    const { socketPath, failures } = await serve(disk);
    const before = Buffer.from(disk.bytes);
    const random = seededRandom(5);
    const valid = [greeting(), request(0, 0n, 512), request(3, 0n, 0), request(0, 65_536n, 65_536)];
    await Promise.all(
      Array.from({ length: 150 }, (_, seed) => {
        const prefix = Buffer.concat(valid.slice(0, seed % 5));
        const junk = random.bytes(1 + (seed % 90));
        if (seed % 3 === 0 && prefix.length > 0) {
          const at = random.bytes(1).readUInt8() % prefix.length;
          prefix.writeUInt8(prefix.readUInt8(at) ^ 0x41, at);
        }
        return talk(socketPath, Buffer.concat([prefix, junk]));
      }),
    );
    expect(failures).toEqual([]);
    expect(disk.bytes.equals(before)).toBe(true);
    expect((await talk(socketPath, greeting(request(0, 0n, 512)))).heard.length).toBe(28 + 16 + 512);
  });
});
