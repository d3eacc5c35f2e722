import { setTimeout as delay } from "node:timers/promises";
import type { PortalProcess } from "@/lib/testing/drive/portal-process";
import { SITE } from "../story/site-to-azure";
import { cpuSecondsOf, processesOf, type Memory } from "./processes";
import { mebibytes, percentOfCore, row, rowWithGoal, type Section } from "./report";
import { sum } from "./statistics";

const GOAL_SHARE_OF_CORE = 0.5;

/** Share of one core that every process takes while nobody asks for anything. */
export async function measureIdle(portal: PortalProcess, forSeconds: number): Promise<Section> {
  const before = new Map((await processesOf(portal)).map(({ pid }) => [pid, cpuSecondsOf(pid)]));
  const started = performance.now();
  await delay(forSeconds * 1000);
  const elapsed = (performance.now() - started) / 1000;
  const shares = (await processesOf(portal)).map(({ pid, name }) => ({
    name,
    share: (cpuSecondsOf(pid) - (before.get(pid) ?? 0)) / elapsed,
  }));
  const estate = shares.filter(({ name }) => name.startsWith(SITE));
  return {
    title: "Idle",
    method:
      `Over ${String(forSeconds)} s, at least one replication interval: every machine of the Contoso estate runs, takes its orders and is ` +
      `protected every 30 s. In percent of one core.`,
    rows: [
      ...shares.map(({ name, share }) => row(name, percentOfCore(share))),
      rowWithGoal(
        "the estate: host and agent",
        sum(estate.map(({ share }) => share)),
        GOAL_SHARE_OF_CORE,
        percentOfCore,
      ),
      rowWithGoal("every process together", sum(shares.map(({ share }) => share)), GOAL_SHARE_OF_CORE, percentOfCore),
    ],
  };
}

export function memorySection(peaks: ReadonlyMap<string, Memory>): Section {
  return {
    title: "Memory",
    method: "Resident memory of each process when last seen, and the highest of the whole benchmark.",
    rows: [...peaks].map(([name, { nowBytes, peakBytes }]) =>
      row(name, `${mebibytes(nowBytes)}, peak ${mebibytes(peakBytes)}`),
    ),
  };
}
