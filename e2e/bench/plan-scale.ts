import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { makeContosoEstate } from "@/lib/compute/contoso-estate";
import { MachineStore } from "@/lib/compute/machine-store";
import { createSite } from "@/lib/site/estate/site-folder";
import { ArmDriver, paths } from "@/lib/testing/drive/arm-driver";
import { startPortal, type PortalProcess } from "@/lib/testing/drive/portal-process";
import { Narrator } from "../story/narrator";
import {
  createVault,
  path as pathOf,
  prepareProtection,
  protectMachines,
  registerSite,
  SITE,
  vault,
  type ProtectedItem,
  type Run,
} from "../story/site-to-azure";
import { memoryOf, processesOf, watchOthers } from "./processes";
import { mebibytes, othersRow, row, seconds, type Section } from "./report";
import { median, sum } from "./statistics";

const MIB = 1024 ** 2;
const LOOK_MS = 1_000;
const PLAN = `${vault}/replicationRecoveryPlans/fifty`;

export interface PlanScale {
  readonly machines: number;
  readonly groups: number;
}

/** A recovery plan of many machines as one test failover, on a portal and a site of its own. */
export async function measurePlanScale(root: string, scale: PlanScale): Promise<Section> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "ss-plan-"));
  let portal: PortalProcess | null = null;
  try {
    await makeSite(home, scale.machines);
    portal = await startPortal({ root, home, demo: false });
    const arm = new ArmDriver(portal.origin);
    const context = { arm, tell: new Narrator() };
    await createVault(context);
    await registerSite(context);
    const items = await protectMachines(context, await prepareProtection(context));
    return await measure(arm, portal, items, scale);
  } catch (error) {
    process.stderr.write(portal?.output().slice(-4000) ?? "");
    throw error;
  } finally {
    await portal?.stop();
    await fs.rm(home, { recursive: true, force: true });
  }
}

/** The sources stay off: a test does not need them, and the memory that is measured is that of the replicas. */
async function makeSite(home: string, count: number): Promise<void> {
  const places = { sitesFolder: path.join(home, "sites"), runFolder: path.join(home, "run") };
  const site = createSite(places, { name: SITE, kind: "contoso", imagesFolder: null });
  const names = Array.from({ length: count }, (_, index) => `FARM-${String(index + 1).padStart(3, "0")}`);
  const definitions = await makeContosoEstate({
    fileSystem: nodeFileSystem,
    disksFolder: site.disksFolder,
    hostHome: site.hostHome,
    seed: "plan scale",
    createdAt: new Date(Date.UTC(2016, 0, 1)),
    machines: names.map((name) => ({
      name,
      title: name,
      osDiskBytes: 512 * MIB,
      applicationDataBytes: 4 * MIB,
      dataDiskBytes: null,
    })),
  });
  const store = new MachineStore(nodeFileSystem, site.hostHome);
  for (const definition of definitions) store.save({ ...definition, desired: "off" });
}

async function measure(
  arm: ArmDriver,
  portal: PortalProcess,
  items: readonly ProtectedItem[],
  scale: PlanScale,
): Promise<Section> {
  const groups = Array.from({ length: scale.groups }, (_, group) => ({
    groupType: "Boot",
    replicationProtectedItems: items
      .filter((_item, index) => index % scale.groups === group)
      .map((item) => ({ id: item.id })),
  }));
  await arm.send("PUT", PLAN, {
    properties: {
      primaryFabricId: `${vault}/replicationFabrics/${SITE}`,
      recoveryFabricId: "Microsoft Azure",
      failoverDeploymentModel: "ResourceManager",
      groups,
    },
  });
  const before = await residentBytes(portal);
  const othersShare = watchOthers();
  const memory = watchMemory(portal);
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const job = await arm.begin("POST", `${PLAN}/testFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      networkType: "VmNetworkAsInput",
      networkId: paths.network("contoso-test"),
    },
  });
  const acceptedSeconds = since();
  const jobPath = job ?? "";
  const jobId = jobPath.split("/").at(-1) ?? "";
  await arm.untilJobEnds(jobPath, { seconds: 1_800 });
  const upSeconds = since();
  const runs = await verifiedRuns(arm, items, jobId);
  const verifiedSeconds = since();
  const peakBytes = await memory();
  const others = othersShare();
  const cleanedAt = since();
  await arm.run("POST", `${PLAN}/testFailoverCleanup`, { properties: { comments: "measured" } });
  const bootMs = runs.map((run) => run.firstLineMs ?? 0);
  return {
    title: `A recovery plan of ${String(scale.machines)} machines`,
    method:
      `One test failover of ${String(scale.machines)} bootable machines in ${String(scale.groups)} groups; their sources are off. ` +
      "At most six machines are worked on at the same time. Verified: every disk of every machine was completed, read back and equal to its recovery point. Memory is that of all processes of the portal together.",
    rows: [
      row("request accepted, every machine held", seconds(acceptedSeconds)),
      row("request to the last guest's first line, and the end of the job", seconds(upSeconds)),
      row("request to everything verified", seconds(verifiedSeconds)),
      row(
        "power on to first line, median and longest",
        `${seconds(median(bootMs) / 1000)}, ${seconds(Math.max(...bootMs) / 1000)}`,
      ),
      row("cleanup of all, with its proof", seconds(since() - cleanedAt)),
      row("memory before", mebibytes(before)),
      row("memory, highest", mebibytes(peakBytes)),
      row("memory that came with each machine", mebibytes((peakBytes - before) / scale.machines)),
      othersRow(others),
    ],
  };
}

/** When every machine has booted and every disk has been proven. @throws Error when one differs */
async function verifiedRuns(arm: ArmDriver, items: readonly ProtectedItem[], jobId: string): Promise<Run[]> {
  const deadline = performance.now() + 1_800_000;
  const found = new Map<string, Run>();
  while (performance.now() < deadline) {
    for (const item of items) {
      if (found.has(item.id)) continue;
      const address = `${pathOf(item)}/providers/Secondsite.Recovery/evidence`;
      const { properties } = await arm.get<{ properties: { runs: Run[] } }>(address);
      const run = properties.runs.find((one) => one.jobId === jobId);
      if (!run || run.firstLineMs === null || run.disks.length === 0) continue;
      if (run.disks.some((disk) => disk.restoredRoot === null)) continue;
      if (!run.disks.every((disk) => disk.identical))
        throw new Error(`a disk of ${pathOf(item)} differs from its point`);
      found.set(item.id, run);
    }
    if (found.size === items.length) return [...found.values()];
    await delay(LOOK_MS);
  }
  throw new Error(`only ${String(found.size)} of ${String(items.length)} machines were verified`);
}

async function residentBytes(portal: PortalProcess): Promise<number> {
  return sum((await processesOf(portal)).map(({ pid }) => memoryOf(pid)?.nowBytes ?? 0));
}

/** The answer ends it and gives the highest sum that was seen. */
function watchMemory(portal: PortalProcess): () => Promise<number> {
  const ending = new AbortController();
  let peak = 0;
  const watching = (async () => {
    while (!ending.signal.aborted) {
      peak = Math.max(peak, await residentBytes(portal));
      await delay(LOOK_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    ending.abort();
    await watching;
    return peak;
  };
}
