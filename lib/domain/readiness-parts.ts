import { clockTime } from "./clock-time";
import type { Reading, ReadinessReadings } from "./readiness-readings";

export interface Finding {
  readonly isMet: boolean;
  readonly evidence: string;
  readonly action: string;
  readonly place: Place;
}
type Place =
  "protected-items" | "recovery-plans" | "dashboard" | "verification" | "servers" | "drills" | "jobs" | "readiness";

interface Part {
  readonly id: string;
  readonly title: string;
  /** Of 100. */
  readonly weight: number;
  readonly place: Place;
  judge(readings: ReadinessReadings, now: Date): Reading<Finding>;
}

const DAY_MS = 24 * 60 * 60_000;
/** A look at the vault's data that is older says little about today's. */
export const CHECK_DAYS_MAX = 7;
/** A test that is up so long was forgotten. */
export const TEST_UP_DAYS_MAX = 14;

/** The parts of the score, in the order in which they are shown. docs/readiness.md says of each how it is measured. */
export const readinessParts: readonly Part[] = [
  part("recoveryPoints", "Every protected machine has a recovery point within its target", 12, "protected-items", {
    read: (readings) => readings.recoveryPoints,
    judge: (machines) => {
      if (machines.length === 0) return notMet("No machine is protected at its site.", "Enable protection.");
      const late = machines.filter(
        ({ ageSeconds, targetSeconds }) => ageSeconds === null || ageSeconds > targetSeconds,
      );
      const say = ({ machine, ageSeconds, targetSeconds }: (typeof machines)[number]) =>
        `${machine}: ${ageSeconds === null ? "no recovery point" : `${Math.round(ageSeconds)} s of ${targetSeconds} s`}`;
      if (late.length > 0) return notMet(listed(late.map(say)), "Look at the replication of these machines.");
      const oldest = Math.max(...machines.map(({ ageSeconds }) => ageSeconds ?? 0));
      return met(`${count(machines, "machine")}; the oldest newest point is ${Math.round(oldest)} s old.`);
    },
  }),
  part("replication", "Replication is healthy", 9, "protected-items", {
    read: (readings) => readings.replication,
    judge: (machines) => {
      if (machines.length === 0) return notMet("No machine is protected.", "Enable protection.");
      const ill = machines.flatMap(({ machine, problem }) => (problem === null ? [] : [`${machine}: ${problem}`]));
      if (ill.length > 0) return notMet(listed(ill), "Cure what each machine's page names.");
      return met(`${count(machines, "machine")} replicate without an error.`);
    },
  }),
  part("resynchronization", "No resynchronization is pending", 5, "protected-items", {
    read: (readings) => readings.resynchronization,
    judge: (machines) => {
      if (machines.length === 0) return notMet("No machine is protected.", "Enable protection.");
      const flagged = machines.flatMap(({ machine, reason }) => (reason === null ? [] : [`${machine}: ${reason}`]));
      if (flagged.length > 0) return notMet(listed(flagged), "Let the machines be resynchronized, or start it.");
      return met(`None of ${count(machines, "machine")} is flagged.`);
    },
  }),
  part("vaultUnlocked", "The vault is unlocked", 8, "dashboard", {
    read: (readings) => readings.keys,
    judge: ({ state }) => {
      if (state === "Unlocked") return met("Its keys are on this machine.");
      return state === "Locked"
        ? notMet(
            "Its keys are not on this machine.",
            "Unlock the vault with its passphrase: without it no failover works.",
          )
        : notMet("No passphrase was chosen.", "Choose the passphrase in the quick start.");
    },
  }),
  part("recoveryPassphrase", "A recovery passphrase opens the vault too", 3, "dashboard", {
    read: (readings) => readings.keys,
    judge: ({ hasRecoveryPassphrase }) =>
      hasRecoveryPassphrase
        ? met("A second passphrase is set.")
        : notMet("There is one passphrase; whoever loses it loses the data.", "Set a recovery passphrase."),
  }),
  part("vaultSound", `The vault's data was read within ${CHECK_DAYS_MAX} days and found sound`, 9, "verification", {
    read: (readings) => readings.check,
    judge: (check, now) => {
      const { readAt, damagedObjectCount, damagedPointCount, unlistedPackCount, failure } = check;
      if (failure !== null) return notMet(`The newest check failed: ${failure}`, "Cure it and check again.");
      if (damagedObjectCount + damagedPointCount + unlistedPackCount > 0) {
        const what = `${damagedObjectCount} damaged objects, ${damagedPointCount} damaged recovery points, ${unlistedPackCount} unlisted packs.`;
        return notMet(what, "Repair the vault.");
      }
      if (readAt === null) return notMet("Its data was never read.", "Check all data, or let it be scrubbed daily.");
      if (now.getTime() - Date.parse(readAt) > CHECK_DAYS_MAX * DAY_MS) {
        return notMet(`Its data was last read at ${readAt}.`, "Check all data, or let it be scrubbed daily.");
      }
      return met(`Read at ${readAt}; no damage is known.`);
    },
  }),
  part("machinesInPlans", "Every protected machine is in a recovery plan", 7, "recovery-plans", {
    read: (readings) => readings.plansOfMachines,
    judge: (machines) => {
      if (machines.length === 0) return notMet("No machine is protected.", "Enable protection.");
      const without = machines.filter(({ plans }) => plans.length === 0).map(({ machine }) => machine);
      if (without.length > 0) return notMet(`In no plan: ${listed(without)}`, "Add them to a recovery plan.");
      return met(`${count(machines, "machine")}, each in a plan.`);
    },
  }),
  part("plansTested", "Every recovery plan was tested as it is now", 10, "recovery-plans", {
    read: (readings) => readings.plans,
    judge: (plans) => {
      if (plans.length === 0) return notMet("There is no recovery plan.", "Create a recovery plan.");
      const untested = plans.filter(({ isTestedAsItIs }) => !isTestedAsItIs);
      const say = ({ plan, lastTestedAt }: (typeof plans)[number]) =>
        `${plan}: ${lastTestedAt === null ? "never tested" : `changed since its last test, or that was of another version (${lastTestedAt})`}`;
      if (untested.length > 0) return notMet(listed(untested.map(say)), "Run a test failover of these plans.");
      return met(`${count(plans, "plan")}, each tested with the groups and actions that it has now.`);
    },
  }),
  part("machinesTested", "Every machine was tested within six months", 10, "readiness", {
    read: (readings) => readings.coverage,
    judge: ({ machineCount, testedCount, untested, since }) => {
      if (machineCount === 0) return notMet("There is no machine that could be tested.", "Enable protection.");
      const names = listed(untested.map(({ name }) => name));
      const evidence = `${testedCount} of ${machineCount} since ${since.slice(0, 10)}.`;
      return testedCount === machineCount
        ? met(evidence)
        : notMet(`${evidence} Not: ${names}`, "Test them as the coverage says.");
    },
  }),
  part("lastDrills", "The last drill of each schedule succeeded", 7, "drills", {
    read: (readings) => readings.drills,
    judge: (drills) => {
      if (drills.length === 0) return notMet("No drill is enabled.", "Schedule a drill of each recovery plan.");
      const bad = drills.filter(({ last }) => last?.state !== "Succeeded");
      const say = ({ drill, last }: (typeof drills)[number]) =>
        `${drill}: ${last === null ? "has not run yet" : `${last.state === "Failed" ? "failed" : "was not started"}, ${last.why}`}`;
      if (bad.length > 0) return notMet(listed(bad.map(say)), "Cure the reason, then run the drill.");
      return met(`${count(drills, "drill")}, each succeeded when it last ran.`);
    },
  }),
  part("sitesConnected", "Every registered host is connected", 7, "servers", {
    read: (readings) => readings.sites,
    judge: (hosts) => {
      if (hosts.length === 0) return notMet("No host is registered.", "Register a host in the quick start.");
      const silent = hosts.filter(({ isConnected }) => !isConnected);
      const say = ({ host, site, lastHeartbeatAt }: (typeof hosts)[number]) =>
        `${host} (${site}), last heard ${lastHeartbeatAt ? clockTime(lastHeartbeatAt) : "never"}`;
      if (silent.length > 0) return notMet(listed(silent.map(say)), "Bring the hosts back.");
      return met(`${count(hosts, "host")} connected.`);
    },
  }),
  {
    ...{ id: "diskRoom", title: "There is room for the replicas of all machines", weight: 4, place: "protected-items" },
    judge: ({ disk }) => (disk.known ? judgeDisk(disk.value) : disk),
  },
  {
    ...{ id: "runbooks", title: "The runbooks of all plans could run now", weight: 3, place: "recovery-plans" },
    judge: ({ runbooks }) => (runbooks.known ? judgeRunbooks(runbooks.value) : runbooks),
  },
  part("manualActions", "No manual action is overdue", 3, "jobs", {
    read: (readings) => readings.overdueActions,
    judge: (actions) => {
      if (actions.length === 0) return met("None is.");
      const say = actions.map(({ plan, action, since }) => `${plan}: ${action}, due ${since}`);
      return notMet(listed(say), "Complete the actions in their jobs.");
    },
  }),
  part("testsCleanedUp", `No test failover is up for more than ${TEST_UP_DAYS_MAX} days`, 3, "protected-items", {
    read: (readings) => readings.testsUp,
    judge: (tests, now) => {
      const old = tests.filter(({ since }) => now.getTime() - Date.parse(since) > TEST_UP_DAYS_MAX * DAY_MS);
      const say = old.map(({ machine, since }) => `${machine}, since ${since}`);
      if (old.length > 0) return notMet(listed(say), "Complete these tests.");
      return met(tests.length === 0 ? "None is up." : `${count(tests, "test")} up, none that old.`);
    },
  }),
];

