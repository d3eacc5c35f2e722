import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A framed part of a page with a heading of its own. */
export function Card(props: {
  readonly title?: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  readonly className?: string;
}) {
  return (
    <section
      {...(props.title ? { "aria-label": props.title } : {})}
      className={clsx("rounded-lg border border-line bg-surface", props.className)}
    >
      {props.title ? (
        <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-3">
          <div className="min-w-[min(100%,13rem)] flex-1">
            <h2 className="text-[0.9375rem] font-semibold">{props.title}</h2>
            {props.description ? <div className="text-[0.8125rem] text-muted">{props.description}</div> : null}
          </div>
          {props.actions}
        </header>
      ) : null}
      <div className="px-5 py-4">{props.children}</div>
    </section>
  );
}
