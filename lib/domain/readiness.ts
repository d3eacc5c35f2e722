import { readinessParts, type Finding } from "./readiness-parts";
import type { ReadinessReadings } from "./readiness-readings";

export interface ReadinessPart {
  readonly id: string;
  readonly title: string;
  readonly weight: number;
  readonly state: "Met" | "NotMet" | "Unknown";
  /** What was found, with its figures; for Unknown: why it could not be found out. */
  readonly evidence: string;
  /** What to do about it; null when it is met. */
  readonly action: string | null;
  /** The tab of the vault where that is done. */
  readonly place: Finding["place"];
}

export interface Readiness {
  /** 0 to 100: the weight of the parts that are met, of the weight of all. */
  readonly score: number;
  readonly parts: readonly ReadinessPart[];
}

/** What cannot be found out is not met: a score must not rise because nobody could look. */
export function scoreReadiness(readings: ReadinessReadings, now: Date): Readiness {
  const parts = readinessParts.map((part): ReadinessPart => {
    const { id, title, weight } = part;
    const found = part.judge(readings, now);
    if (!found.known) {
      const action = "Cure what keeps the portal from looking, then look again.";
      return { id, title, weight, state: "Unknown", evidence: found.why, action, place: part.place };
    }
    const { isMet, evidence, action, place } = found.value;
    return { id, title, weight, state: isMet ? "Met" : "NotMet", evidence, action: isMet ? null : action, place };
  });
  const weightOf = (some: readonly ReadinessPart[]) => some.reduce((sum, part) => sum + part.weight, 0);
  const met = weightOf(parts.filter((part) => part.state === "Met"));
  return { score: (100 * met) / weightOf(parts), parts };
}
