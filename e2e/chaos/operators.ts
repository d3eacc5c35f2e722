import { setTimeout as delay } from "node:timers/promises";
import { ArmError, paths, type ArmDriver, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { path, vault, type ProtectedItem } from "../story/site-to-azure";

/** What people do while processes die under them. Every operation may be refused or fail; none may hang. */
export interface Tally {
  succeeded: number;
  failed: number;
  refused: number;
  readonly failures: string[];
}

const VERIFICATION = `${vault}/providers/Secondsite.Recovery/verification`;

/** The newest point, or the one named, on the isolated network. */
export const testBody = ({ properties }: ProtectedItem, recoveryPointId?: string) => ({
  properties: {
    failoverDirection: "PrimaryToRecovery",
    networkType: "VmNetworkAsInput",
    networkId: paths.network("contoso-test"),
    providerSpecificDetails: {
      instanceType: properties.providerSpecificDetails.instanceType,
      ...(recoveryPointId === undefined ? {} : { recoveryPointId }),
    },
  },
});

/** Test failover and cleanup, over and over. */
export async function keepTesting(
  arm: ArmDriver,
  item: ProtectedItem,
  tally: Tally,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const state = await arm.until("the item", async () => arm.get<ProtectedItem>(path(item)), 60);
    if (state.properties.allowedOperations.includes("TestFailoverCleanup")) await cleanUp(arm, item, tally);
    else await attempt(arm, "POST", `${path(item)}/testFailover`, testBody(item), tally);
    await delay(200);
  }
}

/** A check of all data, over and over, beside everything else. One that finds damage has found a defect. */
export async function keepChecking(arm: ArmDriver, tally: Tally, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await attempt(arm, "POST", `${VERIFICATION}/check`, { properties: { readData: true } }, tally);
    await expectNoDamage(arm);
    await delay(1_000);
  }
}

export async function expectNoDamage(arm: ArmDriver): Promise<Verification["properties"]> {
  const { properties } = await arm.until("the vault's verification", () => arm.get<Verification>(VERIFICATION), 60);
  const found = [...properties.damagedPoints, ...properties.damagedObjects];
  if (found.length > 0) throw new Error(`a check found damage: ${JSON.stringify(found).slice(0, 2_000)}`);
  return properties;
}

interface Verification {
  readonly properties: {
    readonly damagedPoints: readonly unknown[];
    readonly damagedObjects: readonly unknown[];
    readonly lastDataCheck: { readonly blobsVerified: number; readonly points: number } | null;
  };
}

export function cleanUp(arm: ArmDriver, item: ProtectedItem, tally: Tally): Promise<ArmJob | null> {
  const body = { properties: { comments: "cleaned up by the chaos run" } };
  return attempt(arm, "POST", `${path(item)}/testFailoverCleanup`, body, tally);
}

/** States of machines that have gone over and were committed. */
export const GONE_OVER = ["PlannedFailoverStatesBegin", "UnplannedFailoverStatesBegin"];

/** A failover that loses nothing, as often as it takes, and its commit: a planned one; of a VMware machine, which has none, an unplanned one with the source shut down. */
export async function failOverAndCommit(arm: ArmDriver, item: ProtectedItem, tally: Tally): Promise<void> {
  const { instanceType } = item.properties.providerSpecificDetails;
  const verb = instanceType === "InMageAzureV2" ? "unplannedFailover" : "plannedFailover";
  const body = {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      providerSpecificDetails: { instanceType },
      ...(verb === "unplannedFailover" ? { sourceSiteOperations: "Required" } : {}),
    },
  };
  for (let round = 0; round < 40; round += 1) {
    const { properties } = await arm.until("the item", async () => arm.get<ProtectedItem>(path(item)), 60);
    if (GONE_OVER.includes(properties.protectionState)) return;
    const operation = properties.allowedOperations.includes("Commit") ? "failoverCommit" : verb;
    await attempt(arm, "POST", `${path(item)}/${operation}`, operation === "failoverCommit" ? undefined : body, tally);
    await delay(500);
  }
  throw new Error(`${item.properties.friendlyName} could not be failed over in 40 attempts`);
}

async function attempt(
  arm: ArmDriver,
  method: string,
  address: string,
  body: unknown,
  tally: Tally,
): Promise<ArmJob | null> {
  let job: string | null;
  try {
    job = await arm.begin(method, address, body);
  } catch (error) {
    // Refused (409: another job holds it), or the server died while it was asked: the next round looks again.
    if (error instanceof ArmError && error.status >= 500) tally.failed += 1;
    else tally.refused += 1;
    await delay(500);
    return null;
  }
  if (job === null) return null;
  const ended = await arm.untilJobEnds(job, {
    // A server that is killed all the time gets on slowly, the more so on a machine that does other things.
    seconds: 1_800,
    stopAt: ["Succeeded", "Failed", "Cancelled", "FailedIsFine"],
  });
  if (ended.properties.state === "Succeeded") tally.succeeded += 1;
  else {
    tally.failed += 1;
    const code = ended.properties.errors[0]?.serviceErrorDetails?.code ?? "no error";
    tally.failures.push(`${ended.properties.friendlyName}: ${code}`);
  }
  return ended;
}
