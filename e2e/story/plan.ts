import { ArmDriver, ArmError, paths, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { Narrator } from "./narrator";
import { expectSignedReports } from "./reports";
import {
  createVault,
  lastRun,
  path,
  prepareProtection,
  protectMachines,
  registerSite,
  SITE,
  vault,
  type Context,
  type ProtectedItem,
} from "./site-to-azure";
import { WebhookReceiver } from "./webhook-receiver";

/**
 * `npm run demo -- --story plan`: three tiers in order, with runbooks, a webhook and a manual action, as test, as planned
 * failover, back to the site, and as unplanned failover during which the site dies; then the signed reports are verified.
 */
const TIERS = ["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-WEB"] as const;
const ACCOUNT = `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Automation/automationAccounts/contoso-automation`;
const PLAN = `${vault}/replicationRecoveryPlans/contoso-shop`;
const OURS = "providers/Secondsite.Recovery";
const WEBHOOK_KEY = "the key of the load balancer";
const CHECK = "check-database";
const CLEAN = "tell-it-is-over";

const RUNBOOKS: Readonly<Record<string, string>> = {
  [CHECK]: [
    'import fs from "node:fs";',
    'const context = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));',
    "console.log(`plan ${context.RecoveryPlanName}, ${context.FailoverType}, group ${context.GroupId}`);",
    "console.log(`machines: ${Object.keys(context.VmMap).length}`);",
  ].join("\n"),
  [CLEAN]: 'console.log("the test is over");',
};

interface Plan {
  readonly properties: {
    readonly planHash: string;
    readonly allowedOperations: readonly string[];
    readonly tested: { readonly isCurrent: boolean; readonly planHash: string } | null;
  };
}

export async function tellThePlan(origin: string): Promise<void> {
  const context: Context = { arm: new ArmDriver(origin), tell: new Narrator() };
  const receiver = await WebhookReceiver.start(WEBHOOK_KEY);
  try {
    await createVault(context);
    await registerSite(context);
    const protectedItems = await protectMachines(context, await prepareProtection(context));
    const items = TIERS.map((name) => itemOf(protectedItems, name));
    await writeRunbooks(context);
    await writePlan(context, items, receiver.url);
    await testThePlan(context, items, receiver);
    await failOverAsPlanned(context, items, receiver);
    await failBack(context, items);
    await failOverWhileTheSiteDies(context, items, receiver);
    await expectSignedReports(context, ["TestFailover", "PlannedFailover", "Failback", "UnplannedFailover"]);
  } finally {
    await receiver.close();
  }
}

function itemOf(items: readonly ProtectedItem[], name: string): ProtectedItem {
  const found = items.find((entry) => entry.properties.friendlyName === name);
  if (!found) throw new Error(`${name} is not protected`);
  return found;
}

async function writeRunbooks({ arm, tell }: Context): Promise<void> {
  tell.chapter("An automation account, runbooks, and the key of a webhook");
  await arm.send("PUT", ACCOUNT, { location: "westeurope", properties: { sku: { name: "Basic" } } });
  for (const [name, text] of Object.entries(RUNBOOKS)) {
    const runbook = `${ACCOUNT}/runbooks/${name}`;
    await arm.send("PUT", runbook, { location: "westeurope", properties: { runbookType: "JavaScript", draft: {} } });
    await arm.sendText("PUT", `${runbook}/draft/content`, text);
    await arm.send("POST", `${runbook}/publish`);
  }
  await arm.send("PUT", `${ACCOUNT}/variables/LoadBalancerKey`, {
    name: "LoadBalancerKey",
    properties: { value: JSON.stringify(WEBHOOK_KEY), isEncrypted: true },
  });
  const shown = await arm.get<{ properties: { value: string | null } }>(`${ACCOUNT}/variables/LoadBalancerKey`);
  tell.expect(shown.properties.value === null, "two runbooks are published; the key is never shown again");
}

async function writePlan({ arm, tell }: Context, items: readonly ProtectedItem[], webhookUrl: string): Promise<void> {
  tell.chapter("A recovery plan: database, application, web; runbooks, a webhook and a manual action");
  const forward = ["PrimaryToRecovery"];
  const all = ["TestFailover", "PlannedFailover", "UnplannedFailover"];
  const runbook = (name: string, failoverTypes: readonly string[]) => ({
    actionName: name,
    failoverTypes,
    failoverDirections: forward,
    customDetails: {
      instanceType: "AutomationRunbookActionDetails",
      runbookId: `${ACCOUNT}/runbooks/${name}`,
      timeout: "PT1M",
      fabricLocation: "Recovery",
    },
  });
  const manual = {
    actionName: "Switch the load balancer",
    failoverTypes: all,
    failoverDirections: forward,
    customDetails: { instanceType: "ManualActionDetails", description: "Look at the application, then go on." },
  };
  const webhook = {
    actionName: "Tell the load balancer",
    failoverTypes: all,
    failoverDirections: forward,
    customDetails: {
      instanceType: "WebhookActionDetails",
      uri: webhookUrl,
      secretVariableId: `${ACCOUNT}/variables/LoadBalancerKey`,
      timeout: "PT30S",
    },
  };
  const before = [[], [], [manual]];
  const after = [[runbook(CHECK, all)], [], [webhook, runbook(CLEAN, ["TestFailoverCleanup"])]];
  await arm.run("PUT", PLAN, {
    properties: {
      primaryFabricId: `${vault}/replicationFabrics/${SITE}`,
      recoveryFabricId: "Microsoft Azure",
      failoverDeploymentModel: "ResourceManager",
      groups: items.map((entry, index) => ({
        groupType: "Boot",
        replicationProtectedItems: [{ id: entry.id, virtualMachineId: entry.name }],
        startGroupActions: before[index],
        endGroupActions: after[index],
      })),
    },
  });
  const { body } = await arm.send<{ properties: { ready: boolean } }>("POST", `${PLAN}/${OURS}/validate`, {
    properties: { failoverType: "TestFailover", networkId: paths.network("contoso-test") },
  });
  tell.expect(body.properties.ready, "validated: every machine and every action is ready");
  const exported = await arm.get<{ properties: { yaml: string } }>(`${PLAN}/${OURS}/document`);
  const applied = await arm.send<{ properties: { changed: boolean } }>("POST", `${vault}/${OURS}/applyPlanDocument`, {
    properties: { yaml: exported.properties.yaml },
  });
  tell.expect(!applied.body.properties.changed, "exported as YAML and applied again: nothing changes");
}

async function testThePlan(
  context: Context,
  items: readonly ProtectedItem[],
  receiver: WebhookReceiver,
): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("The plan as a test failover");
  const job = await begin(context, `${PLAN}/testFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      networkType: "VmNetworkAsInput",
      networkId: paths.network("contoso-test"),
      providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure", recoveryPointType: "LatestProcessed" }],
    },
  });
  const halted = await untilManualAction(context, job);
  const output = JSON.stringify(halted.properties.tasks);
  tell.expect(
    output.includes("plan contoso-shop, Test, group 1"),
    "the runbook got its context; its output is in the job",
  );
  await completeOnce(context, job);
  await arm.untilJobEnds(job, { seconds: 240 });
  expectCall(context, receiver, "Test");
  for (const entry of items) {
    const run = await lastRun(arm, entry);
    tell.expect(
      run.disks.every((disk) => disk.identical) && run.ordersOnReplica === run.recoveryPoint?.orders?.count,
      `${entry.properties.friendlyName}: identical disks, ${String(run.ordersOnReplica)} orders as in its point`,
    );
  }
  const cleaned = await arm.run("POST", `${PLAN}/testFailoverCleanup`, {
    properties: { comments: "The story is content." },
  });
  const said = JSON.stringify(cleaned?.properties.tasks);
  tell.expect(said.includes("the test is over"), "cleaned up and proven; the action after the cleanup has run");
  const { properties } = await arm.get<Plan>(PLAN);
  tell.expect(properties.tested?.isCurrent === true, "the plan counts as tested as it is now");
}

async function failOverAsPlanned(
  context: Context,
  items: readonly ProtectedItem[],
  receiver: WebhookReceiver,
): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("The plan as a planned failover");
  const job = await begin(context, `${PLAN}/plannedFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure" }],
    },
  });
  await untilManualAction(context, job);
  await completeOnce(context, job);
  await arm.untilJobEnds(job, { seconds: 240 });
  expectCall(context, receiver, "Planned");
  for (const entry of items) {
    const run = await lastRun(arm, entry);
    tell.expect(
      run.ordersLost === 0,
      `${entry.properties.friendlyName}: 0 orders lost (${String(run.ordersAtSource)} and ${String(run.ordersOnReplica)})`,
    );
  }
  await arm.run("POST", `${PLAN}/failoverCommit`);
  tell.expect(true, "the plan is committed: all three run in Azure");
}

