import type { z } from "zod";
import { VariableResource, VariableWrite } from "@/lib/contract/automation";
import { listOf } from "@/lib/contract/portal";
import { variableNotFound } from "@/lib/operations/automation/variables-of-runbook";
import { deleteVariable } from "@/lib/operations/automation/delete-variable";
import { writeVariable } from "@/lib/operations/automation/write-variable";
import { Refusal } from "@/lib/kernel/fault";
import { created, list, ok } from "../answers";
import { refuseWhenNotNew } from "../preconditions";
import { presentVariable } from "../presenters/automation";
import { route, type Call, type Route } from "../route";
import { ACCOUNT, accountOf, apiVersions, type AccountParams } from "./automation-paths";

const VARIABLE = `${ACCOUNT}/variables/{variableName}` as const;
type VariableCall<Body> = Call<AccountParams | "variableName", Body>;

async function find(call: VariableCall<unknown>) {
  const account = await accountOf(call);
  const variable = await call.context.repositories.automationVariables.find(account.id, call.params.variableName);
  return { account, variable };
}

async function findOrThrow(call: VariableCall<unknown>) {
  const { account, variable } = await find(call);
  if (variable) return { account, variable };
  throw new Refusal("notFound", variableNotFound(account.name, call.params.variableName), "variableName");
}

async function write(call: VariableCall<z.infer<typeof VariableWrite>>) {
  const account = await accountOf(call);
  const { value, description, isEncrypted } = call.body.properties;
  const made = await writeVariable(call.context, account, {
    name: call.params.variableName,
    value: value ?? null,
    description: description ?? null,
    isEncrypted: isEncrypted ?? null,
  });
  return { ...made, account };
}

export const automationVariableRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${ACCOUNT}/variables`,
    summary: "Lists the variables of an account; values of encrypted ones are never given.",
    apiVersions,
    answer: listOf(VariableResource),
    async handle(call) {
      const account = await accountOf(call);
      const variables = await call.context.repositories.automationVariables.list(account.id);
      return list(variables.map((variable) => presentVariable(account, variable)));
    },
  }),
  route({
    method: "GET",
    path: VARIABLE,
    summary: "Gets a variable.",
    apiVersions,
    answer: VariableResource,
    async handle(call) {
      const { account, variable } = await findOrThrow(call);
      return ok(presentVariable(account, variable));
    },
  }),
  route({
    method: "PUT",
    path: VARIABLE,
    summary: "Creates a variable, or changes its value. A value is JSON in a text.",
    apiVersions,
    body: VariableWrite,
    answer: VariableResource,
    async handle(call) {
      // Before it is written: who wanted a new one must not have changed the one that exists.
      const { variable: existing } = await find(call);
      if (existing) refuseWhenNotNew(call, "variable", existing.name, "variableName");
      const { account, variable, created: isNew } = await write(call);
      return (isNew ? created : ok)(presentVariable(account, variable));
    },
  }),
  route({
    method: "PATCH",
    path: VARIABLE,
    summary: "Changes the value or the description of a variable.",
    apiVersions,
    body: VariableWrite,
    answer: VariableResource,
    async handle(call) {
      await findOrThrow(call);
      const { account, variable } = await write(call);
      return ok(presentVariable(account, variable));
    },
  }),
  route({
    method: "DELETE",
    path: VARIABLE,
    summary: "Deletes a variable. Refused while a recovery plan signs a webhook with it.",
    apiVersions,
    async handle(call) {
      const { account, variable } = await find(call);
      if (variable) await deleteVariable(call.context, account, variable);
      // The official client knows no other answer here, not even 204.
      return new Response(null, { status: 200 });
    },
  }),
];
