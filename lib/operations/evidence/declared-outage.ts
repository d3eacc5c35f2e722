import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { withOrigin } from "./job-origin";

/** The same context, for a failover whose outage was declared then. @throws Refusal OutageNotDeclaredYet */
export function declaredAt(context: OperationContext, instant: string | null | undefined): OperationContext {
  if (!instant) return context;
  const at = new Date(instant);
  if (at.getTime() > context.clock.now().getTime()) throw notYet(instant);
  return withOrigin(context, () => ({ declaredAt: at.toISOString() }));
}

function notYet(instant: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "OutageNotDeclaredYet",
      message: `An outage cannot have been declared in the future, at ${instant}.`,
      possibleCauses: "The time zone was mistaken, or the clocks of two machines differ.",
      recommendedAction: "Send the instant of the declaration in UTC, or leave it out: then it is that of the request.",
    },
    "properties.outageDeclaredAt",
  );
}
