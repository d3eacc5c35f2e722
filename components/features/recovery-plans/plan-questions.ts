import type { z } from "zod";
import { armRequest, parseBody } from "@/lib/client/arm-client";
import { api } from "@/lib/client/paths";
import { AppliedPlanDocument } from "@/lib/contract/plan-document";
import { PlanValidation } from "@/lib/contract/plan-validation";
import { planRequests, validationBody, type PlanChoice, type PlanRequest } from "./plan-requests";

/** Questions are POSTs that change nothing: no job follows, and no notification. */
async function ask<T extends z.ZodType>({ method, path, body }: PlanRequest, schema: T): Promise<z.output<T>> {
  const answer = await armRequest(method, path, { body });
  return parseBody(schema, answer.body, path);
}

/** What applying the document would change. Throws `ArmError` for a document that cannot be applied. */
export async function comparePlanDocument(vault: string, yaml: string): Promise<AppliedPlanDocument["properties"]> {
  return (await ask(planRequests.applyDocument(vault, yaml, true), AppliedPlanDocument)).properties;
}

export async function validatePlan(
  vault: string,
  plan: string,
  choice: PlanChoice,
): Promise<PlanValidation["properties"]> {
  const path = api.recoveryPlanOwn(vault, plan, "validate");
  return (await ask({ method: "POST", path, body: validationBody(choice) }, PlanValidation)).properties;
}
