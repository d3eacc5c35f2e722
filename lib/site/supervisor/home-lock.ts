import fs from "node:fs";
import path from "node:path";
import { Fault } from "@/lib/kernel/fault";
import { livePid } from "./pid-file";
import { processStart } from "./process-start";

/**
 * One supervisor a home. The file appears whole or not at all (a link to one that was written before), and names a
 * process for ever, so that neither a kill nor a reused number locks the home. @throws Fault AlreadyRunning
 */
export function lockHome(runFolder: string): { release(): void } {
  fs.mkdirSync(runFolder, { recursive: true, mode: 0o700 });
  const file = path.join(runFolder, "supervisor.pid");
  const mine = path.join(runFolder, `supervisor.pid.${process.pid}`);
  fs.writeFileSync(mine, `${process.pid} ${processStart(process.pid) ?? "gone"}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      if (tryLink(mine, file)) return { release: () => fs.rmSync(file, { force: true }) };
      const holder = livePid(file);
      if (holder !== null || attempt > 3) throw alreadyRunning(path.dirname(runFolder), holder);
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function alreadyRunning(home: string, pid: number | null): Fault {
  return new Fault({
    code: "AlreadyRunning",
    message: `Secondsite runs on the home folder ${home} already${pid === null ? "" : ` (process ${pid})`}.`,
    possibleCauses: "It was started in another terminal, or in the background.",
    recommendedAction: "Use the one that runs, end it first, or set SECONDSITE_HOME to another folder.",
  });
}
