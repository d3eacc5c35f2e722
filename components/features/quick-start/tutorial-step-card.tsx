"use client";
import { clsx } from "clsx";
import { Check, ChevronDown, LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Disclosure, DisclosurePanel } from "react-aria-components/Disclosure";
import { Heading } from "react-aria-components/Heading";
import type { TutorialStep } from "@/lib/contract/portal";
import { findingText } from "./finding-text";

export interface TutorialStepCardProps {
  readonly step: TutorialStep;
  readonly number: number;
  readonly isLast: boolean;
  readonly blockedByTitle: string | null;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
  /** The action of the step. */
  readonly children: ReactNode;
}

const words = { done: "Done", ready: "To do", blocked: "Not yet" } as const;

/** One step on the line from the first to the last: number or tick, title, what was found; open, what to do. */
export function TutorialStepCard(props: TutorialStepCardProps) {
  const { step, isLast, isOpen } = props;
  return (
    <li className="relative flex gap-4 pb-3">
      {isLast ? null : <span aria-hidden className="absolute top-9 bottom-0 left-[0.9rem] w-px bg-line" />}
      <StepMark state={step.state} number={props.number} />
      <Disclosure
        isExpanded={isOpen}
        onExpandedChange={props.onToggle}
        className={clsx(
          "min-w-0 flex-1 rounded-lg border bg-surface",
          isOpen && step.state === "ready" ? "border-accent/50" : "border-line",
        )}
      >
        <Heading level={3}>
          <Button
            slot="trigger"
            className="flex w-full items-start gap-3 rounded-lg px-4 py-3 text-left -outline-offset-2 hover:bg-canvas"
          >
            <span className="min-w-0 flex-1">
              <span className="block font-semibold">{step.title}</span>
              <span className="block text-[0.8125rem] text-muted">
                <span className={clsx("font-medium", step.state === "done" ? "text-good" : "text-ink")}>
                  {words[step.state]}
                </span>
                {" · "}
                {findingText(step.finding)}
              </span>
            </span>
            <ChevronDown
              aria-hidden
              className={clsx("mt-0.5 size-4 shrink-0 text-muted transition-transform", isOpen && "rotate-180")}
            />
          </Button>
        </Heading>
        <DisclosurePanel>
          <div className="flex flex-col gap-4 border-t border-line px-4 py-4">
            <p className="max-w-3xl">{step.explanation}</p>
            {step.state === "blocked" && props.blockedByTitle ? (
              <p className="text-muted">
                Do this first: <span className="font-medium text-ink">{props.blockedByTitle}</span>
              </p>
            ) : null}
            {props.children}
          </div>
        </DisclosurePanel>
      </Disclosure>
    </li>
  );
}

function StepMark({ state, number }: { readonly state: TutorialStep["state"]; readonly number: number }) {
  return (
    <span
      aria-hidden
      className={clsx(
        "z-10 mt-2.5 grid size-7 shrink-0 place-items-center rounded-full text-[0.8125rem] font-semibold",
        state === "done" && "bg-good text-surface",
        state === "ready" && "bg-accent-fill text-white",
        state === "blocked" && "border border-line-strong bg-surface text-muted",
      )}
    >
      {state === "done" ? (
        <Check className="size-4" />
      ) : state === "blocked" ? (
        <LockKeyhole className="size-3.5" />
      ) : (
        number
      )}
    </span>
  );
}
