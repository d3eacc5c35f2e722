import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeAutomationRepositories } from "@/lib/testing/automation-repositories-contract";
import { describeJobStore } from "@/lib/testing/job-store-contract";
import { describeRepositories } from "@/lib/testing/repositories-contract";
import { sampleVault } from "@/lib/testing/sample-entities";
import { ControlDatabase } from "./database";
import { createSqliteJobStore } from "./job-store";
import { migrateDatabase } from "./migrate";
import { createSqliteRepositories } from "./repositories";

const schemaFolder = path.resolve(import.meta.dirname, "../../../prisma");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "persistence-"));
const template = path.join(folder, "template.db");
let count = 0;

beforeAll(() => migrateDatabase(template, schemaFolder));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A migrated database of one's own; copying one is much faster than migrating it. */
async function openDatabase() {
  const file = path.join(folder, `${count++}.db`);
  fs.copyFileSync(template, file);
  return { file, database: await ControlDatabase.open(file) };
}

const openRepositories = async () => {
  const { database } = await openDatabase();
  return { repositories: createSqliteRepositories(database), close: () => database.close() };
};
describeRepositories("SQLite", openRepositories);
describeAutomationRepositories("SQLite", openRepositories);

describeJobStore("SQLite", async () => {
  const { database } = await openDatabase();
  return { store: createSqliteJobStore(database), close: () => database.close() };
});

