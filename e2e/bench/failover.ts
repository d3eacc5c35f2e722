import { setTimeout as delay } from "node:timers/promises";
import { paths, type ArmDriver, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { lastRun, path, type ProtectedItem, type Run } from "../story/site-to-azure";
import { watchOthers } from "./processes";
import { milliseconds, mebibytes, othersRow, row, rowWithGoal, seconds, type Section } from "./report";
import { median, sum } from "./statistics";

const GOAL_SECONDS = 5;
const POLL_MS = 25;

interface Measured {
  readonly toFirstLineSeconds: number;
  /** By the job's own record, in its order. */
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  readonly bootMs: number;
  readonly bytesWritten: number;
}

/** From the request to the guest's first line on its serial port, as a client sees it. */
export async function measureTestFailover(arm: ArmDriver, item: ProtectedItem, runs: number): Promise<Section> {
  const measured: Measured[] = [];
  const othersShare = watchOthers();
  for (let run = 0; run < runs; run += 1) measured.push(await once(arm, item));
  const others = othersShare();
  const of = (pick: (one: Measured) => number) => median(measured.map(pick));
  const each = measured.map((one) => one.toFirstLineSeconds.toFixed(1)).join(", ");
  const steps = measured[0]?.steps ?? [];
  return {
    title: "Test failover",
    method:
      `${item.properties.friendlyName} of the Contoso estate, a dynamic VHD of 10 GiB, while the estate runs and replicates; ` +
      `${String(runs)} runs. The machine starts instantly: what it reads comes from the vault, the disk is completed, read back and compared with the recovery point behind it.`,
    rows: [
      rowWithGoal(
        "request to the guest's first line",
        of((one) => one.toFirstLineSeconds),
        GOAL_SECONDS,
        seconds,
        ` (${each})`,
      ),
      ...steps.map(({ name }, index) => row(`step: ${name}`, seconds(of((one) => one.steps[index]?.seconds ?? 0)))),
      row("within the last step: power on to first line", milliseconds(of((one) => one.bootMs))),
      row("written to the replica's disks", mebibytes(of((one) => one.bytesWritten))),
      othersRow(others),
    ],
  };
}

async function once(arm: ArmDriver, item: ProtectedItem): Promise<Measured> {
  await untilAllowed(arm, item);
  const started = performance.now();
  const job = await arm.begin("POST", `${path(item)}/testFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      networkType: "VmNetworkAsInput",
      networkId: paths.network("contoso-test"),
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  });
  const jobId = job?.split("/").at(-1) ?? "";
  const { firstLineMs } = await firstLine(arm, item, jobId);
  const toFirstLineSeconds = (performance.now() - started) / 1000;
  const ended = await arm.untilJobEnds(job ?? "");
  const run = await lastRun(arm, item);
  await arm.run("POST", `${path(item)}/testFailoverCleanup`, { properties: { comments: "measured" } });
  if (!run.disks.every((disk) => disk.identical)) throw new Error("a restored disk differs from its recovery point");
  return {
    toFirstLineSeconds,
    steps: stepsOf(ended),
    bootMs: firstLineMs,
    bytesWritten: sum(run.disks.map((disk) => disk.bytesWritten)),
  };
}

function stepsOf(job: ArmJob): Measured["steps"] {
  return job.properties.tasks.map((task) => ({
    name: String(task["friendlyName"]),
    seconds: (Date.parse(String(task["endTime"])) - Date.parse(String(task["startTime"]))) / 1000,
  }));
}

async function firstLine(
  arm: ArmDriver,
  item: ProtectedItem,
  jobId: string,
): Promise<{ run: Run; firstLineMs: number }> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const { properties } = await arm.get<{ properties: { runs: Run[] } }>(
      `${path(item)}/providers/Secondsite.Recovery/evidence`,
    );
    const run = properties.runs.find((candidate) => candidate.jobId === jobId);
    if (run && run.firstLineMs !== null) return { run, firstLineMs: run.firstLineMs };
    await delay(POLL_MS);
  }
  throw new Error(`${item.properties.friendlyName} printed nothing in two minutes`);
}

async function untilAllowed(arm: ArmDriver, item: ProtectedItem): Promise<void> {
  await arm.until("test failover to be allowed", async () => {
    const { properties } = await arm.get<ProtectedItem>(path(item));
    return properties.allowedOperations.includes("TestFailover") ? true : null;
  });
}
