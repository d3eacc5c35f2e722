import type { ActionPlace, PlanGroup } from "./plan-draft";

/** What the card of a group and its parts get. */
export interface GroupCardProps {
  readonly groups: readonly PlanGroup[];
  readonly index: number;
  readonly nameOf: (machineId: string) => string;
  /** The machine's own page: its consoles and its evidence. */
  readonly hrefOf: (machineId: string) => string;
  readonly onChange: (groups: readonly PlanGroup[]) => void;
  readonly onAddMachines: () => void;
  readonly onEditAction: (place: ActionPlace, position: number | null) => void;
}
