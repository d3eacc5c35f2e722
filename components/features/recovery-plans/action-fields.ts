import type { ActionField, ActionForm, ActionSurroundings } from "./action-form";

/** What the fields of one kind of action need. */
export interface ActionFieldsProps {
  readonly form: ActionForm;
  readonly around: ActionSurroundings;
  readonly change: (change: Partial<ActionForm>) => void;
  /** What is wrong at the field, once it was tried to save. */
  readonly problemAt: (field: ActionField) => string | null;
}
