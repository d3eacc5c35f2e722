"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { PasswordField } from "@/components/ui/password-field";
import { Select } from "@/components/ui/select";
import { TextLink } from "@/components/ui/text-link";
import type { ArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { api, pages, vaultResourceId } from "@/lib/client/paths";
import { estateQuery } from "@/lib/client/queries/estate";
import type { EstateSite } from "@/lib/contract/portal";
import type { Scenario } from "./scenarios";
import type { StepProps } from "./step-props";

/** Runs the registration on the host, or configuration server, of a site that lives on this computer: the same command line, the same process. */
export function RegisterDemoHost(props: StepProps & { readonly fabrics: readonly string[] }) {
  const { scenario } = props;
  const estate = useQuery(estateQuery());
  const [site, setSite] = useState<string | null>(null);
  const [fabric, setFabric] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [failure, setFailure] = useState<ArmError | null>(null);
  const operation = useOperation();
  const sites = sitesFor(scenario, estate.data ?? []);
  const chosenSite =
    sites.find((one) => one.name === site) ?? sites.find((one) => whyNot(one, scenario) === null) ?? sites[0];
  const chosenFabric = fabric ?? props.fabrics[0] ?? null;
  const reason = chosenSite
    ? whyNot(chosenSite, scenario)
    : "There is no site on this computer. Add one under On-premises sites.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!chosenSite || !chosenFabric || reason !== null || operation.isStarting) return;
    const properties = { vaultId: vaultResourceId(props.vaultName), fabricName: chosenFabric, passphrase };
    setFailure(null);
    operation.run({
      title: `Register ${scenario.server}`,
      subject: chosenSite.name,
      start: () => startOperation("POST", api.estateSiteAction(chosenSite.name, "register"), { properties }),
      onAccepted: () => setPassphrase(""),
      onFailed: setFailure,
    });
  };
  const heading = `On a ${scenario.server} of the demo`;
  const rest = elsewhere(operation.error, "passphrase") ?? failure;
  return (
    <section aria-label={heading} className="flex min-w-0 flex-col gap-3">
      <h4 className="font-semibold">{heading}</h4>
      <p className="text-muted">Runs the same command on the {scenario.server} of a site on this computer.</p>
      {estate.data ? <NoDemoSite scenario={scenario} estate={estate.data} /> : null}
      <form
        noValidate
        onSubmit={submit}
        aria-label={`Register a demo ${scenario.server}`}
        className="flex flex-col gap-3"
      >
        <Select
          label="On-premises site"
          value={chosenSite?.name ?? null}
          onChange={setSite}
          options={sites.map((one) => ({ value: one.name, label: one.name, hint: whyNot(one, scenario) ?? undefined }))}
        />
        {props.fabrics.length > 1 ? (
          <Select
            label={`${scenario.site} of the vault`}
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
            {`Register the ${scenario.demoServer}`}
          </Button>
        </div>
      </form>
    </section>
  );
}

/** Those that were made for the scenario come first; the others keep their order. */
function sitesFor({ demoKinds }: Scenario, estate: readonly EstateSite[]): readonly EstateSite[] {
  return demoKinds.flatMap((kind) => estate.filter((site) => site.properties.kind === kind));
}

/** A computer starts with the Hyper-V demo site; its VMware one somebody has to add. */
function NoDemoSite({ scenario, estate }: { readonly scenario: Scenario; readonly estate: readonly EstateSite[] }) {
  if (scenario.kind !== "VMware" || estate.some((site) => site.properties.kind === "contosoVmware")) return null;
  return (
    <MessageBar tone="info" title="There is no VMware site on this computer.">
      <p>
        Add one under <TextLink href={pages.sites()}>On-premises sites</TextLink> with “Add VMware demo site”.
      </p>
    </MessageBar>
  );
}

function whyNot(site: EstateSite, { server }: Scenario): string | null {
  const { controlUnavailableReason, registeredVaultId, state } = site.properties;
  if (registeredVaultId) return `Its ${server} is registered already.`;
  if (state === "failed") return "The site has failed. Restore it under On-premises sites first.";
  return controlUnavailableReason;
}
