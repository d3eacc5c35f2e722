import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ArmDriver } from "@/lib/testing/drive/arm-driver";
import { startPortal, type PortalProcess } from "@/lib/testing/drive/portal-process";
import { Narrator } from "../story/narrator";
import {
  createVault,
  prepareProtection,
  protectMachines,
  registerSite,
  type ProtectedItem,
} from "../story/site-to-azure";
import { measureEngine } from "./engine-delta";
import { measureTestFailover } from "./failover";
import { measureIdle, memorySection } from "./idle";
import { measureInstantStart } from "./instant-start";
import { describeMachine } from "./machine";
import { MemoryWatch } from "./processes";
import { FULL_PLAN, measurePeers, peersProgram, QUICK_PLAN } from "./peers/peers";
import { measurePlanScale } from "./plan-scale";
import { measureReplication } from "./replication";
import { asMarkdown, asText, type Section } from "./report";
import { measureStartUp } from "./start-up";

/**
 * `npm run bench`: measures the engine beside other programs, then a portal of its own, prints the figures and writes
 * docs/benchmarks.md. `--quick`: fewer runs and less data, printed only. `--only peers` and `--only portal`: one half, `--only plan`: a
 * recovery plan of 50 machines; printed only.
 * `--rounds N`: of the comparison. Exit code 1 when something does not work; a missed goal is a figure, not a failure.
 */
const { values } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, rounds: { type: "string" } },
});
const peerPlan = values.quick ? QUICK_PLAN : FULL_PLAN;
const peerRounds = values.rounds === undefined ? peerPlan.rounds : Number(values.rounds);
const plan = values.quick
  ? { runs: 2, replicationRuns: 1, dataBytes: 256 * 1024 ** 2, idleSeconds: 20 }
  : { runs: 5, replicationRuns: 3, dataBytes: 1024 ** 3, idleSeconds: 60 };

const root = path.resolve(import.meta.dirname, "..");
const tell = new Narrator();
const load = os.loadavg()[0] ?? 0;
const cleanUps: (() => Promise<void>)[] = [];
let failed = false;

try {
  const sections = await measureEverything();
  process.stdout.write(`\n${describeMachine()}, load ${load.toFixed(1)} before\n\n${asText(sections)}\n`);
  if (!values.quick && values.only === undefined) {
    const occasion = { machine: describeMachine(), loadBefore: load, day: new Date().toISOString().slice(0, 10) };
    await fs.writeFile(path.join(root, "docs", "benchmarks.md"), asMarkdown(sections, occasion));
    process.stdout.write("\nWritten to docs/benchmarks.md\n");
  }
} catch (error) {
  failed = true;
  process.stderr.write(
    `\nThe benchmark stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}
process.exit(failed ? 1 : 0);

async function measureEverything(): Promise<Section[]> {
  if (values.only === "plan") return [await measurePlan()];
  const peers = values.only === "portal" ? [] : await measureBesidePeers();
  return [...peers, ...(values.only === "peers" ? [] : await measureOurselves())];
}

async function measurePlan(): Promise<Section> {
  tell.chapter("A recovery plan of many machines");
  return measurePlanScale(root, values.quick ? { machines: 10, groups: 3 } : { machines: 50, groups: 7 });
}

async function measureBesidePeers(): Promise<Section[]> {
  tell.chapter("Beside restic, borg, rsync and zstd");
  return measurePeers(await temporaryFolder(), peersProgram(root), { ...peerPlan, rounds: peerRounds });
}

async function measureOurselves(): Promise<Section[]> {
  tell.chapter("Start-up");
  const startUp = await measureStartUp(root, plan.runs);
  tell.chapter("The engine alone");
  const engine = await measureEngine(await temporaryFolder(), plan.dataBytes, plan.runs);
  tell.chapter("Instant start");
  const instant = await measureInstantStart(await temporaryFolder(), plan.dataBytes / 4, plan.runs);
  const scale = await measurePlan();
  const portal = await startPortal({ root });
  cleanUps.push(() => portal.stop());
  try {
    const [replication, ...rest] = await measurePortal(portal);
    return [...(replication ? [replication] : []), engine, instant, ...rest, scale, startUp];
  } catch (error) {
    process.stderr.write(portal.output().slice(-4000));
    throw error;
  }
}

async function measurePortal(portal: PortalProcess): Promise<Section[]> {
  const arm = new ArmDriver(portal.origin);
  const memory = new MemoryWatch(portal);
  memory.start();
  tell.chapter("Replication through agent, TLS and vault");
  const size = { dataBytes: plan.dataBytes, runs: plan.replicationRuns };
  const replication = await measureReplication(arm, portal, await temporaryFolder(), size);
  const items = await protectContoso(arm);
  const machine = items.find((item) => item.properties.friendlyName === "CONTOSO-CRM");
  if (!machine) throw new Error("CONTOSO-CRM is not protected");
  tell.chapter("Test failover");
  const failover = await measureTestFailover(arm, machine, plan.runs);
  tell.chapter("Idle");
  const idle = await measureIdle(portal, plan.idleSeconds);
  return [...replication, failover, idle, memorySection(await memory.stop())];
}

async function protectContoso(arm: ArmDriver): Promise<ProtectedItem[]> {
  const context = { arm, tell };
  await createVault(context);
  await registerSite(context);
  return protectMachines(context, await prepareProtection(context));
}

async function temporaryFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-bench-"));
  cleanUps.push(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}
