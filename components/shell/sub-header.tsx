"use client";
import type { ReactNode } from "react";
import { TextLink } from "@/components/ui/text-link";

/** The head of a page below a tab: what it shows, and the way back to the list. */
export function SubHeader(props: {
  readonly title: string;
  readonly back: { readonly href: string; readonly label: string };
  readonly badges?: ReactNode;
}) {
  return (
    <header>
      <nav aria-label="Back" className="text-[0.8125rem]">
        <TextLink href={props.back.href}>{props.back.label}</TextLink>
      </nav>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 className="text-lg leading-tight font-semibold tracking-tight break-words">{props.title}</h2>
        {props.badges}
      </div>
    </header>
  );
}
