import type { Scenario } from "./scenarios";

/** What the action of a step needs to know of where it stands. */
export interface StepProps {
  readonly scenario: Scenario;
  readonly vaultName: string;
}
