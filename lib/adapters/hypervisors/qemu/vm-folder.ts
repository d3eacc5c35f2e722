import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const NAME = /^secondsite-vm-(\d+)-/;

/**
 * A new folder for the sockets of one machine, readable by the owner only, named after this process. Under the temporary
 * folder: a socket's path may have 103 bytes, and a home may lie deep. What a killed host left there is removed.
 */
export function makeVmFolder(parent = os.tmpdir()): string {
  for (const name of readdirSync(parent)) {
    const owner = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isInteger(owner) && isDead(owner)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(path.join(parent, `secondsite-vm-${process.pid}-`));
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // Anything else, such as EPERM, means that there is one: somebody else's.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
