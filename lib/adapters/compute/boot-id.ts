import { existsSync, readFileSync } from "node:fs";

const FILE = "/proc/sys/kernel/random/boot_id";

/** Names this run of the operating system; null where it has no such name. */
export function bootId(): string | null {
  return existsSync(FILE) ? readFileSync(FILE, "utf8").trim() : null;
}
