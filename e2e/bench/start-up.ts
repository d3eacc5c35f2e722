import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startPortal } from "@/lib/testing/drive/portal-process";
import { watchOthers } from "./processes";
import { othersRow, rowWithGoal, seconds, type Section } from "./report";
import { median } from "./statistics";

const GOAL_SECONDS = 3;

/** Built already. Each home is started twice: the first start makes database, certificates and the Contoso estate. */
export async function measureStartUp(root: string, runs: number): Promise<Section> {
  const first: number[] = [];
  const second: number[] = [];
  const othersShare = watchOthers();
  for (let run = 0; run < runs; run += 1) {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-bench-"));
    first.push(await startOnce(root, home));
    second.push(await startOnce(root, home));
    await fs.rm(home, { recursive: true });
  }
  const others = othersShare();
  const each = (times: readonly number[]) => ` (${times.map((time) => time.toFixed(1)).join(", ")})`;
  return {
    title: "Start-up",
    method: `From the command to \`ready\`, built already; ${String(runs)} homes, each started twice.`,
    rows: [
      rowWithGoal("first start, the estate is made", median(first), GOAL_SECONDS, seconds, each(first)),
      rowWithGoal("second start", median(second), GOAL_SECONDS, seconds, each(second)),
      othersRow(others),
    ],
  };
}

async function startOnce(root: string, home: string): Promise<number> {
  const portal = await startPortal({ root, home });
  await portal.stop();
  return portal.startedInMs / 1000;
}
