"use client";
import { FlaskConical, ListOrdered, MonitorCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import type { TutorialStep } from "@/lib/contract/portal";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { CreateSiteStep } from "./create-site-step";
import { PrepareResourcesStep } from "./prepare-resources-step";
import { ProtectionGroupStep } from "./protection-group-step";
import { RegisterHostStep } from "./register-host-step";
import { RegistrationKeyStep } from "./registration-key-step";
import type { StepProps } from "./step-props";

export interface StepActionProps extends StepProps {
  readonly step: TutorialStep;
  /** Opens the panel that protects machines, of sites of this kind first; it belongs to another part of the portal. */
  readonly onAddMachines: (kind: FabricKind) => void;
}

/** What the user does in a step, right where the step is explained. */
export function StepAction({ step, scenario, vaultName, onAddMachines }: StepActionProps) {
  const isBlocked = step.state === "blocked";
  const about = { scenario, vaultName };
  switch (step.id) {
    case "createSite":
      return <CreateSiteStep {...about} />;
    case "registrationKey":
      return isBlocked ? null : <RegistrationKeyStep {...about} />;
    case "registerHost":
      return isBlocked ? null : <RegisterHostStep {...about} />;
    case "prepareResources":
      return <PrepareResourcesStep vaultName={vaultName} />;
    case "protectionGroup":
      return isBlocked ? null : <ProtectionGroupStep {...about} />;
    case "addMachines":
      return (
        <div className="flex flex-wrap gap-2">
          <Button
            variant="primary"
            icon={<MonitorCheck />}
            onPress={() => onAddMachines(scenario.kind)}
            disabledReason={isBlocked ? step.finding : null}
          >
            Add virtual machines
          </Button>
          <LinkButton href={pages.vaultTab(vaultName, "protected-items")}>Open Protected Items</LinkButton>
        </div>
      );
    case "recoveryPlan":
      return (
        <LinkRow>
          <LinkButton href={pages.vaultTab(vaultName, "recovery-plans")} icon={<ListOrdered />}>
            Open Recovery Plans
          </LinkButton>
        </LinkRow>
      );
    case "testFailover":
      return (
        <LinkRow>
          <LinkButton href={pages.vaultTab(vaultName, "protected-items")} icon={<FlaskConical />}>
            Choose a machine to test
          </LinkButton>
          <LinkButton href={pages.vaultTab(vaultName, "recovery-plans")}>Test a recovery plan</LinkButton>
        </LinkRow>
      );
  }
}

function LinkRow({ children }: { readonly children: React.ReactNode }) {
  return <div className="flex flex-wrap gap-2">{children}</div>;
}
