"use client";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Select } from "@/components/ui/select";
import { tutorialQuery } from "@/lib/client/queries/vaults";
import type { Tutorial } from "@/lib/contract/portal";
import { scenarios, type Scenario } from "./scenarios";
import { StepAction, type StepActionProps } from "./step-action";
import { TutorialStepCard } from "./tutorial-step-card";
import { useScenario } from "./use-scenario";

export type QuickStartProps = Pick<StepActionProps, "vaultName" | "onAddMachines">;

/** The tutorial of a scenario: each step with its explanation, its action and what was found in the system. */
export function QuickStart(props: QuickStartProps) {
  return (
    <Suspense>
      <ChosenTutorial {...props} />
    </Suspense>
  );
}

function ChosenTutorial({ vaultName, onAddMachines }: QuickStartProps) {
  const [scenario, choose] = useScenario(vaultName);
  const tutorial = useQuery(tutorialQuery(vaultName, scenario.value));
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <div className="flex flex-col gap-3">
        <h2 className="text-lg font-semibold">Protect your machines, and prove that you can recover them</h2>
        <p className="max-w-3xl text-muted">
          Follow the steps from top to bottom. Nothing is ticked by hand: each step is done when the system itself shows
          that it is, and says what is missing when it is not.
        </p>
        <Select
          label="Setup recovery"
          options={scenarios}
          value={scenario.value}
          onChange={choose}
          className="max-w-md"
        />
      </div>
      <QueryView query={tutorial} what="the tutorial">
        {({ properties }) => (
          <Steps
            // What was opened, typed and chosen belongs to the scenario.
            key={scenario.value}
            scenario={scenario}
            title={properties.title}
            steps={properties.steps}
            vaultName={vaultName}
            onAddMachines={onAddMachines}
          />
        )}
      </QueryView>
    </div>
  );
}

type Steps = Tutorial["properties"]["steps"];

interface StepsProps extends QuickStartProps {
  readonly scenario: Scenario;
  readonly title: string;
  readonly steps: Steps;
}

function Steps(props: StepsProps) {
  const { steps, title } = props;
  const next = steps.find((step) => step.state === "ready")?.id ?? null;
  const done = steps.filter((step) => step.state === "done").length;
  // The step that was next before stays open beside the new one: what it has just shown (a command to copy) is needed.
  const [recent, setRecent] = useState<readonly (string | null)[]>([next]);
  if (next !== recent[0]) setRecent([next, recent[0] ?? null]);
  // What the user opened or closed goes before that.
  const [choices, setChoices] = useState<Readonly<Record<string, boolean>>>({});
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-base font-semibold">Steps</h2>
        <p className="text-muted" aria-live="polite">
          {done} of {steps.length} steps done
        </p>
      </div>
      <ol className="flex flex-col">
        {steps.map((step, index) => (
          <TutorialStepCard
            key={step.id}
            step={step}
            number={index + 1}
            isLast={index === steps.length - 1}
            blockedByTitle={steps.find((one) => one.id === step.blockedBy)?.title ?? null}
            isOpen={choices[step.id] ?? recent.includes(step.id)}
            onToggle={(isOpen) => setChoices({ ...choices, [step.id]: isOpen })}
          >
            <StepAction
              step={step}
              scenario={props.scenario}
              vaultName={props.vaultName}
              onAddMachines={props.onAddMachines}
            />
          </TutorialStepCard>
        ))}
      </ol>
    </section>
  );
}
