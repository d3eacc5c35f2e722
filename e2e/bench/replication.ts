import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ArmDriver } from "@/lib/testing/drive/arm-driver";
import type { PortalProcess } from "@/lib/testing/drive/portal-process";
import type { List } from "../story/site-to-azure";
import { BENCH_SITE, FolderSite, type Machine } from "./folder-site";
import { changeImage, makeImage } from "./images";
import { cpuSecondsOf, processNamed, watchOthers } from "./processes";
import { measureReadiness } from "./readiness";
import { askWithoutPause, rateBetween } from "./request-rate";
import {
  mebibytes,
  megabytes,
  megabytesPerSecond,
  milliseconds,
  othersRow,
  row,
  rowWithGoal,
  seconds,
  type Row,
  type Section,
} from "./report";
import { median, percentile } from "./statistics";

export const CHANGED_SHARE = 0.027;
const READY_GOAL_MS = 100;
/** At full replication speed at least 75 % of the idle rate is kept. */
const RATE_LOSS_GOAL = 0.25;
/** Seldom enough that the answers cost the server little beside its work. */
const POLL_MS = 200;
/** Of the policy. */
const INTERVAL_MS = 30_000;
const IDLE_READINESS_MS = 5_000;

export interface ReplicationSize {
  readonly dataBytes: number;
  readonly runs: number;
}

interface Point {
  readonly properties: {
    readonly recoveryPointTime: string;
    readonly providerSpecificDetails: {
      readonly sourceBytesRead: number;
      readonly changedBytes: number;
      readonly storedBytes: number;
    };
  };
}

/** One replication of one machine, from the outside. */
interface Measured {
  /** From the cut to the point being listed. */
  readonly seconds: number;
  readonly bytesRead: number;
  readonly changedBytes: number;
  readonly storedBytes: number;
  readonly agentCpuSeconds: number;
  readonly serverCpuSeconds: number;
}

interface Initial extends Measured {
  /** From the request to enable protection, the agent's hearing of it included. */
  readonly sinceRequestSeconds: number;
}

interface InitialRun {
  readonly figures: Initial;
  /** Milliseconds per answer. */
  readonly readiness: number[];
  /** Of all cores. */
  readonly othersShare: number;
}

/** Through the whole way: agent, TLS, server, vault folder. One machine after the other, so that nothing else runs. */
export async function measureReplication(
  arm: ArmDriver,
  portal: PortalProcess,
  folder: string,
  size: ReplicationSize,
): Promise<Section[]> {
  // One more, under whose replication the portal is asked as fast as it answers: that would spoil the other figures.
  const names = Array.from({ length: size.runs + 1 }, (_, run) => `disk${String.fromCharCode(97 + run)}`);
  for (const [run, name] of names.entries()) await makeImage(path.join(folder, `${name}.raw`), size.dataBytes, run);
  const idle = await measureReadiness(portal.origin, AbortSignal.timeout(IDLE_READINESS_MS));
  const idleRate = await measureIdleRate(portal.origin);
  const site = await FolderSite.create(arm, folder);
  const bench: Bench = { arm, portal, site, ...(await pidsOf(portal)) };
  const initials: Initial[] = [];
  const deltas: Measured[] = [];
  const busy: number[] = [];
  const others: number[] = [];
  const machines = [...(await site.machines(size.runs + 1))];
  const last = machines.pop();
  for (const machine of machines) {
    const { figures, readiness, othersShare } = await measureInitial(bench, machine);
    others.push(othersShare);
    initials.push(figures);
    busy.push(...readiness);
    deltas.push(await measureDelta(bench, machine, folder, size));
    await site.unprotect(machine);
  }
  const busyRate = last === undefined ? 0 : await measureBusyRate(bench, last);
  await site.remove();
  await fs.rm(folder, { recursive: true });
  const rates = { idle: idleRate, busy: busyRate };
  return [replicationSection(initials, deltas, size), readinessSection(idle, busy, others, rates)];
}

