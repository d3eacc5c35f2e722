"use client";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Link } from "react-aria-components/Link";

/** A link inside the application; the surrounding router decides how it navigates. In running text it is underlined, where colour alone would not tell it. */
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
      className={clsx(
        "rounded-sm text-accent underline-offset-2 hover:text-accent-strong hover:underline in-[p]:underline",
        className,
      )}
    >
      {children}
    </Link>
  );
}
