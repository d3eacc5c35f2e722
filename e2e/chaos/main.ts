import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ArmDriver } from "@/lib/testing/drive/arm-driver";
import { startPortal } from "@/lib/testing/drive/portal-process";
import { Narrator } from "../story/narrator";
import {
  createVault,
  prepareProtection,
  protectMachines,
  registerSite,
  vault,
  type ProtectedItem,
} from "../story/site-to-azure";
import { killAtRandom } from "./killer";
import {
  cleanUp,
  expectNoDamage,
  failOverAndCommit,
  GONE_OVER,
  keepChecking,
  keepTesting,
  type Tally,
} from "./operators";
import { protectVmwareSite } from "./vmware-site";
import { everyJobEnds, everyPointReads, pointsRestore, replicationGoesOn } from "./verdict";

/**
 * `npm run chaos -- --kills 50 --seed 1`: server, region, host, agent and vault workers die at random instants while machines replicate
 * and people fail them over. Afterwards: every job has ended, every committed point reads, points restore and boot,
 * replication goes on. Exit code 1 at the first thing that is not so.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    /** Multiplies the pauses between kills: for a slow machine, so that processes come up in between. */
    pace: { type: "string", default: "1" },
    keep: { type: "boolean" },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);

const portal = await startPortal({ root: path.resolve(import.meta.dirname, ".."), keepHome: values.keep === true });
const tell = new Narrator();
const arm = new ArmDriver(portal.origin);
const tally: Tally = { succeeded: 0, failed: 0, refused: 0, failures: [] };
let failed = false;

try {
  const context = { arm, tell };
  await createVault(context);
  await registerSite(context);
  const hyperV = await protectMachines(context, await prepareProtection(context));
  const items = [...hyperV, ...(await protectVmwareSite(context))];
  tell.chapter(`${String(kills)} kills, seed ${String(seed)}`);
  await underFire(items);
  tell.chapter("The verdict");
  await judge();
  process.stdout.write("\nNothing committed was lost, and every job has ended.\n");
} catch (error) {
  failed = true;
  process.stderr.write(
    `\nThe chaos run failed (seed ${String(seed)}): ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.stderr.write(portal.output().slice(-6000));
  if (values.keep) process.stderr.write(`\nkept: ${portal.home}\n`);
} finally {
  await portal.stop();
}
process.exit(failed ? 1 : 0);

async function underFire(items: readonly ProtectedItem[]): Promise<void> {
  const over = new AbortController();
  const named = (name: string) => items.filter((item) => item.properties.friendlyName === name);
  const people = [
    ...["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-MAIL"]
      .flatMap((name) => named(name))
      .map((item) => keepTesting(arm, item, tally, over.signal)),
    keepChecking(arm, tally, over.signal),
    ...["CONTOSO-INTRANET", "CONTOSO-ERP"]
      .flatMap((name) => named(name))
      .map((item) => failOverAndCommit(arm, item, tally)),
  ];
  const everybody = Promise.all(people);
  // Looked at when the killing is over; until then a failure must not end the run unseen.
  everybody.catch(() => undefined);
  const killing = killAtRandom({
    supervisorSocket: path.join(portal.home, "run", "supervisor.sock"),
    kills,
    seed,
    pace: Number(values.pace),
    onKill: (name, number) => tell.say(`${String(number).padStart(3)}  SIGKILL ${name}`),
  });
  const report = await killing.finally(() => over.abort());
  await everybody;
  tell.say([...report.byProcess].map(([name, count]) => `${name} ${String(count)}`).join(", "));
  tell.say(
    `operations: ${String(tally.succeeded)} succeeded, ${String(tally.failed)} failed, ${String(tally.refused)} refused`,
  );
  for (const failure of new Set(tally.failures)) tell.say(`  failed: ${failure}`);
}

async function judge(): Promise<void> {
  const jobs = await everyJobEnds(arm);
  tell.expect(true, `all ${String(jobs.length)} jobs have ended`);
  const now = (await arm.get<{ value: ProtectedItem[] }>(`${vault}/replicationProtectedItems`)).value;
  for (const item of now) {
    if (item.properties.allowedOperations.includes("TestFailoverCleanup")) await cleanUp(arm, item, tally);
  }
  await arm.run("POST", `${vault}/providers/Secondsite.Recovery/verification/check`, {
    properties: { readData: true },
  });
  const checked = (await expectNoDamage(arm)).lastDataCheck;
  tell.expect(checked !== null, `a check of all data verifies ${String(checked?.blobsVerified)} blocks and pages`);
  const points = await everyPointReads(portal.home);
  tell.expect(points > 0, `every block of all ${String(points)} recovery points reads and verifies`);
  for (const item of now.filter((one) => one.properties.protectionState === "Protected")) {
    await replicationGoesOn(arm, item);
    const line = await pointsRestore(arm, item, tally);
    tell.expect(true, `${line}; replication goes on`);
  }
  const moved = now.filter((one) => GONE_OVER.includes(one.properties.protectionState));
  tell.expect(moved.length === 2, "a planned and an unplanned failover were completed and committed under fire");
}
