import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

/** By program: the Debian package that it comes from. */
export type Packages = Readonly<Record<string, string>>;

/** Installs from Debian what is missing, where that is allowed; names the programs that stay missing. */
export function installMissing(packages: Packages): string[] {
  const absent = () => Object.keys(packages).filter((program) => !isInstalled(program));
  const wanted = [...new Set(absent().map((program) => packages[program] ?? program))];
  if (wanted.length > 0 && process.getuid?.() === 0) {
    const options = { stdio: "ignore" as const, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    spawnSync("apt-get", ["update"], options);
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...wanted], options);
  }
  return absent();
}

function isInstalled(program: string): boolean {
  const folders = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`.split(":");
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}
