"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { FormDialog } from "@/components/ui/form-dialog";
import { PasswordField } from "@/components/ui/password-field";
import { startOperation } from "@/lib/client/long-running";
import { passphraseProblem } from "@/lib/client/passphrase";
import { api } from "@/lib/client/paths";
import { KEY_VERBS, type KeyVerb } from "./key-verbs";

/** One change of a vault's keys: what it means, the passphrases it takes, and why the service refused. */
export function KeyDialog(props: { readonly vaultName: string; readonly verb: KeyVerb; readonly onClose: () => void }) {
  const { vaultName, onClose } = props;
  const verb = KEY_VERBS[props.verb];
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const operation = useOperation();
  const weak = verb.fields.flatMap((field) =>
    field.isNew && secrets[field.name] ? [passphraseProblem(secrets[field.name] ?? "")] : [],
  );
  const missing = verb.fields.find((field) => !secrets[field.name]);
  return (
    <FormDialog
      title={verb.title}
      submitLabel={verb.label}
      isDanger={verb.isDanger ?? false}
      busy={operation.isStarting}
      disabledReason={
        missing
          ? `Enter the ${missing.label.toLowerCase()} first.`
          : (weak.find((one) => one !== null)?.message ?? null)
      }
      error={operation.error}
      onClose={onClose}
      onSubmit={() =>
        operation.run({
          title: verb.label,
          subject: vaultName,
          start: () =>
            startOperation(
              "POST",
              api.vaultKeys(vaultName, props.verb),
              verb.fields.length > 0 ? { properties: secrets } : undefined,
            ),
          onAccepted: onClose,
        })
      }
    >
      <p>{verb.meaning}</p>
      {verb.fields.map((field) => (
        <PasswordField
          key={field.name}
          label={field.label}
          value={secrets[field.name] ?? ""}
          onChange={(value) => setSecrets({ ...secrets, [field.name]: value })}
          autoComplete={field.isNew ? "new-password" : "off"}
        />
      ))}
    </FormDialog>
  );
}