async function measureIdleRate(origin: string): Promise<number> {
  const started = Date.now();
  const instants = await askWithoutPause(origin, AbortSignal.timeout(IDLE_READINESS_MS));
  return rateBetween(instants, started, started + IDLE_READINESS_MS);
}

/** From the cut to the point being listed: the time at which the engine works at full speed. */
async function measureBusyRate(bench: Bench, machine: Machine): Promise<number> {
  const over = new AbortController();
  const asking = askWithoutPause(bench.portal.origin, over.signal);
  try {
    await bench.site.protect(machine);
    const [point] = await pointsBeyond(bench, machine, 0);
    const ended = Date.now();
    over.abort();
    return rateBetween(await asking, Date.parse(point?.properties.recoveryPointTime ?? ""), ended);
  } finally {
    over.abort();
  }
}

interface Bench {
  readonly arm: ArmDriver;
  readonly portal: PortalProcess;
  readonly site: FolderSite;
  readonly agent: number;
  readonly server: number;
}

async function pidsOf(portal: PortalProcess): Promise<{ agent: number; server: number }> {
  const agent = await processNamed(portal, new RegExp(`^${BENCH_SITE} agent`));
  const server = await processNamed(portal, /^server/);
  return { agent: agent.pid, server: server.pid };
}

async function measureInitial(bench: Bench, machine: Machine): Promise<InitialRun> {
  const over = new AbortController();
  const othersShare = watchOthers();
  const readiness = measureReadiness(bench.portal.origin, over.signal);
  const started = Date.now();
  const cpu = startCpu(bench);
  try {
    await bench.site.protect(machine);
    const [point] = await pointsBeyond(bench, machine, 0);
    const sinceRequestSeconds = (Date.now() - started) / 1000;
    const figures = { ...measured(point, cpu()), sinceRequestSeconds };
    over.abort();
    return { figures, readiness: await readiness, othersShare: othersShare() };
  } finally {
    over.abort();
  }
}

/** Nobody logs the writes to these images: the agent reads everything again and finds what differs. */
async function measureDelta(bench: Bench, machine: Machine, folder: string, size: ReplicationSize): Promise<Measured> {
  const file = path.join(folder, `${machine.friendlyName}.raw`);
  await changeImage(file, size.dataBytes, CHANGED_SHARE, 1);
  for (;;) {
    const points = await pointsOf(bench, machine);
    const known = points.length;
    await delay(
      Math.max(0, Date.parse(points.at(-1)?.properties.recoveryPointTime ?? "") + INTERVAL_MS - Date.now() - 500),
    );
    const cpu = startCpu(bench);
    const point = (await pointsBeyond(bench, machine, known)).at(-1);
    const figures = measured(point, cpu());
    // A run that was under way when the image changed saw nothing of it.
    if (figures.changedBytes > 0) return figures;
  }
}

function startCpu(bench: Bench): () => Pick<Measured, "agentCpuSeconds" | "serverCpuSeconds"> {
  const agent = cpuSecondsOf(bench.agent);
  const server = cpuSecondsOf(bench.server);
  return () => ({
    agentCpuSeconds: cpuSecondsOf(bench.agent) - agent,
    serverCpuSeconds: cpuSecondsOf(bench.server) - server,
  });
}

function measured(point: Point | undefined, cpu: Pick<Measured, "agentCpuSeconds" | "serverCpuSeconds">): Measured {
  if (!point) throw new Error("a recovery point was listed and is gone");
  const { sourceBytesRead, changedBytes, storedBytes } = point.properties.providerSpecificDetails;
  const took = (Date.now() - Date.parse(point.properties.recoveryPointTime)) / 1000;
  return { seconds: took, bytesRead: sourceBytesRead, changedBytes, storedBytes, ...cpu };
}

async function pointsOf({ arm, site }: Bench, machine: Machine): Promise<readonly Point[]> {
  return (await arm.get<List<Point>>(`${site.itemPath(machine)}/recoveryPoints`)).value;
}

