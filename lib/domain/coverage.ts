/** A machine of the vault's sites, with what is known of its tests. Times are ISO 8601 UTC. */
export interface CoverageMachine {
  /** Of the site and of the machine there. */
  readonly siteName: string;
  readonly machineId: string;
  readonly name: string;
  /** Null: it is not protected. */
  readonly protectedItemName: string | null;
  /** It runs in Azure: there is no replica to test. */
  readonly isFailedOver: boolean;
  /** Why it cannot be protected; null: it can be, or is. */
  readonly notProtectable: string | null;
  /** Names of the recovery plans that it is in. */
  readonly plans: readonly string[];
  /** When its last test failover that succeeded ended. */
  readonly lastTestedAt: string | null;
}

export const COVERAGE_MONTHS = [1, 3, 6, 12] as const;
export type CoverageMonths = (typeof COVERAGE_MONTHS)[number];
export const DEFAULT_COVERAGE_MONTHS: CoverageMonths = 6;

export interface UntestedMachine extends CoverageMachine {
  /** How to test it. */
  readonly way: {
    readonly kind: "Protect" | "TestPlan" | "TestMachine" | "WaitForFailback";
    readonly text: string;
  };
}

export interface Coverage {
  readonly months: number;
  readonly since: string;
  /** Machines that are protected or can be. */
  readonly machineCount: number;
  readonly testedCount: number;
  /** Null: there is no machine. */
  readonly testedPercent: number | null;
  readonly tested: readonly CoverageMachine[];
  readonly untested: readonly UntestedMachine[];
  /** Counted apart: nothing in the portal can test them. */
  readonly notProtectable: readonly CoverageMachine[];
}

/** How many of the machines had a test failover that succeeded within so many months. */
export function coverageOf(machines: readonly CoverageMachine[], months: number, now: Date): Coverage {
  const since = monthsBefore(now, months).toISOString();
  const counted = machines.filter((machine) => machine.notProtectable === null);
  const isTested = ({ lastTestedAt }: CoverageMachine) => lastTestedAt !== null && lastTestedAt >= since;
  const tested = counted.filter(isTested);
  return {
    months,
    since,
    machineCount: counted.length,
    testedCount: tested.length,
    testedPercent: counted.length === 0 ? null : (100 * tested.length) / counted.length,
    tested,
    untested: counted.filter((machine) => !isTested(machine)).map((machine) => ({ ...machine, way: wayOf(machine) })),
    notProtectable: machines.filter((machine) => machine.notProtectable !== null),
  };
}

function wayOf({ protectedItemName, isFailedOver, plans }: CoverageMachine): UntestedMachine["way"] {
  if (protectedItemName === null) {
    return { kind: "Protect", text: "Enable protection for the machine, then run a test failover." };
  }
  if (isFailedOver) {
    return { kind: "WaitForFailback", text: "It runs in Azure; test it when it is protected at its site again." };
  }
  const [plan] = plans;
  if (plan !== undefined) {
    return { kind: "TestPlan", text: `Run a test failover of the recovery plan ${plan}, or schedule a drill of it.` };
  }
  return {
    kind: "TestMachine",
    text: "Run a test failover of the machine, or add it to a recovery plan with a drill.",
  };
}

/** The same day of an earlier month, or that month's last day. */
export function monthsBefore(now: Date, months: number): Date {
  const then = new Date(now.getTime());
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(now.getUTCDate(), lastDay));
  return then;
}
