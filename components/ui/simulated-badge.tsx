"use client";
import { FlaskConical } from "lucide-react";
import { Focusable } from "react-aria-components/Focusable";
import { Tooltip } from "./tooltip";

/** Marks what stands in for something that cannot run here. */
export function SimulatedBadge({ what }: { readonly what: string }) {
  return (
    <Tooltip text={what}>
      <Focusable>
        <span
          role="note"
          aria-label={`Simulated. ${what}`}
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the tooltip must be reachable by keyboard
          tabIndex={0}
          className="inline-flex items-center gap-1 rounded-full bg-simulated-soft px-2 py-0.5 text-[0.75rem] font-medium text-simulated"
        >
          <FlaskConical aria-hidden className="size-3.5" />
          Simulated
        </span>
      </Focusable>
    </Tooltip>
  );
}
