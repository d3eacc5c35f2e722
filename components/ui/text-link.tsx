"use client";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Link } from "react-aria-components/Link";

/** A link inside the application; the surrounding router decides how it navigates. */
export function TextLink({
  href,
  children,
  className,
}: {
  readonly href: string;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <Link
      href={href}
      className={clsx("rounded-sm text-accent underline-offset-2 hover:text-accent-strong hover:underline", className)}
    >
      {children}
    </Link>
  );
}
