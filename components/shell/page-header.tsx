"use client";
import type { ReactNode } from "react";
import { TextLink } from "@/components/ui/text-link";

export interface PageHeaderProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** The way up. */
  readonly back?: { readonly href: string; readonly label: string };
  readonly badges?: ReactNode;
  /** Tabs or filters, at the lower edge of the header. */
  readonly children?: ReactNode;
}

/** The head of a page: what it is, where it belongs, its tabs. */
export function PageHeader({ title, subtitle, back, badges, children }: PageHeaderProps) {
  return (
    <div className="border-b border-line bg-surface px-4 pt-4 md:px-8">
      {back ? (
        <nav aria-label="Breadcrumb" className="text-[0.8125rem]">
          <TextLink href={back.href}>{back.label}</TextLink>
        </nav>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pb-3">
        <h1 className="text-[1.375rem] leading-tight font-semibold tracking-tight break-all">{title}</h1>
        {badges}
      </div>
      {subtitle ? <p className="-mt-2 pb-3 text-muted">{subtitle}</p> : null}
      {children}
    </div>
  );
}
