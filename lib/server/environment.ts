import path from "node:path";
import { z } from "zod";
import { Refusal } from "@/lib/kernel/fault";

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

/** @throws Refusal EnvironmentNotValid, naming every variable that cannot be used and why. */
export function readEnvironment(source: Record<string, string | undefined>, cwd: string): Environment {
  const parsed = Schema.safeParse(source);
  if (!parsed.success) {
    throw notValid(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}.`));
  }
  if (parsed.data.PORT === parsed.data.TLS_PORT) throw notValid([`TLS_PORT: the same as PORT (${parsed.data.PORT}).`]);
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

function notValid(problems: readonly string[]): Refusal {
  return new Refusal("invalid", {
    code: "EnvironmentNotValid",
    message: `The environment cannot be used. ${problems.join(" ")}`,
    possibleCauses: "A variable was set for another program, or mistyped.",
    recommendedAction: "Correct or unset it: every one has a default. PORT and TLS_PORT are two different numbers.",
  });
}
