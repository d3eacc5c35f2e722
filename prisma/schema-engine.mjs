/**
 * Prisma's schema engine as WebAssembly, for machines that can reach the package registries only: the native one would
 * have to be downloaded from elsewhere. Pinned in package.json to the version that the installed Prisma expects.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

const require = createRequire(import.meta.url);

/** Remembers its connections: the engine has no way to close them, and an open one keeps the file locked. */
class ClosableSqlite extends PrismaBetterSqlite3 {
  connections = [];

  async connect() {
    const connection = await super.connect();
    this.connections.push(connection);
    return connection;
  }

  async connectToShadowDb() {
    const connection = await super.connectToShadowDb();
    this.connections.push(connection);
    return connection;
  }
}

/** Once a process: the package's glue is one module with one instance's memory in it. */
let glueLoaded;

async function loadGlue() {
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/\.js$/, ".wasm");
  // Instantiated by hand: the package's own loader expects a bundler.
  const instance = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(wasm)), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue;
}

/** @param schema the text of schema.prisma @param file path of the SQLite database, or ":memory:" */
export async function openSchemaEngine(schema, file) {
  glueLoaded ??= loadGlue();
  const glue = await glueLoaded;
  const sqlite = new ClosableSqlite({ url: `file:${file}` });
  const engine = await glue.SchemaEngine.new(
    { datamodels: [["schema.prisma", schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(sqlite),
  );
  const close = () => sqlite.connections.forEach((connection) => connection.client.open && connection.client.close());
  return { engine, close };
}