async function failBack(context: Context, items: readonly ProtectedItem[]): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("The plan back to its site, and protected again");
  const inAzure = new Map<string, number>();
  for (const entry of items) inAzure.set(entry.name, (await lastRun(arm, entry)).ordersOnReplica ?? 0);
  const job = await begin(context, `${PLAN}/plannedFailover`, {
    properties: {
      failoverDirection: "RecoveryToPrimary",
      providerSpecificDetails: [
        {
          instanceType: "HyperVReplicaAzureFailback",
          dataSyncOption: "ForSynchronization",
          recoveryVmCreationOption: "NoAction",
        },
      ],
    },
  });
  await arm.untilJobEnds(job, { seconds: 300 });
  for (const entry of items) {
    const run = await lastRun(arm, entry);
    const before = inAzure.get(entry.name) ?? 0;
    tell.expect(
      run.disks.every((disk) => disk.identical) && run.ordersLost === 0 && (run.ordersOnReplica ?? 0) >= before,
      `${entry.properties.friendlyName}: back with ${String(run.ordersOnReplica)} orders, none lost, equal by hash`,
    );
  }
  await arm.run("POST", `${PLAN}/failoverCommit`);
  await arm.run("POST", `${PLAN}/reProtect`, { properties: { failoverDirection: "PrimaryToRecovery" } });
  for (const entry of items) {
    const { properties } = await arm.get<ProtectedItem>(path(entry));
    tell.expect(properties.protectionState === "Protected", `${properties.friendlyName} is Protected again`);
  }
}

