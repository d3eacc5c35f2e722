import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { PrismaClient, type Prisma } from "../../../prisma/generated/client";
import { mediumFault } from "./translate-errors";

type Transaction = Prisma.TransactionClient;
/** Enough for a job step to wait behind a burst of others on a slow disk. */
const TRANSACTION_MS_MAX = 30_000;

/**
 * The database, open. Two connections: Prisma's adapter runs whatever it is given on its one connection, so that a plain
 * query beside an open transaction would become part of it, and be undone with it. Hence one connection that only reads
 * (it sees what is committed), and one whose writers take turns.
 */
export class ControlDatabase {
  readonly read: PrismaClient;
  readonly #writer: PrismaClient;
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(reader: PrismaClient, writer: PrismaClient) {
    this.read = reader;
    this.#writer = writer;
  }

  /** The file must have been migrated. */
  static async open(file: string): Promise<ControlDatabase> {
    const writer = new PrismaClient({ adapter: new DurableSqlite(file) });
    await writer.$connect();
    const reader = new PrismaClient({ adapter: new DurableSqlite(file) });
    await reader.$connect();
    return new ControlDatabase(reader, writer);
  }

  /** Durable when it resolves. */
  write<T>(work: (client: PrismaClient) => Promise<T>): Promise<T> {
    const turn = this.#lastWrite
      .then(() => work(this.#writer))
      .catch((error: unknown) => {
        throw mediumFault(error);
      });
    // The next writer's turn comes whatever became of this one; the failure goes to whoever asked for it.
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  /** All of it or nothing. */
  transaction<T>(work: (client: Transaction) => Promise<T>): Promise<T> {
    return this.write((client) =>
      client.$transaction(work, { timeout: TRANSACTION_MS_MAX, maxWait: TRANSACTION_MS_MAX }),
    );
  }

  async close(): Promise<void> {
    await this.write(async (client) => client.$disconnect());
    await this.read.$disconnect();
  }
}

/** Every connection of ours: write-ahead log, each commit on the medium before it is answered, waiting instead of failing. */
class DurableSqlite extends PrismaBetterSqlite3 {
  constructor(file: string) {
    super({ url: `file:${file}`, timeout: 10_000 });
  }

  override async connect(): ReturnType<PrismaBetterSqlite3["connect"]> {
    const adapter = await super.connect();
    await adapter.executeScript(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000;",
    );
    return adapter;
  }
}
