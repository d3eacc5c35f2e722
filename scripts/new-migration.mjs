/**
 * Writes the next migration: the SQL that leads from the migrations there are to prisma/schema.prisma.
 *   node scripts/new-migration.mjs add-something
 * Prisma's own `migrate dev` needs a downloaded engine; the WebAssembly one cannot make migrations, but it can tell the
 * difference between two schemas. The schema that the last migration led to is kept beside the migrations.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { openSchemaEngine } from "../prisma/schema-engine.mjs";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(root, "prisma/migrations");
const schemaFile = path.join(root, "prisma/schema.prisma");
const lastSchemaFile = path.join(folder, "last-schema.prisma");

const name = process.argv[2] ?? "";
if (!/^[a-z0-9-]+$/.test(name)) {
  process.stderr.write("Name the migration: node scripts/new-migration.mjs what-it-does\n");
  process.exit(2);
}

const schema = fs.readFileSync(schemaFile, "utf8");
const datamodel = (content) => ({ tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] });
const { engine } = await openSchemaEngine(schema, ":memory:");
const { stdout } = await engine.diff({
  from: fs.existsSync(lastSchemaFile) ? datamodel(fs.readFileSync(lastSchemaFile, "utf8")) : { tag: "empty" },
  to: datamodel(schema),
  script: true,
  exitCode: false,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
});
if (!stdout || /^-- This is an empty migration/.test(stdout)) {
  process.stdout.write("The schema is what the last migration leads to; nothing to write.\n");
  process.exit(0);
}
const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
const target = path.join(folder, `${stamp}_${name.replaceAll("-", "_")}`);
fs.mkdirSync(target, { recursive: true });
fs.writeFileSync(path.join(target, "migration.sql"), stdout);
fs.writeFileSync(path.join(folder, "migration_lock.toml"), 'provider = "sqlite"\n');
fs.writeFileSync(lastSchemaFile, schema);
process.stdout.write(`${path.relative(root, target)}/migration.sql\n`);
