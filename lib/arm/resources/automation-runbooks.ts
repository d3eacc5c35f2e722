import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import {
  RunbookContent,
  RunbookCreation,
  RunbookDraftResource,
  RunbookResource,
  RunbookVersionResource,
} from "@/lib/contract/automation";
import { listOf } from "@/lib/contract/portal";
import { RUNBOOK_KINDS, type AutomationAccount, type Runbook, type RunbookKind } from "@/lib/domain/automation";
import { RUNBOOK_TYPES, runbookKindOf } from "@/lib/domain/automation-rules";
import { Refusal } from "@/lib/kernel/fault";
import { deleteRunbook } from "@/lib/operations/automation/delete-runbook";
import { interpreterMissing } from "@/lib/operations/automation/describe-runbook";
import { discardDraft } from "@/lib/operations/automation/discard-draft";
import { requirePublished } from "@/lib/operations/automation/find-automation";
import { publishRunbook } from "@/lib/operations/automation/publish-runbook";
import { writeDraft } from "@/lib/operations/automation/write-draft";
import { writeRunbook } from "@/lib/operations/automation/write-runbook";
import type { OperationContext } from "@/lib/operations/context";
import { created, list, noContent, ok, text } from "../answers";
import { refuseWhenNotNew } from "../preconditions";
import { automationArmId, etagOf, presentDraft, presentRunbook, presentVersion } from "../presenters/automation";
import { noSuchResource } from "../resolve";
import { route, type Call, type Route } from "../route";
import { ACCOUNT, accountOf, apiVersions, RUNBOOK, runbookOf } from "./automation-paths";

const VERSIONS = `${RUNBOOK}/providers/Secondsite.Recovery/versions` as const;

async function present(context: OperationContext, account: AutomationAccount, runbook: Runbook) {
  return presentRunbook(account, runbook, await interpreterMissing(context, runbook.kind));
}

