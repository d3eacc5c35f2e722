import Database from "better-sqlite3";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { seededRandom } from "@/lib/testing/seeded-random";

const MIB = 1024 * 1024;
const FILE_BYTES_MAX = 64 * MIB;
const DATABASE_ROWS = 300_000;
const SPARE_ROWS = 40_000;
const LOG_BYTES = 24 * MIB;

export interface Staging {
  readonly folder: string;
  /** Paths inside the image, of this machine's own files. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly database: string;
}

export const DATABASE_NAME = "/srv/orders.sqlite";
export const LOG_NAME = "/var/log/application.log";

/**
 * What a server's disk holds: a share of this machine's own /usr (every file whose name's hash says so, so that the choice is the
 * same each time), a database, a log. Files are linked where that is possible, so this takes little space.
 */
export function makeStaging(folder: string, fileBytes: number): Staging {
  const chosen = chooseFiles(fileBytes);
  for (const { source, name } of chosen) place(source, path.join(folder, name));
  const database = path.join(folder, DATABASE_NAME);
  fs.mkdirSync(path.dirname(database), { recursive: true });
  makeDatabase(database);
  fs.mkdirSync(path.join(folder, path.dirname(LOG_NAME)), { recursive: true });
  fs.writeFileSync(path.join(folder, LOG_NAME), logLines(1, LOG_BYTES));
  return { folder, files: chosen.map(({ name, sizeBytes }) => ({ name, sizeBytes })), database };
}

function chooseFiles(fileBytes: number): { source: string; name: string; sizeBytes: number }[] {
  const all = fs
    .readdirSync("/usr", { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    // debugfs, which makes the changes, reads names separated by blanks.
    .filter((source) => !/[\s"]/.test(source))
    .map((source) => ({ source, name: source, sizeBytes: fs.statSync(source).size }))
    .filter(({ sizeBytes }) => sizeBytes > 0 && sizeBytes <= FILE_BYTES_MAX);
  const order = (name: string) => createHash("sha256").update(name).digest("hex");
  const shuffled = all.map((file) => ({ ...file, key: order(file.name) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = [];
  let total = 0;
  for (const file of shuffled) {
    if (total + file.sizeBytes > fileBytes) continue;
    total += file.sizeBytes;
    chosen.push(file);
  }
  return chosen;
}

function place(source: string, target: string): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  try {
    fs.linkSync(source, target);
  } catch {
    // Another file system, or links to files of others are not allowed.
    fs.copyFileSync(source, target);
  }
}

/** About 90 MB with free pages at its end, so that later rows change its pages and not its size. */
function makeDatabase(file: string): void {
  const database = new Database(file);
  const random = seededRandom(42);
  database.pragma("journal_mode = off");
  database.pragma("synchronous = off");
  database.exec(`create table orders (id integer primary key, customer text, item text, note text, cents integer);
    create index orders_customer on orders (customer)`);
  insertOrders(database, 1, DATABASE_ROWS + SPARE_ROWS, random.bytes(4).readUInt32LE());
  database.exec(`delete from orders where id > ${String(DATABASE_ROWS)}`);
  database.close();
}

/** What the day brings: rows updated where they are, and new ones into free pages. */
export function changeDatabase(file: string): void {
  const database = new Database(file);
  database.pragma("journal_mode = off");
  const update = database.prepare("update orders set cents = cents + 1 where id = ?");
  const random = seededRandom(43);
  database.transaction(() => {
    for (let turn = 0; turn < 8_000; turn += 1) {
      // Orders of the last days, as people change them.
      update.run(DATABASE_ROWS - (random.bytes(4).readUInt32LE() % (DATABASE_ROWS / 4)));
    }
  })();
  insertOrders(database, DATABASE_ROWS + 1, SPARE_ROWS / 8, 44);
  database.close();
}

function insertOrders(database: Database.Database, first: number, count: number, seed: number): void {
  const insert = database.prepare("insert into orders values (?, ?, ?, ?, ?)");
  database.transaction(() => {
    for (let at = 0; at < count; at += 1) {
      const mixed = createHash("md5")
        .update(`${String(seed)} ${String(at)}`)
        .digest("hex");
      const customer = `customer ${String(Number.parseInt(mixed.slice(0, 6), 16) % 50_000)}`;
      insert.run(
        first + at,
        customer,
        `article ${mixed.slice(0, 8)} in size ${mixed.slice(8, 10)}`,
        `delivered to door ${mixed}, signed by ${mixed.slice(16)} on behalf of ${customer}; no complaint was made about it`,
        Number.parseInt(mixed.slice(6, 12), 16),
      );
    }
  })();
}

export function logLines(seed: number, bytes: number): string {
  const lines: string[] = [];
  let total = 0;
  for (let at = 0; total < bytes; at += 1) {
    const mixed = createHash("md5")
      .update(`log ${String(seed)} ${String(at)}`)
      .digest("hex");
    const line =
      `2026-03-0${String(1 + (at % 9))}T12:${mixed.slice(0, 2)} INFO worker-${mixed.slice(2, 3)} ` +
      `request /orders/${mixed.slice(3, 9)} took ${String(Number.parseInt(mixed.slice(9, 12), 16))} us, ` +
      `status 200, trace ${mixed}\n`;
    lines.push(line);
    total += line.length;
  }
  return lines.join("");
}
