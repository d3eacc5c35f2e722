import type { z } from "zod";
import { vaultArmId } from "@/lib/contract/arm-id";
import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { AppliedPlanDocument, PlanDocumentResource } from "@/lib/contract/plan-document";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { UsageError } from "./exit-codes";
import type { CommandResult } from "./site-commands";

/** The plan is not what the document says. */
export const EXIT_DIFFERS = 2;

export interface PlanCommandWorld {
  /** Of the portal, e.g. http://127.0.0.1:3000. */
  readonly portal: string;
  readonly vault: string | undefined;
  readonly subscription: string | undefined;
  readonly resourceGroup: string | undefined;
  /** Throws when nobody answers. */
  readonly request: (
    method: "GET" | "POST",
    url: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;
  readonly readFile: (file: string) => string;
  readonly writeFile: (file: string, text: string) => void;
}

/** Writes the plan as YAML to standard output, or to a file. */
export async function exportPlan(
  world: PlanCommandWorld,
  plan: string | undefined,
  file: string | undefined,
): Promise<CommandResult> {
  if (plan === undefined) throw new UsageError("Which plan? npx secondsite plan export PLAN --vault VAULT.");
  const vault = await vaultOf(world);
  const path = `${vault}/replicationRecoveryPlans/${encodeURIComponent(plan)}/providers/Secondsite.Recovery/document`;
  const { properties } = await ask(world, "GET", path, PlanDocumentResource);
  if (file === undefined) return { text: properties.yaml.trimEnd(), json: properties };
  world.writeFile(file, properties.yaml);
  return { text: `The plan ${plan} is in ${file}.`, json: { file, planHash: properties.planHash } };
}

/** What applying the document would change. Exit code 0: nothing; 2: something. */
export async function diffPlan(world: PlanCommandWorld, file: string | undefined): Promise<CommandResult> {
  const { properties } = await send(world, file, true);
  const { planName, changed, existed, differences } = properties;
  if (!changed) return { text: `The plan ${planName} is what the document says.`, json: properties };
  const heading = existed ? `The plan ${planName} differs:` : `There is no plan ${planName} yet:`;
  return { text: [heading, ...differences].join("\n"), json: properties, exitCode: EXIT_DIFFERS };
}

/** Makes the plan what the document says. Again, it changes nothing. */
export async function applyPlan(world: PlanCommandWorld, file: string | undefined): Promise<CommandResult> {
  const { properties } = await send(world, file, false);
  const { planName, changed, existed, differences } = properties;
  if (!changed) return { text: `The plan ${planName} was that already; nothing was changed.`, json: properties };
  const done = existed ? `The plan ${planName} was changed:` : `The plan ${planName} was created:`;
  return { text: [done, ...differences].join("\n"), json: properties };
}

async function send(world: PlanCommandWorld, file: string | undefined, dryRun: boolean) {
  if (file === undefined) throw new UsageError("Which document? Give a YAML file.");
  const yaml = world.readFile(file);
  const path = `${await vaultOf(world)}/providers/Secondsite.Recovery/applyPlanDocument`;
  return ask(world, "POST", path, AppliedPlanDocument, { properties: { yaml, dryRun } });
}

/** The vault's ARM id; subscription and resource group are those of this portal unless they are given. */
async function vaultOf(world: PlanCommandWorld): Promise<string> {
  const { vault: name, subscription, resourceGroup } = world;
  if (name === undefined) throw new UsageError("Which vault? Give --vault NAME.");
  if (subscription !== undefined && resourceGroup !== undefined) {
    return vaultArmId({ subscriptionId: subscription, resourceGroup, name });
  }
  const info = (await answerOf(world, "GET", `${world.portal}/info`)) as Record<string, unknown>;
  return vaultArmId({
    subscriptionId: subscription ?? String(info["defaultSubscriptionId"]),
    resourceGroup: resourceGroup ?? String(info["defaultResourceGroup"]),
    name,
  });
}

async function ask<T extends z.ZodType>(
  world: PlanCommandWorld,
  method: "GET" | "POST",
  path: string,
  schema: T,
  body?: unknown,
): Promise<z.infer<T>> {
  const version = encodeURIComponent(OWN_API_VERSIONS.at(-1) ?? "");
  const answer = await answerOf(world, method, `${world.portal}${path}?api-version=${version}`, body);
  return schema.parse(answer);
}

/** @throws Fault PortalNotReachable; Refusal with what the portal says */
async function answerOf(
  world: PlanCommandWorld,
  method: "GET" | "POST",
  url: string,
  body?: unknown,
): Promise<unknown> {
  let answer: Awaited<ReturnType<PlanCommandWorld["request"]>>;
  try {
    answer = await world.request(method, url, body);
  } catch (error) {
    throw new Fault(
      {
        code: "PortalNotReachable",
        message: `The portal at ${world.portal} does not answer.`,
        possibleCauses: error instanceof Error ? error.message : String(error),
        recommendedAction: "Start it with `npx secondsite serve`, or give its address with --portal.",
      },
      { cause: error },
    );
  }
  if (answer.status < 400) return answer.body;
  throw refusalOf(answer.status, answer.body);
}

function refusalOf(status: number, body: unknown): Refusal {
  const error = recordOf(recordOf(body)["error"]);
  const [detail] = Array.isArray(error["details"]) ? (error["details"] as unknown[]) : [];
  const explained = recordOf(detail);
  const text = (value: unknown, otherwise: string) => (typeof value === "string" && value !== "" ? value : otherwise);
  return new Refusal(status === 409 ? "conflict" : status === 404 ? "notFound" : "invalid", {
    code: text(error["code"], `Status${String(status)}`),
    message: text(error["message"], `The portal answered with status ${String(status)}.`),
    possibleCauses: text(explained["possibleCauses"], "The portal gives none."),
    recommendedAction: text(explained["recommendedAction"], "Look at the portal's log."),
  });
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A file that cannot be read is the command line's. */
export function documentNotReadable(file: string, error: unknown): UsageError {
  return new UsageError(
    `The document ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  );
}
