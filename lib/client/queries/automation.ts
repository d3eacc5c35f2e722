import { queryOptions, type QueryClient } from "@tanstack/react-query";
import {
  AutomationAccountResource,
  AutomationJobResource,
  RunbookInterpreters,
  RunbookResource,
  RunbookVersionResource,
  VariableResource,
} from "@/lib/contract/automation";
import { armGet, armList } from "../arm-client";
import { armText } from "../arm-text";
import { api } from "../paths";
import { keys } from "../query-keys";

/** While something runs its state and its output are read so often. */
const LIVE_MS = 700;

export const automationAccountsQuery = () =>
  queryOptions({
    queryKey: keys.automation("accounts"),
    queryFn: ({ signal }) => armList(api.automationAccounts(), AutomationAccountResource, signal),
  });

export const automationAccountQuery = (account: string) =>
  queryOptions({
    queryKey: keys.automation("account", account),
    queryFn: ({ signal }) => armGet(api.automation(account), AutomationAccountResource, signal),
  });

export const runbooksQuery = (account: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "runbooks"),
    queryFn: ({ signal }) => armList(api.automation(account, "runbooks"), RunbookResource, signal),
  });

/** A runbook with the text that its editor begins with: the draft, else what is published. */
export const runbookQuery = (account: string, runbook: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "runbook", runbook),
    async queryFn({ signal }) {
      const resource = await armGet(api.automation(account, "runbooks", runbook), RunbookResource, signal);
      const hasPublished = resource.properties.publishedVersion !== null;
      const read = async (...below: readonly string[]) =>
        (await armText("GET", api.automation(account, "runbooks", runbook, ...below), { signal })).text;
      const published = hasPublished ? await read("content") : null;
      const draft = resource.properties.draft === null ? null : await read("draft", "content");
      return { resource, published, draft };
    },
  });

/**
 * After what changed it here, and before anybody can write on: who wrote over the state of before would be refused as one
 * who did not know of the change.
 */
export const readRunbookAgain = (client: QueryClient, account: string, runbook: string): Promise<void> =>
  client.refetchQueries({ queryKey: runbookQuery(account, runbook).queryKey });

export const runbookVersionsQuery = (account: string, runbook: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "versions", runbook),
    queryFn: ({ signal }) => armList(api.runbookVersions(account, runbook), RunbookVersionResource, signal),
  });

export const automationVariablesQuery = (account: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "variables"),
    queryFn: ({ signal }) => armList(api.automation(account, "variables"), VariableResource, signal),
  });

export const automationJobsQuery = (account: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "jobs"),
    queryFn: ({ signal }) => armList(api.automation(account, "jobs"), AutomationJobResource, signal),
  });

/** A run with what it has printed, read again and again until it has ended. */
export const automationJobQuery = (account: string, job: string) =>
  queryOptions({
    queryKey: keys.automation("account", account, "job", job),
    async queryFn({ signal }) {
      const resource = await armGet(api.automation(account, "jobs", job), AutomationJobResource, signal);
      // After the state, so that the output of a run that has ended is the whole of it.
      const output = await armText("GET", api.automation(account, "jobs", job, "output"), { signal });
      return { resource, output: output.text };
    },
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data.resource) ? false : LIVE_MS),
  });

export const runbookInterpretersQuery = () =>
  queryOptions({
    queryKey: keys.automation("interpreters"),
    queryFn: ({ signal }) => armGet(api.runbookInterpreters(), RunbookInterpreters, signal),
  });

/** It has not ended. */
export function isOpen(job: AutomationJobResource): boolean {
  return job.properties.status === "Activating" || job.properties.status === "Running";
}
