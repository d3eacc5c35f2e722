"use client";
import { clsx } from "clsx";
import { useId, type ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import { Tooltip } from "./tooltip";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";

export interface ButtonProps extends Omit<AriaButtonProps, "children" | "className" | "isDisabled"> {
  readonly children?: ReactNode;
  readonly variant?: ButtonVariant;
  readonly size?: "small" | "medium";
  readonly icon?: ReactNode;
  readonly className?: string;
  /** Work is going on; a second press does nothing. */
  readonly busy?: boolean;
  /** Why it cannot be pressed now. It stays in the tab order and says the reason when it is reached. */
  readonly disabledReason?: string | null;
}

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent-fill text-white hover:bg-accent-fill-hover border-transparent",
  secondary: "bg-surface text-ink border-line-strong/60 hover:bg-sunken",
  quiet: "bg-transparent text-accent border-transparent hover:bg-accent-soft",
  danger: "bg-bad-fill text-white border-transparent hover:brightness-110",
};
const idle = "bg-sunken text-muted border-line";

export function Button({
  children,
  variant = "secondary",
  size = "medium",
  icon,
  className,
  busy = false,
  disabledReason = null,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const stopped = busy || disabledReason !== null;
  const { onPress, type, ...others } = rest;
  const button = (
    <AriaButton
      {...others}
      {...(stopped || !onPress ? {} : { onPress })}
      type={stopped ? "button" : (type ?? "button")}
      {...(stopped ? { "aria-disabled": true } : {})}
      {...(disabledReason ? { "aria-describedby": reasonId } : {})}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap transition-colors",
        size === "small" ? "min-h-7 px-2.5 text-[0.8125rem]" : "min-h-9 px-3.5",
        disabledReason ? idle : variants[variant],
        busy && "opacity-80",
        className,
      )}
    >
      {icon ? (
        <span aria-hidden className="[&_svg]:size-4">
          {icon}
        </span>
      ) : null}
      {children}
      {busy ? <span className="size-3 animate-spin rounded-full border-2 border-current border-r-transparent" /> : null}
    </AriaButton>
  );
  if (!disabledReason) return button;
  return (
    <>
      <Tooltip text={disabledReason}>{button}</Tooltip>
      <span id={reasonId} hidden>
        {disabledReason}
      </span>
    </>
  );
}