function judgeDisk({ freeBytes, machines }: Value<"disk">): Reading<Finding> {
  const needed = (some: typeof machines) => some.reduce((sum, { bytes }) => sum + bytes, 0);
  const counted = machines.filter(({ isCounted }) => isCounted);
  // What was not counted is the size of its disks, of which a replica takes the part that is not empty.
  const most = counted.length < machines.length ? " at most" : "";
  const figures = `${gib(freeBytes)} free, ${gib(needed(machines))} needed${most} for ${count(machines, "machine")}`;
  if (machines.length === 0) return known(notMet("No machine is protected.", "Enable protection."), "protected-items");
  if (needed(counted) > freeBytes) {
    return known(notMet(`${figures}.`, "Free space on the disk of the portal's home folder."), "protected-items");
  }
  if (needed(machines) <= freeBytes) return known(met(`${figures}.`), "protected-items");
  const names = listed(machines.filter(({ isCounted }) => !isCounted).map(({ machine }) => machine));
  return { known: false, why: `${figures}; what these hold was not counted yet: ${names}` };
}

function judgeRunbooks(uses: Value<"runbooks">): Reading<Finding> {
  const bad = uses.filter(({ problem }) => problem !== null);
  const say = ({ plan, problem }: (typeof uses)[number]) => `${plan}: ${problem ?? ""}`;
  if (bad.length > 0) {
    return known(notMet(listed(bad.map(say)), "Publish the runbooks, and cure what is named."), "recovery-plans");
  }
  const evidence =
    uses.length === 0 ? "No plan uses one." : `${count(uses, "use")}, all of runbooks that could run now.`;
  return known(met(evidence), "recovery-plans");
}

type Value<K extends keyof ReadinessReadings> = Extract<ReadinessReadings[K], { known: true }>["value"];
type Judgement = Omit<Finding, "place">;

function part<T>(
  id: string,
  title: string,
  weight: number,
  place: Place,
  how: { read(readings: ReadinessReadings): Reading<T>; judge(value: T, now: Date): Judgement },
): Part {
  return {
    ...{ id, title, weight, place },
    judge(readings, now) {
      const reading = how.read(readings);
      return reading.known ? known(how.judge(reading.value, now), place) : reading;
    },
  };
}

const known = (judgement: Judgement, place: Place): Reading<Finding> => ({
  known: true,
  value: { ...judgement, place },
});
const met = (evidence: string): Judgement => ({ isMet: true, evidence, action: "" });
const notMet = (evidence: string, action: string): Judgement => ({ isMet: false, evidence, action });
const count = (some: readonly unknown[], what: string) => `${some.length} ${what}${some.length === 1 ? "" : "s"}`;
const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;

const LISTED_MAX = 10;
function listed(names: readonly string[]): string {
  const more = names.length - LISTED_MAX;
  return `${names.slice(0, LISTED_MAX).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
