"use client";
import type { ReactNode } from "react";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components/Tooltip";

/** A hint for one focusable element (a button or link of this room). Shown on hover and on keyboard focus. */
export function Tooltip({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <TooltipTrigger delay={350} closeDelay={80}>
      {children}
      <AriaTooltip
        offset={8}
        className="max-w-72 animate-fade-in rounded-md border border-line bg-raised px-2.5 py-1.5 text-[0.8125rem] text-ink shadow-panel"
      >
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
