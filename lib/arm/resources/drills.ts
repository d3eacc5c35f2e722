import { OWN_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { DrillBody, DrillPatch, DrillResource, DrillRunResource } from "@/lib/contract/drills";
import { listOf } from "@/lib/contract/portal";
import type { Drill } from "@/lib/domain/drill";
import type { DrillSettings } from "@/lib/domain/drill-rules";
import type { Vault } from "@/lib/domain/entities";
import type { OperationContext } from "@/lib/operations/context";
import { deleteDrill } from "@/lib/operations/drills/delete-drill";
import { readDrill } from "@/lib/operations/drills/read-drill";
import { runDrillNow } from "@/lib/operations/drills/run-drill-now";
import { saveDrill, setDrillEnabled } from "@/lib/operations/drills/save-drill";
import { skipNextStart } from "@/lib/operations/drills/skip-next-start";
import type { z } from "zod";
import { accepted, list, noContent, ok } from "../answers";
import { networkNameFrom } from "../failover-input";
import { VAULT_OWN } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { drillArmId, presentDrill, presentDrillRun } from "../presenters/drill";
import { nameInVaultFrom } from "../references";
import { noSuchResource, resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";

const DRILLS = `${VAULT_OWN}/drills` as const;
const DRILL = `${DRILLS}/{drillName}` as const;
type DrillCall = Call<ParamNames<typeof DRILL>, unknown>;

async function resolveDrill(call: DrillCall): Promise<{ vault: Vault; drill: Drill }> {
  const vault = await resolveVault(call);
  const drill = await call.context.repositories.drills.find(vault.id, call.params.drillName);
  if (!drill) throw noSuchResource(call.params.drillName, "drillName");
  return { vault, drill };
}

async function answer(context: OperationContext, vault: Vault, drill: Drill): Promise<Response> {
  return ok(presentDrill(vault, await readDrill(context, drill)));
}

/** Scheduled test failovers of recovery plans. */
export const drillRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: DRILLS,
    summary: "Lists the drills of a vault with their next starts and last results.",
    apiVersions,
    answer: listOf(DrillResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const drills = await call.context.repositories.drills.list(vault.id);
      const views = await Promise.all(drills.map((drill) => readDrill(call.context, drill)));
      return list(views.map((view) => presentDrill(vault, view)));
    },
  }),
  route({
    method: "GET",
    path: DRILL,
    summary: "Gets a drill.",
    apiVersions,
    answer: DrillResource,
    async handle(call) {
      const { vault, drill } = await resolveDrill(call);
      return answer(call.context, vault, drill);
    },
  }),
  route({
    method: "PUT",
    path: DRILL,
    summary: "Creates a drill, or gives it these settings. A run that is under way keeps those it started with.",
    apiVersions,
    body: DrillBody,
    answer: DrillResource,
    async handle(call) {
      const vault = await resolveVault(call);
      const { drillName: name } = call.params;
      const existing = await call.context.repositories.drills.find(vault.id, name);
      if (existing) refuseWhenNotNew(call, "drill", existing.name, "drillName");
      const settings = await settingsFrom(call.context, vault, call.body.properties);
      return answer(call.context, vault, await saveDrill(call.context, vault, name, settings));
    },
  }),
  route({
    method: "PATCH",
    path: DRILL,
    summary: "Pauses a drill, or lets it go on. What comes due while it is paused is not made up for.",
    apiVersions,
    body: DrillPatch,
    answer: DrillResource,
    async handle(call) {
      const { vault, drill } = await resolveDrill(call);
      const { enabled } = call.body.properties;
      return answer(call.context, vault, await setDrillEnabled(call.context, drill, enabled));
    },
  }),
  route({
    method: "DELETE",
    path: DRILL,
    summary: "Deletes a drill and its history. Refused while a run is under way, or while drills follow it.",
    apiVersions,
    async handle(call) {
      const vault = await resolveVault(call);
      const drill = await call.context.repositories.drills.find(vault.id, call.params.drillName);
      if (drill) await deleteDrill(call.context, drill);
      return noContent();
    },
  }),
  route({
    method: "POST",
    path: `${DRILL}/run`,
    summary: "Runs the drill now, whatever its schedule and windows say (job).",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { vault, drill } = await resolveDrill(call);
      const job = await runDrillNow(call.context, drill);
      return accepted(call, vault, job, drillArmId(vault, drill));
    },
  }),
  route({
    method: "POST",
    path: `${DRILL}/skipNext`,
    summary: "Leaves out the next start of the schedule.",
    apiVersions,
    answer: DrillRunResource,
    async handle(call) {
      const { vault, drill } = await resolveDrill(call);
      return ok(presentDrillRun(vault, drill, await skipNextStart(call.context, drill)));
    },
  }),
  route({
    method: "GET",
    path: `${DRILL}/runs`,
    summary: "The history of the drill, newest first: what ran, and what was skipped or failed and why.",
    apiVersions,
    answer: listOf(DrillRunResource),
    async handle(call) {
      const { vault, drill } = await resolveDrill(call);
      const runs = await call.context.repositories.drillRuns.list(drill.id);
      return list(runs.map((run) => presentDrillRun(vault, drill, run)));
    },
  }),
];

/** From names in ids to our ids. What is not found keeps its name, so that the rules can refuse it. */
async function settingsFrom(
  context: OperationContext,
  vault: Vault,
  wire: z.output<typeof DrillBody>["properties"],
): Promise<DrillSettings> {
  const { recoveryPlanId, trigger, networkId, recoveryPointType, useMultiVmSyncPoint, ...same } = wire;
  const { recoveryPlans, drills } = context.repositories;
  const target = "properties.recoveryPlanId";
  const planName = nameInVaultFrom(vault, recoveryPlanId, "replicationRecoveryPlans", target);
  const plan = await recoveryPlans.find(vault.id, planName);
  if (!plan) throw noSuchResource(planName, target);
  const before = trigger.kind === "AfterDrill" ? await drills.find(vault.id, trigger.drillName) : null;
  return {
    ...same,
    planId: plan.id,
    trigger:
      trigger.kind === "Schedule"
        ? { kind: "Schedule", cron: trigger.cron }
        : { kind: "AfterDrill", drillId: before?.id ?? trigger.drillName, when: trigger.when },
    networkName: networkId === null || networkId === "" ? null : networkNameFrom(networkId, "properties.networkId"),
    point: recoveryPointType,
    useSharedPoints: useMultiVmSyncPoint,
  };
}