async function failOverWhileTheSiteDies(
  context: Context,
  items: readonly ProtectedItem[],
  receiver: WebhookReceiver,
): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("The plan as an unplanned failover; the site is killed in the middle of it");
  const job = await begin(context, `${PLAN}/unplannedFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      sourceSiteOperations: "NotRequired",
      providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure", recoveryPointType: "LatestProcessed" }],
    },
  });
  await untilManualAction(context, job);
  await arm.send("POST", `${paths.ours}/estateSites/${SITE}/fail`);
  tell.expect(true, "every process of the site is dead while the plan waits for a person");
  await completeOnce(context, job);
  const ended = await arm.untilJobEnds(job, { seconds: 240 });
  tell.expect(ended.properties.state === "Succeeded", "the run went on and succeeded without the site");
  expectCall(context, receiver, "Unplanned");
  for (const entry of items) {
    const run = await lastRun(arm, entry);
    tell.expect(
      run.disks.every((disk) => disk.identical) && run.ordersOnReplica === run.recoveryPoint?.orders?.count,
      `${entry.properties.friendlyName}: exactly the ${String(run.ordersOnReplica)} orders of its point; ${String(run.ordersLost)} lost, ${String(Math.round(run.secondsLost ?? 0))} s`,
    );
  }
  await arm.run("POST", `${PLAN}/failoverCommit`);
}

async function begin({ arm }: Context, address: string, body: unknown): Promise<string> {
  const job = await arm.begin("POST", address, body);
  if (job === null) throw new Error(`${address} has no job`);
  return job;
}

async function untilManualAction({ arm, tell }: Context, job: string): Promise<ArmJob> {
  const halted = await arm.untilJobEnds(job, { stopAt: ["Suspended", "Succeeded", "Cancelled"], seconds: 240 });
  tell.expect(halted.properties.state === "Suspended", `${halted.properties.friendlyName} halts at the manual action`);
  return halted;
}

/** Two people at once: one completes it, the other is told who did. */
async function completeOnce({ arm, tell }: Context, job: string): Promise<void> {
  const complete = (who: string) =>
    arm.send("POST", `${job}/resume`, { properties: { comments: `Load balancer switched by ${who}.` } }).then(
      () => null,
      (error: unknown) => error,
    );
  const refusals = (await Promise.all([complete("Anna"), complete("Ben")])).filter((error) => error !== null);
  tell.expect(
    refusals.length === 1 && refusals[0] instanceof ArmError && refusals[0].status === 409,
    "completed by two people at once: one did it, the other is refused with 409",
  );
}

function expectCall({ tell }: Context, receiver: WebhookReceiver, failoverType: string): void {
  const calls = receiver.calls.filter((call) => call.failoverType === failoverType);
  tell.expect(
    calls.length === 1 && calls[0]?.signatureIsGood === true && calls[0].planName === "contoso-shop",
    `the webhook was called once for ${failoverType}, with a good signature`,
  );
}
