import { providerArmId, vaultArmId } from "@/lib/contract/arm-id";
import type { DrillResource, DrillRunResource } from "@/lib/contract/drills";
import type { Drill, DrillRun } from "@/lib/domain/drill";
import { describeCron } from "@/lib/domain/drill-schedule";
import type { Vault } from "@/lib/domain/entities";
import type { DrillView } from "@/lib/operations/drills/read-drill";
import { recoveryPlanArmId } from "./protected-item";

export const drillArmId = (vault: Vault, drill: Pick<Drill, "name">) =>
  `${vaultArmId(vault)}/providers/Secondsite.Recovery/drills/${encodeURIComponent(drill.name)}`;

export function presentDrill(vault: Vault, view: DrillView): DrillResource {
  const { drill, plan, after, next, last, open } = view;
  const { trigger, networkName } = drill;
  const network =
    networkName === null ? null : providerArmId(vault, "Microsoft.Network", "virtualNetworks", networkName);
  const afterName = after?.name ?? "a drill that was deleted";
  return {
    id: drillArmId(vault, drill),
    name: drill.name,
    type: "Secondsite.Recovery/drills",
    properties: {
      recoveryPlanId: plan === null ? drill.planId : recoveryPlanArmId(vault, plan),
      recoveryPlanName: plan?.name ?? null,
      trigger:
        trigger.kind === "Schedule"
          ? { kind: "Schedule", cron: trigger.cron }
          : { kind: "AfterDrill", drillName: afterName, when: trigger.when },
      scheduleText:
        trigger.kind === "Schedule"
          ? `${describeCron(trigger.cron) ?? trigger.cron} (${drill.timeZone})`
          : `When ${afterName} has ${trigger.when === "Succeeded" ? "succeeded" : "ended"}`,
      ...{ timeZone: drill.timeZone, whenMissed: drill.whenMissed, graceMinutes: drill.graceMinutes },
      windows: drill.windows.map(({ days, from, until }) => ({ days: [...days], from, until })),
      ...{ networkId: network, networkName, recoveryPointType: drill.point },
      ...{ useMultiVmSyncPoint: drill.useSharedPoints, cleanUp: { ...drill.cleanUp }, enabled: drill.enabled },
      ...{ keepRuns: drill.keepRuns, createdAt: drill.createdAt },
      nextStarts: next.map((start) => ({ ...start })),
      lastRun: last && runProperties(drill, last),
      openRun: open && runProperties(drill, open),
    },
  };
}

export function presentDrillRun(vault: Vault, drill: Drill, run: DrillRun): DrillRunResource {
  return {
    id: `${drillArmId(vault, drill)}/runs/${run.id}`,
    name: run.id,
    type: "Secondsite.Recovery/drills/runs",
    properties: runProperties(drill, run),
  };
}

function runProperties(drill: Pick<Drill, "name">, run: DrillRun): DrillRunResource["properties"] {
  const { startedBy, dueAt, state, startedAt, endedAt, holdUntil, waitsFor, reason } = run;
  return {
    ...{ drillName: drill.name, startedBy, dueAt, state, startedAt, endedAt, holdUntil, waitsFor, reason },
    // The job's id is chosen with the run; there is a job once it was started.
    job: startedAt === null ? null : run.jobId,
    testJob: run.testJobId,
    cleanupJob: run.cleanupJobId,
  };
}
