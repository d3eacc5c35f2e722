import { MessageBar } from "@/components/ui/message-bar";
import type { ReadableError } from "./job-model";

/** What went wrong, each with its causes and its cure. */
export function JobErrors({ errors }: { readonly errors: readonly ReadableError[] }) {
  if (errors.length === 0) return null;
  return (
    <div className="flex flex-col gap-3">
      {errors.map((error) => (
        <MessageBar
          key={`${error.code} ${error.message}`}
          tone={error.severity}
          title={error.message}
          possibleCauses={error.possibleCauses}
          recommendedAction={error.recommendedAction}
          code={error.code}
        />
      ))}
    </div>
  );
}
