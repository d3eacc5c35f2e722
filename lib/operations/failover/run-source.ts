import type { ProtectedItem, ReportedMachine } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import { sourceOf, startSource } from "../source-machine";
import type { FailoverStep } from "./failover-run";

const BOOT_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

/** What the machine said after its host had started it. */
export interface SourceSigns {
  /** From power-on to its first line; null where its host does not tell. */
  readonly firstLineMs: number | null;
  /** Orders that the guest found on its disk, or, where its host does not tell that, has now; null when it keeps none. */
  readonly orders: number | null;
  readonly isAtBoot: boolean;
  readonly verdict: "ok" | "damaged" | null;
}

/**
 * Starts the machine at its site and waits for its own word, as its host reports it. Repeatable.
 * @throws Fault SourceDidNotBoot, and those of the site
 */
export async function runSource(step: FailoverStep, item: ProtectedItem): Promise<SourceSigns> {
  const { clock } = step.services;
  await startSource(step.services, item, step.signal);
  const until = clock.monotonicMs() + BOOT_TIMEOUT_MS;
  for (;;) {
    const { machine } = await sourceOf(step.services, item);
    if (machine?.power === "failed") throw didNotBoot(item, "its host could not start it");
    const signs = machine?.power === "running" ? signsOf(machine) : null;
    if (signs) return signs;
    if (clock.monotonicMs() >= until) {
      throw didNotBoot(
        item,
        `it was ${machine?.power ?? "unknown to its host"} and said nothing for ${BOOT_TIMEOUT_MS / 1000} s`,
      );
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

/** Null: not yet. A guest that keeps orders is waited for until it has counted them. */
function signsOf(machine: ReportedMachine): SourceSigns | null {
  const { boot, orders } = machine;
  if (boot === undefined) {
    return { firstLineMs: null, orders: orders?.count ?? null, isAtBoot: false, verdict: orders?.verdict ?? null };
  }
  if (boot.firstLineMs === null) return null;
  if (boot.report === null && orders !== null) return null;
  const { firstLineMs, report } = boot;
  return { firstLineMs, orders: report?.orders ?? null, isAtBoot: true, verdict: report?.verdict ?? null };
}

function didNotBoot(item: ProtectedItem, why: string): Fault {
  return new Fault({
    code: "SourceDidNotBoot",
    message: `${item.machineName} did not start at its site: ${why}.`,
    possibleCauses: "The host is overloaded or cannot run the machine, or the operating system on the disk is damaged.",
    recommendedAction: "Look at the machine at its host, then restart the job.",
  });
}
