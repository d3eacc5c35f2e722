import type { ReactNode } from "react";

/** One measured figure, large, with what it counts. */
export function Figure(props: { readonly value: ReactNode; readonly label: string; readonly note?: ReactNode }) {
  return (
    <div role="group" aria-label={props.label} className="min-w-0">
      <p className="text-2xl leading-tight font-semibold tracking-tight">{props.value}</p>
      <p className="text-[0.8125rem] text-muted">{props.label}</p>
      {props.note ? <div className="mt-1 text-[0.8125rem]">{props.note}</div> : null}
    </div>
  );
}
