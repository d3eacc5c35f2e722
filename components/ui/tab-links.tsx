"use client";
import { clsx } from "clsx";
import { useEffect, useRef, type ReactNode } from "react";
import { Link } from "react-aria-components/Link";
import { Tooltip } from "./tooltip";

export interface TabLink {
  readonly href: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** Only the icon is shown; the label is spoken. */
  readonly iconOnly?: boolean;
  readonly isCurrent: boolean;
}

/** Tabs that are pages: a navigation landmark of links, the current one marked. */
export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  const bar = useRef<HTMLElement>(null);
  const current = tabs.find((tab) => tab.isCurrent)?.href;
  // On a narrow screen the bar scrolls: the current tab must not lie outside.
  useEffect(() => {
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav ref={bar} aria-label={label} className="-mb-px overflow-x-auto">
      <ul className="flex gap-1">
        {tabs.map((tab) => (
          <li key={tab.href}>{tab.iconOnly ? <Tooltip text={tab.label}>{tabLink(tab)}</Tooltip> : tabLink(tab)}</li>
        ))}
      </ul>
    </nav>
  );
}

function tabLink(tab: TabLink) {
  return (
    <Link
      href={tab.href}
      {...(tab.isCurrent ? { "aria-current": "page" as const } : {})}
      {...(tab.iconOnly ? { "aria-label": tab.label } : {})}
      className={clsx(
        "flex min-h-10 items-center gap-2 rounded-t border-b-2 px-3 font-medium whitespace-nowrap -outline-offset-2 transition-colors",
        tab.isCurrent
          ? "border-accent text-accent"
          : "border-transparent text-muted hover:border-line-strong hover:text-ink",
      )}
    >
      {tab.icon ? (
        <span aria-hidden className="[&_svg]:size-5">
          {tab.icon}
        </span>
      ) : null}
      {tab.iconOnly ? null : tab.label}
    </Link>
  );
}
