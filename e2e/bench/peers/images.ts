import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { WriteLogWriter } from "@/lib/engine/tracking/write-log";
import { seededRandom } from "@/lib/testing/seeded-random";
import { changeDatabase, DATABASE_NAME, LOG_NAME, logLines, makeStaging, type Staging } from "./staging";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PAGE = 4096;
/** With the database, the log and the file system's own tables: data in 64 % of the disk. */
const FILES_SHARE = 0.515;
const UPGRADED_BYTES = 20 * MIB;
const UPGRADED_FILE_BYTES_MAX = 2 * MIB;
const DELETED_FILES = 400;
const WRITES_IN_PLACE = 300;

export interface PeerImages {
  /** The same disk before and after; both files are called alike in turn, as a real disk would be. */
  readonly before: string;
  readonly after: string;
  /** The same files on a disk of five times the size. */
  readonly sparse: string;
  /** Which blocks differ, as the site's host logs writes. */
  readonly writeLog: string;
  readonly sizeBytes: number;
  readonly sparseBytes: number;
  /** Of `before`, as the file system counts. */
  readonly dataBytes: number;
  readonly fileCount: number;
  readonly changedPages: number;
  readonly changedBlocks: number;
}

/** Needs mkfs.ext4 and debugfs (e2fsprogs) and no root: files come in by `mkfs.ext4 -d`, changes by `debugfs -w`. */
export function makePeerImages(folder: string, sizeBytes: number): PeerImages {
  const staging = makeStaging(path.join(folder, "files"), Math.round(sizeBytes * FILES_SHARE));
  const before = path.join(folder, "before.raw");
  const after = path.join(folder, "after.raw");
  const sparse = path.join(folder, "sparse.raw");
  const sparseBytes = sizeBytes * 5;
  makeFileSystem(before, staging.folder, sizeBytes);
  makeFileSystem(sparse, staging.folder, sparseBytes);
  execFileSync("cp", ["--sparse=always", before, after]);
  changeFileSystem(after, staging, folder);
  const writeLog = path.join(folder, "disk.log");
  const changed = logDifferences(before, after, writeLog);
  fs.rmSync(staging.folder, { recursive: true });
  return {
    ...{ before, after, sparse, writeLog, sizeBytes, sparseBytes, fileCount: staging.files.length },
    dataBytes: fs.statSync(before).blocks * 512,
    ...changed,
  };
}

function makeFileSystem(image: string, from: string, sizeBytes: number): void {
  const id = "5ec0d517-0000-4000-8000-000000000001";
  const extended = `hash_seed=${id},lazy_itable_init=0,lazy_journal_init=0`;
  execFileSync(
    "mkfs.ext4",
    ["-q", "-F", "-U", id, "-E", extended, "-d", from, image, `${String(sizeBytes / 1024)}k`],
    toolOptions,
  );
}

/** e2fsprogs is often installed outside of an ordinary user's path. */
const toolOptions = { env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } };

function changeFileSystem(image: string, staging: Staging, folder: string): void {
  // By name, so that what is upgraded and deleted lies together, as packages do.
  const files = [...staging.files].sort((one, other) => (one.name < other.name ? -1 : 1));
  const small = files.filter(({ sizeBytes }) => sizeBytes < UPGRADED_FILE_BYTES_MAX);
  const upgradeable = small.slice(Math.floor(small.length / 2));
  const commands: string[] = [];
  const upgrade = path.join(folder, "upgrade");
  fs.mkdirSync(upgrade);
  for (let total = 0; total < UPGRADED_BYTES;) {
    const file = upgradeable.shift();
    if (file === undefined) break;
    const newer = path.join(upgrade, String(commands.length));
    fs.writeFileSync(newer, upgraded(fs.readFileSync(path.join(staging.folder, file.name))));
    // As package managers do: the new file beside the old one, then the old one goes.
    commands.push(`write ${newer} ${file.name}.new`, `rm ${file.name}`);
    total += file.sizeBytes;
  }
  const log = path.join(upgrade, "log");
  fs.writeFileSync(log, logLines(2, 3 * MIB));
  commands.push(`write ${log} ${LOG_NAME}.1`);
  for (const { name } of small.slice(0, DELETED_FILES)) commands.push(`rm ${name}`);
  const script = path.join(folder, "changes");
  fs.writeFileSync(script, commands.join("\n"));
  execFileSync("debugfs", ["-w", "-f", script, image], { ...toolOptions, stdio: "pipe", maxBuffer: GIB });
  // These were neither upgraded nor deleted.
  writeInPlace(image, staging, files.slice(-WRITES_IN_PLACE));
  fs.rmSync(upgrade, { recursive: true });
}

