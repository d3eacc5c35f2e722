interface MigrationsList {
  readonly baseDir: string;
  readonly lockfile: { readonly path: string; readonly content: string };
  readonly shadowDbInitScript: string;
  readonly migrationDirectories: readonly {
    readonly path: string;
    readonly migrationFile: { readonly path: string; readonly content: { readonly tag: "ok"; readonly value: string } };
  }[];
}
interface Filters {
  readonly externalTables: readonly string[];
  readonly externalEnums: readonly string[];
}
/** The part of Prisma's schema engine that this project uses. */
export interface SchemaEngine {
  applyMigrations(input: {
    readonly migrationsList: MigrationsList;
    readonly filters: Filters;
  }): Promise<{ readonly appliedMigrationNames: readonly string[] }>;
}
export function openSchemaEngine(
  schema: string,
  file: string,
): Promise<{ readonly engine: SchemaEngine; readonly close: () => void }>;
