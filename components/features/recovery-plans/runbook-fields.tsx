"use client";
import { useQuery } from "@tanstack/react-query";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { TextLink } from "@/components/ui/text-link";
import { toArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { automationAccountsQuery, runbooksQuery } from "@/lib/client/queries/automation";
import type { RunbookResource } from "@/lib/contract/automation";
import type { ActionFieldsProps } from "./action-fields";
import { runbookIn } from "./action-summary";
import { LimitField } from "./limit-field";

const locations = [
  { value: "Recovery", label: "Recovery side", hint: "Azure, where the replicas start." },
  { value: "Primary", label: "Primary side", hint: "The site. Only around the shutdown." },
] as const;

const LOOKING = "Looking for automation accounts…";
const NONE = "There is none yet: make one in Automation.";

/** Which runbook of which account is run, where, and for how long at most. */
export function RunbookFields(props: ActionFieldsProps) {
  const { form, change, problemAt } = props;
  const accounts = useQuery(automationAccountsQuery());
  const account = form.accountName ?? accounts.data?.[0]?.name ?? null;
  const runbooks = useQuery({ ...runbooksQuery(account ?? ""), enabled: account !== null });
  const failure = accounts.error ?? runbooks.error;
  const chosen = runbooks.data?.find(({ id }) => id.toLowerCase() === form.runbookId?.toLowerCase()) ?? null;
  return (
    <>
      {failure ? <ErrorBar error={toArmError(failure)} /> : null}
      <Select
        label="Automation account"
        options={(accounts.data ?? []).map(({ name }) => ({ value: name, label: name }))}
        value={account}
        onChange={(accountName) => change({ accountName, runbookId: null })}
        hint={accounts.isPending ? LOOKING : accounts.data?.length === 0 ? NONE : undefined}
        isRequired
      />
      <Select
        label="Runbook"
        options={(runbooks.data ?? []).map((one) => ({ value: one.id, label: one.name, hint: versionText(one) }))}
        value={chosen?.id ?? null}
        onChange={(runbookId) => change({ runbookId, accountName: account })}
        error={problemAt("runbook")}
        hint={account === null || failure ? undefined : hintOf(form.runbookId, chosen, runbooks.data ?? null)}
        isRequired
      />
      <p className="text-[0.8125rem]">
        {chosen && account ? (
          <TextLink href={pages.runbook(account, chosen.name)}>Edit {chosen.name}</TextLink>
        ) : (
          <TextLink href={pages.automation()}>Open Automation</TextLink>
        )}
      </p>
      <Select
        label="Side"
        options={locations}
        value={form.fabricLocation}
        onChange={(value) => change({ fabricLocation: value === "Primary" ? "Primary" : "Recovery" })}
        error={problemAt("fabricLocation")}
        isRequired
      />
      <LimitField {...props} />
    </>
  );
}

const versionText = ({ properties }: RunbookResource) =>
  `${properties.runbookType}, ${properties.publishedVersion ? `version ${properties.publishedVersion} is published` : "never published: a plan cannot run it"}`;

/** `known` is null while the account's runbooks are being read. */
function hintOf(
  runbookId: string | null,
  chosen: RunbookResource | null,
  known: readonly RunbookResource[] | null,
): string | undefined {
  if (chosen) return versionText(chosen);
  if (known === null) return "Looking for the runbooks of the account…";
  if (runbookId !== null) return `${runbookIn(runbookId).runbook} is not in this account any more.`;
  return known.length === 0 ? "This account has no runbook yet: write one in Automation." : undefined;
}