export const automationRunbookRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${ACCOUNT}/runbooks`,
    summary: "Lists the runbooks of an account.",
    apiVersions,
    answer: listOf(RunbookResource),
    async handle(call) {
      const account = await accountOf(call);
      const runbooks = await call.context.repositories.runbooks.list(account.id);
      return list(await Promise.all(runbooks.map((runbook) => present(call.context, account, runbook))));
    },
  }),
  route({
    method: "GET",
    path: RUNBOOK,
    summary: "Gets a runbook.",
    apiVersions,
    answer: RunbookResource,
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      return ok(await present(call.context, account, runbook));
    },
  }),
  route({
    method: "PUT",
    path: RUNBOOK,
    summary: "Creates a runbook with an empty draft, or writes its description.",
    apiVersions,
    body: RunbookCreation,
    answer: RunbookResource,
    async handle(call) {
      const { properties } = call.body;
      const account = await accountOf(call);
      const existing = await call.context.repositories.runbooks.find(account.id, call.params.runbookName);
      if (existing) refuseWhenNotNew(call, "runbook", existing.name, "runbookName");
      const made = await writeRunbook(call.context, account, {
        name: call.params.runbookName,
        kind: kindFrom(properties.runbookType),
        description: properties.description ?? null,
      });
      return (made.created ? created : ok)(await present(call.context, account, made.runbook));
    },
  }),
  route({
    method: "DELETE",
    path: RUNBOOK,
    summary: "Deletes a runbook with its versions. Refused while a recovery plan names it.",
    apiVersions,
    async handle(call) {
      const account = await accountOf(call);
      const runbook = await call.context.repositories.runbooks.find(account.id, call.params.runbookName);
      if (runbook) await deleteRunbook(call.context, account, runbook);
      return noContent();
    },
  }),
  route({
    method: "GET",
    path: `${RUNBOOK}/draft`,
    summary: "Says whether a runbook has a draft, and since when.",
    apiVersions,
    answer: RunbookDraftResource,
    async handle(call) {
      const { runbook } = await runbookOf(call);
      const none = { inEdit: false, creationTime: runbook.createdAt, lastModifiedTime: runbook.changedAt };
      return ok(presentDraft(runbook) ?? none);
    },
  }),
  route({
    method: "GET",
    path: `${RUNBOOK}/draft/content`,
    summary: "The text of the draft.",
    apiVersions,
    async handle(call) {
      const { runbook } = await runbookOf(call);
      if (runbook.draft === null) throw noSuchResource(`${runbook.name}/draft`, "runbookName");
      return text(runbook.draft);
    },
  }),
  route({
    method: "PUT",
    path: `${RUNBOOK}/draft/content`,
    summary: "Replaces the draft, at once. If-Match refuses when the runbook was changed by somebody else.",
    apiVersions,
    body: RunbookContent,
    textBody: true,
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      const written = await writeDraft(call.context, runbook, call.body, revisionFrom(call.headers.get("if-match")));
      return done(call, automationArmId(account, "runbooks", runbook.name), { ETag: etagOf(written) });
    },
  }),
  route({
    method: "POST",
    path: `${RUNBOOK}/draft/undoEdit`,
    summary: "Discards the draft of a published runbook.",
    apiVersions,
    async handle(call) {
      const { runbook } = await runbookOf(call);
      await discardDraft(call.context, runbook);
      return ok({ statusCode: "OK", requestId: call.context.random.uuid() });
    },
  }),
  route({
    method: "POST",
    path: `${RUNBOOK}/publish`,
    summary:
      "Makes the draft the next version, which recovery plans run from now on. It is done when this is answered.",
    apiVersions,
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      await publishRunbook(call.context, runbook);
      return done(call, automationArmId(account, "runbooks", runbook.name));
    },
  }),
  route({
    method: "GET",
    path: `${RUNBOOK}/content`,
    summary: "The text that is published.",
    apiVersions,
    async handle(call) {
      const { runbook } = await runbookOf(call);
      return text((await requirePublished(call.context, runbook)).text);
    },
  }),
  route({
    method: "GET",
    path: VERSIONS,
    summary: "Lists what was ever published, newest first.",
    apiVersions: OWN_API_VERSIONS,
    answer: listOf(RunbookVersionResource),
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      const versions = await call.context.repositories.runbooks.versions(runbook.id);
      return list(versions.reverse().map((version) => presentVersion(account, runbook, version)));
    },
  }),
  route({
    method: "GET",
    path: `${VERSIONS}/{versionNumber}`,
    summary: "Gets one published version.",
    apiVersions: OWN_API_VERSIONS,
    answer: RunbookVersionResource,
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      const number = Number(call.params.versionNumber);
      const version = await call.context.repositories.runbooks.version(runbook.id, number);
      if (!version) throw noSuchResource(call.params.versionNumber, "versionNumber");
      return ok(presentVersion(account, runbook, version));
    },
  }),
];

/** The official client takes these verbs for long ones, and knows no other answer: 202, and where a result is read that is JSON. */
function done(call: Call, resourceId: string, more: Readonly<Record<string, string>> = {}): Response {
  const location = `${call.origin}${resourceId}?api-version=${encodeURIComponent(call.apiVersion)}`;
  return new Response(null, { status: 202, headers: { Location: location, "Retry-After": "1", ...more } });
}

function kindFrom(type: string): RunbookKind {
  const kind = runbookKindOf(type);
  if (kind) return kind;
  throw new Refusal(
    "invalid",
    {
      code: "RunbookTypeNotSupported",
      message: `Runbooks of the type ${JSON.stringify(type.slice(0, 60))} do not exist here.`,
      possibleCauses: "Graphical runbooks and workflows of Azure Automation need its own engine.",
      recommendedAction: `Use one of: ${RUNBOOK_KINDS.map((one) => RUNBOOK_TYPES[one]).join(", ")}.`,
    },
    "properties.runbookType",
  );
}

function revisionFrom(ifMatch: string | null): number | null {
  if (ifMatch === null || ifMatch === "*") return null;
  const found = /^"(\d+)"$/.exec(ifMatch)?.[1];
  // An etag of another making matches nothing.
  return found === undefined ? -1 : Number(found);
}
