import path from "node:path";
import { z } from "zod";

/** Where everything lives and listens: the environment is read here and nowhere else. */
export interface Environment {
  /** Absolute. Holds database, vaults, estate and keys. */
  readonly home: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly logLevel: string;
  /** Folder with SeaBIOS's bios.bin and vgabios-stdvga.bin when it is in none of the usual places. */
  readonly firmwareFolder: string | null;
  /** `next dev` instead of the built pages. */
  readonly development: boolean;
}

const port = (fallback: number) => z.coerce.number().int().min(1).max(65535).default(fallback);
const Schema = z.object({
  SECONDSITE_HOME: z.string().min(1).default("./.secondsite"),
  PORT: port(3000),
  TLS_PORT: port(3443),
  SECONDSITE_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  SECONDSITE_FIRMWARE: z.string().optional(),
  SECONDSITE_DEV: z.string().optional(),
});

/** @throws Error naming every variable that cannot be used and why. */
export function readEnvironment(source: Record<string, string | undefined>, cwd: string): Environment {
  const parsed = Schema.safeParse(source);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment cannot be used. ${problems.join("; ")}`);
  }
  const value = parsed.data;
  return {
    home: path.resolve(cwd, value.SECONDSITE_HOME),
    port: value.PORT,
    tlsPort: value.TLS_PORT,
    logLevel: value.SECONDSITE_LOG_LEVEL,
    firmwareFolder: value.SECONDSITE_FIRMWARE ? path.resolve(cwd, value.SECONDSITE_FIRMWARE) : null,
    development: value.SECONDSITE_DEV === "1",
  };
}
