import { Fault, Refusal, type Explanation } from "@/lib/kernel/fault";

/** For reports to the vault. A bug of ours is named as one: it must not look like advice. */
export function explainError(error: unknown): Explanation {
  if (error instanceof Fault || error instanceof Refusal) return error.explanation;
  return {
    code: "AgentInternalError",
    message: `The agent met an error of its own: ${error instanceof Error ? error.message : String(error)}`,
    possibleCauses: "A defect in the agent. The details are in its log.",
    recommendedAction: "The agent tries again by itself. Report the entry of its log.",
  };
}
