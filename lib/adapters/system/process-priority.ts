import fs from "node:fs";
import os from "node:os";
import process from "node:process";

/** What gives way to the portal and to the guests, as nice(1) counts: 0 is ordinary, 19 the lowest. */
export const BULK_NICENESS = 10;

/**
 * Lowers the priority of this process (its main thread; threads started afterwards inherit it). Where Linux groups processes
 * by their sessions (`sched_autogroup_enabled`), niceness counts only inside of a session, and one that leads a session of
 * its own, as everything that the supervisor starts does, would take as much as the portal: then its group is lowered too.
 */
export function lowerPriority(niceness: number = BULK_NICENESS): void {
  os.setPriority(niceness);
  if (leadsSession()) lowerSession(process.pid, niceness);
}

function leadsSession(): boolean {
  try {
    const stat = fs.readFileSync("/proc/self/stat", "utf8");
    // Behind the name in parentheses: state, parent, process group, session.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) === process.pid;
  } catch {
    // Not Linux: there is no such group.
    return false;
  }
}

/** Of a process that was started with a session of its own (`detached`); its niceness it has from us, its group's it has not. */
export function lowerSession(leader: number, niceness: number = BULK_NICENESS): void {
  try {
    fs.writeFileSync(`/proc/${leader}/autogroup`, String(niceness));
  } catch {
    // It has ended, or the kernel has no such groups and niceness counts between all processes, or a container hides them.
  }
}
