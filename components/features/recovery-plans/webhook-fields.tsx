"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { automationAccountsQuery, automationVariablesQuery } from "@/lib/client/queries/automation";
import { nameInId } from "@/lib/client/paths";
import type { ActionFieldsProps } from "./action-fields";
import { LimitField } from "./limit-field";

const UNSIGNED = "none";

/** Who is called, and the encrypted variable whose value signs the call. */
export function WebhookFields(props: ActionFieldsProps) {
  const { form, change, problemAt } = props;
  return (
    <>
      <TextField
        label="Address"
        hint="Receives a POST with the context of the run as JSON. Any answer of 2xx is success; redirects are not followed."
        value={form.url}
        onChange={(url) => change({ url })}
        error={problemAt("url")}
        isRequired
      />
      <Select
        label="Signature"
        options={useSecrets(form.secretVariableId)}
        value={form.secretVariableId ?? UNSIGNED}
        onChange={(value) => change({ secretVariableId: value === UNSIGNED ? null : value })}
        hint="HMAC-SHA-256 over the body, in X-Secondsite-Signature, so that the receiver can tell who calls."
        isRequired
      />
      <LimitField {...props} />
    </>
  );
}

/** The encrypted variables of all accounts; one that an action names and that is gone stays visible as such. */
function useSecrets(chosen: string | null) {
  const accounts = useQuery(automationAccountsQuery()).data ?? [];
  const lists = useQueries({ queries: accounts.map(({ name }) => automationVariablesQuery(name)) });
  const secrets = lists.flatMap(({ data }) => data ?? []).filter(({ properties }) => properties.isEncrypted);
  const name = (id: string) => `${nameInId(id, "automationAccounts") ?? ""} / ${nameInId(id, "variables") ?? id}`;
  const known = secrets.map(({ id }) => ({ value: id, label: name(id) }));
  const isGone = chosen !== null && !secrets.some(({ id }) => id.toLowerCase() === chosen.toLowerCase());
  return [
    { value: UNSIGNED, label: "Not signed", hint: "Anybody who knows the address can call it." },
    ...known,
    ...(isGone
      ? [{ value: chosen, label: name(chosen), hint: "This variable is not there, or is not encrypted." }]
      : []),
  ];
}
