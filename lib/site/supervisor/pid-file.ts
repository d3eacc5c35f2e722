import fs from "node:fs";
import path from "node:path";
import { processStart } from "./process-start";

/** `pid start`: names one process for ever, also after its number was given to another. */
export function writePidFile(file: string, pid: number): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, `${pid} ${processStart(pid) ?? "gone"}\n`, { mode: 0o600 });
}

/** The process that the file names, if it still runs. */
export function livePid(file: string): number | null {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const [pid, start] = text.trim().split(" ");
  return start !== undefined && processStart(Number(pid)) === start ? Number(pid) : null;
}

export function removePidFile(file: string): void {
  fs.rmSync(file, { force: true });
}
