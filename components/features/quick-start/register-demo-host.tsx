"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { PasswordField } from "@/components/ui/password-field";
import { Select } from "@/components/ui/select";
import type { ArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { api, vaultResourceId } from "@/lib/client/paths";
import { estateQuery } from "@/lib/client/queries/estate";
import type { EstateSite } from "@/lib/contract/portal";

/** Runs the registration on the host of a site that lives on this computer: the same command line, the same process. */
export function RegisterDemoHost(props: { readonly vaultName: string; readonly fabrics: readonly string[] }) {
  const estate = useQuery(estateQuery());
  const [site, setSite] = useState<string | null>(null);
  const [fabric, setFabric] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [failure, setFailure] = useState<ArmError | null>(null);
  const operation = useOperation();
  const sites = estate.data ?? [];
  const chosenSite = sites.find((one) => one.name === site) ?? sites.find((one) => whyNot(one) === null) ?? sites[0];
  const chosenFabric = fabric ?? props.fabrics[0] ?? null;
  const reason = chosenSite
    ? whyNot(chosenSite)
    : "There is no site on this computer. Add one under On-premises sites.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!chosenSite || !chosenFabric || reason !== null || operation.isStarting) return;
    const properties = { vaultId: vaultResourceId(props.vaultName), fabricName: chosenFabric, passphrase };
    setFailure(null);
    operation.run({
      title: "Register host",
      subject: chosenSite.name,
      start: () => startOperation("POST", api.estateSiteAction(chosenSite.name, "register"), { properties }),
      onAccepted: () => setPassphrase(""),
      onFailed: setFailure,
    });
  };
  const rest = elsewhere(operation.error, "passphrase") ?? failure;
  return (
    <section aria-label="On a host of the demo" className="flex min-w-0 flex-col gap-3">
      <h4 className="font-semibold">On a host of the demo</h4>
      <p className="text-muted">Runs the same command on the host of a site on this computer.</p>
      <form noValidate onSubmit={submit} aria-label="Register a demo host" className="flex flex-col gap-3">
        <Select
          label="On-premises site"
          value={chosenSite?.name ?? null}
          onChange={setSite}
          options={sites.map((one) => ({ value: one.name, label: one.name, hint: whyNot(one) ?? undefined }))}
        />
        {props.fabrics.length > 1 ? (
          <Select
            label="Hyper-V site of the vault"
            value={chosenFabric}
            onChange={setFabric}
            options={props.fabrics.map((one) => ({ value: one, label: one }))}
          />
        ) : null}
        <PasswordField
          label="Passphrase of the vault"
          value={passphrase}
          onChange={setPassphrase}
          error={fieldProblem(null, operation.error, "passphrase")}
        />
        {rest ? <ErrorBar error={rest} /> : null}
        <div>
          <Button
            variant="primary"
            type="submit"
            busy={operation.isStarting}
            disabledReason={reason ?? (passphrase === "" ? "Type the passphrase of the vault first." : null)}
          >
            Register the demo host
          </Button>
        </div>
      </form>
    </section>
  );
}

function whyNot(site: EstateSite): string | null {
  const { controlUnavailableReason, registeredVaultId, state } = site.properties;
  if (registeredVaultId) return "Its host is registered already.";
  if (state === "failed") return "The site has failed. Restore it under On-premises sites first.";
  return controlUnavailableReason;
}