/** Another build of the same program: a few bytes longer at its beginning, and different here and there. */
function upgraded(content: Buffer): Buffer {
  const newer = Buffer.concat([Buffer.from("build 2;"), content]);
  for (let at = 0; at < newer.length; at += 9_000) newer[at] = (newer[at] ?? 0) ^ 0x55;
  return newer;
}

/** The database's own writes, and one page in each of some files, at the blocks that the file system gave them. */
function writeInPlace(image: string, staging: Staging, files: readonly { name: string }[]): void {
  const handle = fs.openSync(image, "r+");
  const old = fs.readFileSync(staging.database);
  changeDatabase(staging.database);
  const changed = fs.readFileSync(staging.database);
  if (old.length !== changed.length) throw new Error("the database has grown: its pages cannot be changed in place");
  const blocks = blocksOf(image, [DATABASE_NAME, ...files.map(({ name }) => name)]);
  const own = blocks[0] ?? [];
  for (let at = 0; at < old.length; at += PAGE) {
    const page = changed.subarray(at, at + PAGE);
    if (!page.equals(old.subarray(at, at + PAGE))) fs.writeSync(handle, page, 0, PAGE, (own[at / PAGE] ?? 0) * PAGE);
  }
  const random = seededRandom(8);
  for (const list of blocks.slice(1)) {
    const block = list[random.bytes(4).readUInt32LE() % Math.max(1, list.length)];
    if (block !== undefined) fs.writeSync(handle, random.bytes(PAGE), 0, PAGE, block * PAGE);
  }
  fs.closeSync(handle);
}

/** For each file its blocks in the image, in the file's order. */
function blocksOf(image: string, names: readonly string[]): number[][] {
  const script = `${image}.blocks`;
  fs.writeFileSync(script, names.map((name) => `blocks ${name}`).join("\n"));
  const output = execFileSync("debugfs", ["-f", script, image], {
    ...toolOptions,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: GIB,
  });
  fs.rmSync(script);
  // Each command is echoed, then answered on a line of its own.
  return output
    .split(/^debugfs: blocks .*$/m)
    .slice(1)
    .map((answer) => (answer.match(/\d+/g) ?? []).map(Number));
}

/** What a host's write log would name, and how much that is. */
function logDifferences(before: string, after: string, log: string): { changedPages: number; changedBlocks: number } {
  const sizeBytes = fs.statSync(before).size;
  const writer = new WriteLogWriter(nodeFileSystem, log, 1, sizeBytes);
  const [a, b] = [fs.openSync(before, "r"), fs.openSync(after, "r")];
  const [left, right] = [Buffer.alloc(MIB), Buffer.alloc(MIB)];
  let changedPages = 0;
  for (let at = 0; at < sizeBytes; at += MIB) {
    fs.readSync(a, left, 0, MIB, at);
    fs.readSync(b, right, 0, MIB, at);
    if (left.equals(right)) continue;
    for (let page = 0; page < MIB; page += PAGE) {
      if (left.compare(right, page, page + PAGE, page, page + PAGE) === 0) continue;
      changedPages += 1;
      writer.append(at + page, PAGE);
    }
  }
  for (const handle of [a, b]) fs.closeSync(handle);
  writer.sync();
  writer.close();
  return { changedPages, changedBlocks: writer.blocks.count };
}
