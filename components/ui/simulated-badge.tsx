"use client";
import { FlaskConical } from "lucide-react";
import { Button } from "react-aria-components/Button";
import { Tooltip } from "./tooltip";

/** Marks what stands in for something that cannot run here. A button, so that its explanation is reached by keyboard. */
export function SimulatedBadge({ what }: { readonly what: string }) {
  return (
    <Tooltip text={what}>
      <Button className="inline-flex items-center gap-1 rounded-full bg-simulated-soft px-2 py-0.5 text-[0.75rem] font-medium text-simulated">
        <FlaskConical aria-hidden className="size-3.5" />
        Simulated
      </Button>
    </Tooltip>
  );
}
