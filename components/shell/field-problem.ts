import type { Explanation } from "@/lib/kernel/fault";
import { isAbout, type ArmError } from "@/lib/client/arm-error";

/**
 * What a form field shows as wrong: a rule of the domain that the value breaks, or else the refusal of the service when it
 * names this field. Null when neither does.
 */
export function fieldProblem(
  local: Explanation | null,
  refusal: ArmError | null,
  ...targets: readonly string[]
): string | null {
  if (local) return `${local.message} ${local.possibleCauses}`;
  if (refusal && isAbout(refusal, ...targets)) return [refusal.message, refusal.recommendedAction].join(" ").trim();
  return null;
}

/** The refusal, unless one of the form's fields shows it already. */
export const elsewhere = (refusal: ArmError | null, ...targets: readonly string[]): ArmError | null =>
  refusal && !isAbout(refusal, ...targets) ? refusal : null;
