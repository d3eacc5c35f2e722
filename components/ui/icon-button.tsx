"use client";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import { Tooltip } from "./tooltip";

export interface IconButtonProps extends Omit<AriaButtonProps, "children" | "className"> {
  /** Spoken, and shown as the tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly className?: string;
}

export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={clsx(
          "inline-grid size-8 shrink-0 place-items-center rounded-md text-current transition-colors hover:bg-ink/10 [&_svg]:size-4",
          className,
        )}
      >
        {icon}
      </AriaButton>
    </Tooltip>
  );
}