/** Waits until there are more than `known`. Oldest first, as they are listed. */
async function pointsBeyond(bench: Bench, machine: Machine, known: number): Promise<readonly Point[]> {
  const deadline = performance.now() + 300_000;
  for (;;) {
    const points = await pointsOf(bench, machine).catch((error: unknown) => {
      // Not there yet: the request to protect it has only just been accepted.
      if (known === 0) return [];
      throw error;
    });
    if (points.length > known) return points;
    if (performance.now() > deadline) throw new Error(`${machine.friendlyName} got no recovery point in five minutes`);
    await delay(POLL_MS);
  }
}

function replicationSection(initials: readonly Initial[], deltas: readonly Measured[], size: ReplicationSize): Section {
  return {
    title: "Replication",
    method:
      `The whole way: a site's agent reads a raw image, hashes, compresses and seals on two threads at low priority, ` +
      `and sends it over TLS to the server, which stores it in a folder and syncs it. Images have ${mebibytes(size.dataBytes)} ` +
      `of data that compresses to a half, in a disk of twice that size; ${String(size.runs)} machine(s), one after the other, each ` +
      `with other data. The change rewrites ${String(CHANGED_SHARE * 100)} % of the data in runs of 4 to 64 KiB; nobody logs it, so the ` +
      `agent reads the whole disk again. Time counts from the cut until the point is listed. The server's processor time includes ` +
      `answering the requests of the measurement. The images were in the page cache.`,
    rows: [
      ...rowsOf("initial replication", initials, (one) => one.changedBytes, "of data"),
      row("initial replication, from the request", seconds(median(initials.map((one) => one.sinceRequestSeconds)))),
      ...rowsOf("delta, compared by reading all", deltas, (one) => one.bytesRead, "of disk"),
    ],
  };
}

function rowsOf(what: string, runs: readonly Measured[], bytes: (one: Measured) => number, unit: string): Row[] {
  const of = (pick: (one: Measured) => number) => median(runs.map(pick));
  const took = of((one) => one.seconds);
  const cpu = { agent: of((one) => one.agentCpuSeconds), server: of((one) => one.serverCpuSeconds) };
  return [
    row(what, `${megabytesPerSecond(of(bytes), took)} ${unit} (${seconds(took)})`),
    row(
      `${what}: bytes`,
      `${megabytes(of((one) => one.bytesRead))} read, ${megabytes(of((one) => one.changedBytes))} changed, ` +
        `${megabytes(of((one) => one.storedBytes))} stored`,
    ),
    row(
      `${what}: processor`,
      `agent ${seconds(cpu.agent)}, server ${seconds(cpu.server)} ` +
        `(${seconds((cpu.agent + cpu.server) / (of(bytes) / 1e9))} per GB ${unit})`,
    ),
  ];
}

function readinessSection(
  idle: readonly number[],
  busy: readonly number[],
  others: readonly number[],
  rates: { readonly idle: number; readonly busy: number },
): Section {
  const all = (times: readonly number[]) =>
    `p50 ${milliseconds(median(times))}, p95 ${milliseconds(percentile(times, 95))}, max ${milliseconds(Math.max(...times))}, ${String(times.length)} requests`;
  return {
    title: "The portal while it replicates",
    method:
      "`GET /readyz` (one read of the database) twenty times a second, idle and during the initial replications. Then over four " +
      "connections without pause, idle and during one more initial replication, for the rate.",
    rows: [
      row("/readyz, idle", all(idle)),
      row("/readyz, replicating", all(busy)),
      rowWithGoal("/readyz, replicating, 95th percentile", percentile(busy, 95), READY_GOAL_MS, milliseconds),
      row("requests a second, idle and replicating", `${rates.idle.toFixed(0)} and ${rates.busy.toFixed(0)}`),
      rowWithGoal("share of the idle request rate lost", 1 - rates.busy / rates.idle, RATE_LOSS_GOAL, percent),
      othersRow(median(others)),
    ],
  };
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
