"use client";
import { FlaskConical, ListOrdered, MonitorCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import type { TutorialStep } from "@/lib/contract/portal";
import { CreateSiteStep } from "./create-site-step";
import { PrepareResourcesStep } from "./prepare-resources-step";
import { ProtectionGroupStep } from "./protection-group-step";
import { RegisterHostStep } from "./register-host-step";
import { RegistrationKeyStep } from "./registration-key-step";

export interface StepActionProps {
  readonly step: TutorialStep;
  readonly vaultName: string;
  /** Opens the panel that protects machines; it belongs to another part of the portal. */
  readonly onAddMachines: () => void;
}

/** What the user does in a step, right where the step is explained. */
export function StepAction({ step, vaultName, onAddMachines }: StepActionProps) {
  const isBlocked = step.state === "blocked";
  switch (step.id) {
    case "createSite":
      return <CreateSiteStep vaultName={vaultName} />;
    case "registrationKey":
      return isBlocked ? null : <RegistrationKeyStep vaultName={vaultName} />;
    case "registerHost":
      return isBlocked ? null : <RegisterHostStep vaultName={vaultName} />;
    case "prepareResources":
      return <PrepareResourcesStep vaultName={vaultName} />;
    case "protectionGroup":
      return isBlocked ? null : <ProtectionGroupStep vaultName={vaultName} />;
    case "addMachines":
      return (
        <div className="flex flex-wrap gap-2">
          <Button
            variant="primary"
            icon={<MonitorCheck />}
            onPress={onAddMachines}
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
