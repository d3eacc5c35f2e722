import type { RunbookLimits } from "@/lib/domain/automation";
import { SYSTEM_PATH } from "./languages";

/** The user that owns nothing, on every Linux. */
export const NOBODY = 65534;

/**
 * How a runbook is kept within its bounds, the strongest first:
 * `namespaces`: we are root. Processes and mounts of its own, everything read-only but its folder, run as nobody.
 * `userNamespaces`: we are not root, and the kernel lets us do the same within a user namespace; run as we are.
 * `otherUser`: we are root where namespaces are not allowed (some containers). Run as nobody.
 * `none`: run as we are; limits hold, but it may write wherever we may.
 */
export type ConfinementLevel = "namespaces" | "userNamespaces" | "otherUser" | "none";

export interface Confinement {
  readonly level: ConfinementLevel;
  /** Hidden from the runbook where mounts can be: it holds the keys. */
  readonly hiddenFolder: string;
  /** Where its working folder appears, where mounts can be. */
  readonly mountPoint: string;
  /** setpriv is there: the runbook dies with whoever watches it. */
  readonly diesWithWatcher: boolean;
}

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Bind the working folder to its place, hide the home, make every other mount read-only, then give all rights away. A
 * mount that cannot be changed is passed over: what matters is tried afterwards (find-confinement).
 */
const IN_NAMESPACES = `
work=$1 place=$2 hidden=$3; shift 3
mount --bind "$work" "$place" || exit 120
mount -t tmpfs -o size=4k,mode=0555 none "$hidden" || exit 121
while read -r _ target _; do
  target=$(printf '%b' "$target")
  case "$target" in "$place") ;; *) mount -o remount,bind,ro "$target" 2>/dev/null ;; esac
done < /proc/self/mounts
cd "$place" || exit 122
"$@"
exit $?
`;

/** No core dumps; files, data and processes as far as the system lets them be limited one by one. */
function limited(limits: RunbookLimits | null, countsProcesses: boolean): string {
  if (limits === null) return 'exec "$@"';
  const blocks = Math.ceil(limits.fileBytes / 512);
  // Of each process alone; what counts is the sum, which is measured. Threads' stacks are counted here, hence the more.
  const kibibytes = Math.ceil(limits.memoryBytes / 1024) + 512 * 1024;
  const threads = limits.processCount * 8;
  const processes = `if (ulimit -u ${threads}) 2>/dev/null; then ulimit -u ${threads}; else ulimit -p ${threads}; fi`;
  return `ulimit -c 0; ulimit -f ${blocks}; ulimit -d ${kibibytes}; ${countsProcesses ? processes : ":"}; exec "$@"`;
}

/** The command line that runs `command` in `work`, kept within its bounds. */
export function confined(
  confinement: Confinement,
  work: string,
  limits: RunbookLimits | null,
  command: readonly string[],
): CommandLine {
  const { level, mountPoint, hiddenFolder, diesWithWatcher } = confinement;
  const dies = diesWithWatcher ? ["setpriv", "--pdeathsig", "KILL"] : [];
  // Processes are counted for each user; where the runbook runs as we do, ours would be counted too.
  const shell = ["sh", "-c", limited(limits, level === "namespaces" || level === "otherUser"), "sh", ...command];
  if (level === "none" || level === "otherUser") {
    const [first = "sh", ...rest] = [...dies, ...shell];
    return { command: first, args: rest, ...(level === "none" ? {} : { uid: NOBODY, gid: NOBODY }) };
  }
  const user = level === "userNamespaces" ? ["--user", "--map-root-user"] : [];
  const asNobody = ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
  const [first = "unshare", ...args] = [
    ...dies,
    ...["unshare", ...user, "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"],
    ...["sh", "-c", IN_NAMESPACES, "sh", work, mountPoint, hiddenFolder],
    ...["setpriv", ...(level === "namespaces" ? asNobody : []), "--no-new-privs"],
    ...["--inh-caps=-all", "--bounding-set=-all", ...shell],
  ];
  return { command: first, args };
}

/** Built from nothing: what the server's own environment holds is nobody's business. */
export function bareEnvironment(folder: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const environment: Record<string, string> = { PATH: SYSTEM_PATH, HOME: folder, TMPDIR: folder, LANG: "C.UTF-8" };
  // The framework's types want a NODE_ENV in every environment; a runbook has none.
  return { ...environment, ...more } as unknown as NodeJS.ProcessEnv;
}

/** Where the runbook finds its working folder. */
export function placeOfWork(confinement: Confinement, work: string): string {
  const mounts = confinement.level === "namespaces" || confinement.level === "userNamespaces";
  return mounts ? confinement.mountPoint : work;
}
