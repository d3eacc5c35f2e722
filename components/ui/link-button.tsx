"use client";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Link } from "react-aria-components/Link";

/** A link that looks like a button: it leads somewhere, it does nothing. */
export function LinkButton(props: {
  readonly href: string;
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  readonly variant?: "primary" | "secondary";
}) {
  return (
    <Link
      href={props.href}
      className={clsx(
        "inline-flex min-h-9 items-center justify-center gap-2 rounded-md border px-3.5 font-medium whitespace-nowrap transition-colors",
        props.variant === "primary"
          ? "border-transparent bg-accent-fill text-white hover:bg-accent-fill-hover"
          : "border-line-strong/60 bg-surface text-ink hover:bg-sunken",
      )}
    >
      {props.icon ? (
        <span aria-hidden className="[&_svg]:size-4">
          {props.icon}
        </span>
      ) : null}
      {props.children}
    </Link>
  );
}
