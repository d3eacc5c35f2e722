/** Part of the build: an empty database with the newest schema beside the programs, with which a new home begins. */
import path from "node:path";
import { DATABASE_TEMPLATE, migrateDatabase } from "@/lib/adapters/persistence/migrate";

const programs = import.meta.dirname;
await migrateDatabase(path.join(programs, DATABASE_TEMPLATE), path.resolve(programs, "..", "prisma"));
