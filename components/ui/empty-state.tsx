import type { ReactNode } from "react";

/** Nothing is here yet: says why, and what to do next. */
export function EmptyState(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong/60 bg-surface px-6 py-14 text-center">
      <span
        aria-hidden
        className="grid size-12 place-items-center rounded-full bg-accent-soft text-accent [&_svg]:size-6"
      >
        {props.icon}
      </span>
      <h2 className="text-base font-semibold">{props.title}</h2>
      <div className="max-w-md text-muted">{props.children}</div>
      {props.actions ? <div className="mt-1 flex flex-wrap justify-center gap-2">{props.actions}</div> : null}
    </div>
  );
}
