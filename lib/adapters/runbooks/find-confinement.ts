import { execFile, type ExecFileOptions } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { RunbookProtection } from "@/lib/operations/ports/runbook-runner";
import { bareEnvironment, confined, NOBODY, type Confinement, type ConfinementLevel } from "./confinement";
import { SYSTEM_PATH } from "./languages";

const PROBE_MS = 10_000;
/** Empty places that every system has; what is there is hidden from runbooks. */
const PLACES = ["/mnt", "/media", "/srv", "/opt"];

/** Says where it may write and what it sees: a positive verdict, not the absence of an error. */
const PROBE = `
echo "uid=$(id -u)"
: > ./inside && echo work=writable
for folder in /tmp /var/tmp /dev/shm "$1"; do (: > "$folder/.secondsite-probe-$$") 2>/dev/null && { echo "open=$folder"; rm -f "$folder/.secondsite-probe-$$"; }; done
ls "$1" > /dev/null 2>&1 && [ -n "$(ls -A "$1" 2>/dev/null)" ] && echo seen=home
echo "processes=$(ls /proc | grep -c '^[0-9]')"
`;

export interface FoundConfinement {
  readonly confinement: Confinement;
  readonly protection: RunbookProtection;
}

/**
 * The strongest confinement that works on this machine, found by running a command in it. `home` is what a runbook must
 * neither read nor write; the probe looks into it, so it must not be empty.
 */
export async function findConfinement(
  home: string,
  scratchFolder: string,
  levels: readonly ConfinementLevel[] = usualLevels(),
): Promise<FoundConfinement> {
  const mountPoint = PLACES.find((place) => isEmptyPlace(place, [home, process.execPath, process.cwd()]));
  for (const level of levels) {
    const mounts = level === "namespaces" || level === "userNamespaces";
    if (mounts && mountPoint === undefined) continue;
    const confinement = {
      ...{ level, hiddenFolder: home, mountPoint: mountPoint ?? "" },
      diesWithWatcher: onSystemPath("setpriv") !== null,
    };
    const findings = await probe(confinement, home, scratchFolder);
    if (findings !== null) return { confinement, protection: protectionOf(level, findings) };
  }
  const nothing = { level: "none", hiddenFolder: home, mountPoint: "", diesWithWatcher: false } as const;
  return {
    confinement: nothing,
    protection: protectionOf("none", { uid: "", open: [], seesHome: true, alone: false }),
  };
}

function usualLevels(): readonly ConfinementLevel[] {
  return process.getuid?.() === 0 ? ["namespaces", "otherUser"] : ["userNamespaces", "none"];
}

export function onSystemPath(command: string): string | null {
  const found = SYSTEM_PATH.split(":").map((folder) => path.join(folder, command));
  return found.find((file) => isExecutable(file)) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isEmptyPlace(place: string, inUse: readonly string[]): boolean {
  return fs.existsSync(place) && !inUse.some((file) => file === place || file.startsWith(`${place}/`));
}

interface Findings {
  readonly uid: string;
  readonly open: readonly string[];
  readonly seesHome: boolean;
  readonly alone: boolean;
}

/** Null when nothing can be run so. */
async function probe(confinement: Confinement, home: string, scratchFolder: string): Promise<Findings | null> {
  const work = makeWork(confinement, scratchFolder);
  try {
    const lines = (await runConfined(confinement, work, ["sh", "-c", PROBE, "sh", home])).split("\n");
    if (!lines.includes("work=writable")) return null;
    const value = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
    return {
      uid: value("uid"),
      open: lines.flatMap((line) => (line.startsWith("open=") ? [line.slice(5)] : [])),
      seesHome: lines.includes("seen=home"),
      alone: Number(value("processes")) <= 8,
    };
  } catch {
    // Not allowed here: unshare is missing or refused. The next weaker level is tried, and shown as such.
    return null;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** A working folder as the level needs it, its owner the one that the runbook runs as. */
export function makeWork(confinement: Confinement, scratchFolder: string): string {
  // Nobody may not pass through our home; where nothing can be mounted the folder lies beside it.
  const outside = confinement.level === "otherUser";
  if (!outside) fs.mkdirSync(scratchFolder, { recursive: true, mode: 0o700 });
  const work = fs.mkdtempSync(path.join(outside ? os.tmpdir() : scratchFolder, outside ? "secondsite-work-" : "work-"));
  fs.chmodSync(work, 0o700);
  if (confinement.level === "namespaces" || outside) fs.chownSync(work, NOBODY, NOBODY);
  return work;
}

/** @throws what execFile does; used for questions, not for runbooks */
export function runConfined(confinement: Confinement, work: string, command: readonly string[]): Promise<string> {
  const line = confined(confinement, work, null, command);
  const options: ExecFileOptions = {
    cwd: work,
    env: bareEnvironment(work),
    timeout: PROBE_MS,
    killSignal: "SIGKILL",
    ...(line.uid === undefined ? {} : { uid: line.uid, gid: line.gid ?? line.uid }),
  };
  return new Promise((resolve, reject) => {
    execFile(line.command, [...line.args], options, (error, stdout, stderr) => {
      const said = String(stdout).trim();
      if (error) reject(new Error(`${line.command} failed`, { cause: error }));
      else resolve(said === "" ? String(stderr) : said);
    });
  });
}

function protectionOf(level: ConfinementLevel, findings: Findings): RunbookProtection {
  const own = level === "namespaces" || level === "userNamespaces";
  const gaps = [
    ...(level === "none"
      ? ["Runbooks run as the user of this portal and may read and write whatever that user may."]
      : []),
    ...findings.open.map((folder) => `Runbooks may write to ${folder}.`),
    ...(findings.seesHome ? ["Runbooks can read the portal's own folder, with its keys."] : []),
    ...(own && findings.alone ? [] : ["Runbooks see other processes of their user, and could leave theirs behind."]),
  ];
  const other = level === "namespaces" || level === "otherUser";
  return {
    user: other ? "nobody" : "the user of this portal",
    readOnlySystem: own && findings.open.length === 0 && !findings.seesHome,
    ownProcesses: own && findings.alone,
    gaps,
  };
}
