import fs from "node:fs";

/**
 * What distinguishes a process from a later one of the same number: the instant it started (in ticks since the computer
 * did). Null when there is no such process. Systems without /proc answer "unknown" for any that lives.
 */
export function processStart(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie runs nothing any more.
    return fields[0] === "Z" ? null : (fields[19] ?? "unknown");
  } catch {
    try {
      process.kill(pid, 0);
      return fs.existsSync("/proc/self/stat") ? null : "unknown";
    } catch {
      return null;
    }
  }
}
