import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { Fault } from "@/lib/kernel/fault";

/** Among the programs that the build makes. */
export const DATABASE_TEMPLATE = "empty.sqlite";

export interface MigrationResult {
  /** Names of the migrations that were applied now; empty when the database was up to date. */
  readonly applied: readonly string[];
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the database file to the newest schema. The usual start, with nothing to do, reads one table and loads nothing;
 * otherwise Prisma's own engine applies what is missing to a copy, which takes the file's place only when it is whole: a
 * kill in between leaves the old database as it was.
 *
 * @param schemaFolder the repository's prisma/ folder: schema.prisma and migrations/
 * @param template an empty database that the build has made; a new one begins as its copy when its schema is the newest,
 * so that a first start need not load the engine
 * @throws Fault DatabaseNewer, DatabaseDamaged, DatabaseMigrationFailed
 */
export async function migrateDatabase(
  file: string,
  schemaFolder: string,
  template: string | null = null,
): Promise<MigrationResult> {
  const wanted = readMigrations(path.join(schemaFolder, "migrations"));
  if (template !== null && !fs.existsSync(file) && isNewest(template, wanted)) {
    fs.copyFileSync(template, copyOf(file));
    syncFile(copyOf(file));
    renameOver(copyOf(file), file);
    return { applied: wanted.map(({ name }) => name) };
  }
  const present = fs.existsSync(file) ? readApplied(file) : new Map<string, string>();
  const unknown = [...present.keys()].filter((name) => !wanted.some((migration) => migration.name === name));
  if (unknown.length > 0) throw newer(file, unknown);
  if (hasAll(present, wanted)) return { applied: [] };
  return applyToCopy(file, schemaFolder, wanted);
}

const hasAll = (present: ReadonlyMap<string, string>, wanted: readonly Migration[]) =>
  wanted.every((migration) => present.get(migration.name) === migration.checksum);

/** False also of a template that is of another version, missing or damaged: the engine makes the database then. */
function isNewest(template: string, wanted: readonly Migration[]): boolean {
  if (!fs.existsSync(template)) return false;
  try {
    const present = readApplied(template);
    return present.size === wanted.length && hasAll(present, wanted);
  } catch {
    return false;
  }
}

const copyOf = (file: string) => `${file}.migrating`;

async function applyToCopy(file: string, schemaFolder: string, wanted: readonly Migration[]): Promise<MigrationResult> {
  const copy = copyOf(file);
  for (const suffix of ["", "-wal", "-shm", "-journal"]) fs.rmSync(copy + suffix, { force: true });
  if (fs.existsSync(file)) copyDatabase(file, copy);
  try {
    const applied = await applyMissing(copy, schemaFolder, wanted);
    takeItsPlace(copy, file);
    return { applied };
  } catch (error) {
    throw new Fault(
      {
        code: "DatabaseMigrationFailed",
        message: `The database ${file} could not be brought to this version's schema. ${error instanceof Error ? error.message : ""}`,
        possibleCauses: "The disk is full, the file is damaged, or a migration that was applied before was changed.",
        recommendedAction:
          "Free space and start again; the database was left as it was. Keep a copy before you try more.",
      },
      { cause: error },
    );
  }
}

async function applyMissing(
  file: string,
  schemaFolder: string,
  wanted: readonly Migration[],
): Promise<readonly string[]> {
  // Loaded only here: the engine is large, and most starts have no use for it.
  const { openSchemaEngine } = await import("../../../prisma/schema-engine.mjs");
  const schema = fs.readFileSync(path.join(schemaFolder, "schema.prisma"), "utf8");
  const { engine, close } = await openSchemaEngine(schema, file);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: path.join(schemaFolder, "migrations"),
        lockfile: { path: "migration_lock.toml", content: 'provider = "sqlite"\n' },
        shadowDbInitScript: "",
        migrationDirectories: wanted.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    close();
  }
}

function readMigrations(folder: string): Migration[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = fs.readFileSync(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Name and checksum of what was applied to the end, as Prisma's engine records it. */
function readApplied(file: string): Map<string, string> {
  const database = new Database(file);
  try {
    const table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'";
    if (!database.prepare(table).get()) return new Map();
    const rows = database
      .prepare<[], { name: string; checksum: string }>(
        "SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
      )
      .all();
    return new Map(rows.map((row) => [row.name, row.checksum]));
  } catch (error) {
    throw damaged(file, error);
  } finally {
    database.close();
  }
}

function copyDatabase(from: string, to: string): void {
  const database = new Database(from);
  try {
    database.prepare("VACUUM INTO ?").run(to);
  } finally {
    database.close();
  }
}

function takeItsPlace(copy: string, file: string): void {
  const database = new Database(copy);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.pragma("journal_mode = DELETE");
  database.close();
  syncFile(copy);
  // The old file's log belongs to the old file: closing it (copyDatabase) wrote it back, nothing in it is lost.
  for (const suffix of ["-wal", "-shm"]) fs.rmSync(file + suffix, { force: true });
  renameOver(copy, file);
}

function renameOver(copy: string, file: string): void {
  fs.chmodSync(copy, 0o600);
  fs.renameSync(copy, file);
  syncFile(path.dirname(file));
}

function syncFile(name: string): void {
  const handle = fs.openSync(name, "r");
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

function newer(file: string, names: readonly string[]): Fault {
  return new Fault({
    code: "DatabaseNewer",
    message: `The database ${file} was written by a newer version of Secondsite.`,
    possibleCauses: `It knows migrations that this version does not: ${names.join(", ")}.`,
    recommendedAction: "Start the newer version, or use another home folder (SECONDSITE_HOME).",
  });
}

function damaged(file: string, cause: unknown): Fault {
  return new Fault(
    {
      code: "DatabaseDamaged",
      message: `The database ${file} cannot be read. ${cause instanceof Error ? cause.message : ""}`,
      possibleCauses: "The file is no SQLite database, was cut off, or its disk is failing.",
      recommendedAction: "Put a copy of the file back, or start afresh with another home folder (SECONDSITE_HOME).",
    },
    { cause },
  );
}