describe("the database", () => {
  it("writes through to the medium at each commit, on every connection", async () => {
    const { database } = await openDatabase();
    for (const client of [(sql: string) => database.read.$queryRawUnsafe(sql), write]) {
      expect(await client("PRAGMA synchronous")).toEqual([{ synchronous: 2n }]);
      expect(await client("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
      expect(await client("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1n }]);
    }
    await database.close();
    function write(sql: string) {
      return database.write((db) => db.$queryRawUnsafe(sql));
    }
  });

  it("keeps a write that was answered while another's transaction is open and then undone", async () => {
    const { database } = await openDatabase();
    const { vaults } = createSqliteRepositories(database);
    await vaults.insert(sampleVault());
    let undo = () => {};
    const undone = database
      .transaction(async (db) => {
        await db.vault.update({ where: { id: "vault-1" }, data: { state: "Failed" } });
        await new Promise<void>((resolve) => (undo = resolve));
        throw new Error("undone");
      })
      .catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await vaults.get("vault-1"))?.state).toBe("Active");
    const written = vaults.insert(sampleVault({ id: "vault-2", name: "second" }));
    undo();
    expect(await undone).toBe("undone");
    await written;
    expect((await vaults.get("vault-2"))?.name).toBe("second");
    await database.close();
  });

  it("lets the next writer write after one has failed", async () => {
    const { database } = await openDatabase();
    const { vaults } = createSqliteRepositories(database);
    await Promise.allSettled([vaults.insert(sampleVault()), vaults.insert(sampleVault()), vaults.delete("nobody")]);
    await vaults.insert(sampleVault({ id: "v2", name: "v2" }));
    expect(await vaults.get("v2")).not.toBeNull();
    await database.close();
  });

  it("says StorageFull when the medium is full, and goes on when there is room again", async () => {
    const { database } = await openDatabase();
    const { vaults } = createSqliteRepositories(database);
    const pages = await database.write((db) => db.$queryRawUnsafe<{ page_count: bigint }[]>("PRAGMA page_count"));
    await database.write((db) => db.$queryRawUnsafe(`PRAGMA max_page_count = ${pages[0]?.page_count}`));
    const big = sampleVault({ tags: { much: "x".repeat(1_000_000) } });
    await expect(vaults.insert(big)).rejects.toMatchObject({ code: "StorageFull", retryable: true });
    await database.write((db) => db.$queryRawUnsafe("PRAGMA max_page_count = 1000000"));
    await vaults.insert(big);
    await database.close();
  });
});

describe("migrations", () => {
  it("do nothing at the second start, and make a file that only its owner may read", async () => {
    const file = path.join(folder, "fresh.db");
    expect((await migrateDatabase(file, schemaFolder)).applied.length).toBeGreaterThan(0);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(await migrateDatabase(file, schemaFolder)).toEqual({ applied: [] });
    expect(fs.readdirSync(folder).filter((name) => name.includes("migrating"))).toEqual([]);
  });

  it("begin with a copy of the build's template, unless that is of another version, missing or damaged", async () => {
    const copied = path.join(folder, "copied.db");
    const { applied } = await migrateDatabase(copied, schemaFolder, template);
    expect(applied.length).toBeGreaterThan(5);
    expect(fs.readFileSync(copied).equals(fs.readFileSync(template))).toBe(true);
    expect(fs.statSync(copied).mode & 0o777).toBe(0o600);
    expect(await migrateDatabase(copied, schemaFolder, template)).toEqual({ applied: [] });
    const newer = schemaWith(fs.readdirSync(path.join(schemaFolder, "migrations")).filter(isFolder));
    addMigration(newer, "99999999999999_more", 'CREATE TABLE "More" ("id" TEXT NOT NULL PRIMARY KEY);');
    const made = await migrateDatabase(path.join(folder, "with-more.db"), newer, template);
    expect(made.applied).toContain("99999999999999_more");
    const damaged = path.join(folder, "damaged-template.db");
    fs.writeFileSync(damaged, "no database");
    for (const [index, unusable] of [damaged, path.join(folder, "nowhere.db")].entries()) {
      const file = path.join(folder, `by-the-engine-${String(index)}.db`);
      await migrateDatabase(file, schemaFolder, unusable);
      expect(await migrateDatabase(file, schemaFolder)).toEqual({ applied: [] });
    }
  });

  it("keep what is in an older database, also what still lies in its log", async () => {
    const older = schemaWith(fs.readdirSync(path.join(schemaFolder, "migrations")).filter(isFolder));
    const file = path.join(folder, "older.db");
    await migrateDatabase(file, older);
    const database = await ControlDatabase.open(file);
    await createSqliteRepositories(database).vaults.insert(sampleVault());
    addMigration(older, "99999999999999_more", 'CREATE TABLE "More" ("id" TEXT NOT NULL PRIMARY KEY);');
    await database.close();
    expect(await migrateDatabase(file, older)).toEqual({ applied: ["99999999999999_more"] });
    const again = await ControlDatabase.open(file);
    expect(await createSqliteRepositories(again).vaults.get("vault-1")).toEqual(sampleVault());
    await again.close();
  });

  it("leave the database as it was when one of them fails", async () => {
    const broken = schemaWith(fs.readdirSync(path.join(schemaFolder, "migrations")).filter(isFolder));
    const file = path.join(folder, "broken.db");
    await migrateDatabase(file, broken);
    const before = fs.readFileSync(file);
    addMigration(broken, "99999999999999_bad", 'CREATE TABLE "Half" ("id" TEXT); THIS IS NOT SQL;');
    await expect(migrateDatabase(file, broken)).rejects.toMatchObject({ code: "DatabaseMigrationFailed" });
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  it("lead to the present schema: whoever changes it makes the next one with scripts/new-migration.mjs", () => {
    const read = (name: string) => fs.readFileSync(path.join(schemaFolder, name), "utf8");
    expect(read("migrations/last-schema.prisma")).toBe(read("schema.prisma"));
  });

  it("say so when the file is no database, and leave it alone", async () => {
    const file = path.join(folder, "text.db");
    fs.writeFileSync(file, "this is not a database, whatever its name says".repeat(100));
    const before = fs.readFileSync(file);
    await expect(migrateDatabase(file, schemaFolder)).rejects.toMatchObject({ code: "DatabaseDamaged" });
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  it("refuse a database that a newer version wrote", async () => {
    const file = path.join(folder, "newer.db");
    await migrateDatabase(file, schemaFolder);
    const database = new Database(file);
    database.exec("UPDATE _prisma_migrations SET migration_name = '99990101000000_from_the_future'");
    database.close();
    await expect(migrateDatabase(file, schemaFolder)).rejects.toMatchObject({ code: "DatabaseNewer" });
  });

  const isFolder = (name: string) => fs.statSync(path.join(schemaFolder, "migrations", name)).isDirectory();

  function schemaWith(names: string[]): string {
    const copy = fs.mkdtempSync(path.join(folder, "schema-"));
    fs.copyFileSync(path.join(schemaFolder, "schema.prisma"), path.join(copy, "schema.prisma"));
    for (const name of names) {
      fs.cpSync(path.join(schemaFolder, "migrations", name), path.join(copy, "migrations", name), { recursive: true });
    }
    return copy;
  }

  function addMigration(schema: string, name: string, sql: string): void {
    fs.mkdirSync(path.join(schema, "migrations", name), { recursive: true });
    fs.writeFileSync(path.join(schema, "migrations", name, "migration.sql"), sql);
  }
});
