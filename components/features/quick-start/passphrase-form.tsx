"use client";
import { WandSparkles } from "lucide-react";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { PasswordField } from "@/components/ui/password-field";
import { startOperation } from "@/lib/client/long-running";
import { generatePassphrase, PASSPHRASE_LENGTH_MIN, passphraseProblem } from "@/lib/client/passphrase";
import { api } from "@/lib/client/paths";

/** Chooses the passphrase that wraps the vault's key. It is sent once, never stored, and cannot be read again. */
export function PassphraseForm({ vaultName }: { readonly vaultName: string }) {
  const [passphrase, setPassphrase] = useState("");
  const [repeated, setRepeated] = useState("");
  const [generated, setGenerated] = useState<string | null>(null);
  const [isKept, setKept] = useState(false);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const weak = passphraseProblem(passphrase);
  const differs = passphrase !== repeated;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || weak || differs || !isKept) return;
    operation.run({
      title: "Choose passphrase",
      subject: vaultName,
      start: () => startOperation("PUT", api.passphrase(vaultName), { properties: { passphrase } }),
    });
  };
  const generate = () => {
    const made = generatePassphrase();
    setGenerated(made);
    setPassphrase(made);
    setRepeated(made);
  };
  const rest = elsewhere(operation.error, "passphrase");
  return (
    <form noValidate onSubmit={submit} aria-label="Choose the passphrase" className="flex max-w-xl flex-col gap-4">
      <MessageBar tone="warning" title="Without the passphrase nobody can open the data">
        Everything in this vault is encrypted on the site with a key that this passphrase locks. It is not stored
        anywhere and cannot be recovered or reset, by us or by anyone. Keep it where a disaster at the site cannot reach
        it.
      </MessageBar>
      <PasswordField
        label="Passphrase"
        value={passphrase}
        onChange={setPassphrase}
        hint={`At least ${PASSPHRASE_LENGTH_MIN} characters: letters, digits, spaces and punctuation.`}
        error={fieldProblem(wasSubmitted ? weak : null, operation.error, "passphrase")}
        autoComplete="new-password"
      />
      <PasswordField
        label="Repeat the passphrase"
        value={repeated}
        onChange={setRepeated}
        error={wasSubmitted && differs ? "The two are not the same." : null}
        autoComplete="new-password"
      />
      {generated !== null && generated === passphrase ? (
        <CodeBlock label="Generated passphrase" text={generated} copyLabel="Copy passphrase" />
      ) : null}
      <Checkbox isSelected={isKept} onChange={setKept} isInvalid={wasSubmitted && !isKept}>
        I have stored the passphrase in a safe place
      </Checkbox>
      {wasSubmitted && !isKept ? (
        <p className="-mt-2 text-[0.8125rem] text-bad">Store it first, then tick this box.</p>
      ) : null}
      {rest ? <ErrorBar error={rest} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" type="submit" busy={operation.isStarting}>
          Choose this passphrase
        </Button>
        <Button icon={<WandSparkles />} onPress={generate}>
          Generate
        </Button>
      </div>
    </form>
  );
}
