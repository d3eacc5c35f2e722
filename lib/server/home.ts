import fs from "node:fs";
import path from "node:path";
import { Fault } from "@/lib/kernel/fault";

/** The folders of the home: one place that knows their names. Everything in it is readable by the owner only. */
export interface Home {
  readonly folder: string;
  readonly database: string;
  readonly tls: string;
  readonly keys: string;
  readonly storage: string;
  readonly sites: string;
  readonly region: string;
  /** What checks of vaults remember between runs. */
  readonly checks: string;
  /** Pictures that records of failovers name, and files that people attached to what they did. */
  readonly evidence: string;
  readonly run: string;
  /** One folder for each run of a runbook, with what is kept of its output. */
  readonly runbooks: string;
  readonly regionSocket: string;
  readonly serverSocket: string;
  readonly supervisorSocket: string;
}

export function homeAt(folder: string): Home {
  const run = path.join(folder, "run");
  return {
    folder,
    database: path.join(folder, "secondsite.db"),
    tls: path.join(folder, "tls"),
    keys: path.join(folder, "keys"),
    storage: path.join(folder, "storage"),
    sites: path.join(folder, "sites"),
    region: path.join(folder, "region"),
    checks: path.join(folder, "checks"),
    evidence: path.join(folder, "evidence"),
    run,
    runbooks: path.join(run, "runbooks"),
    regionSocket: path.join(run, "region.sock"),
    serverSocket: path.join(run, "server.sock"),
    supervisorSocket: path.join(run, "supervisor.sock"),
  };
}

/** @throws Fault HomeNotUsable */
export function makeHome(home: Home): void {
  for (const folder of [home.folder, home.tls, home.keys, home.storage, home.sites, home.region, home.run]) {
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw notUsable(folder, error);
    }
  }
}

function notUsable(folder: string, cause: unknown): Fault {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new Fault(
    {
      code: "HomeNotUsable",
      message: `The folder ${folder} cannot be made (${reason}).`,
      possibleCauses:
        "A file of that name is in the way, the folder above belongs to another user, or its disk is full or read-only.",
      recommendedAction: "Set SECONDSITE_HOME to a folder that you may write to.",
    },
    { cause },
  );
}
