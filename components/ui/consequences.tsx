import type { ReactNode } from "react";

/** What will happen, as a list a person can check before agreeing. */
export function Consequences({ children }: { readonly children: readonly ReactNode[] }) {
  return (
    <ul className="flex list-disc flex-col gap-1.5 pl-5 marker:text-muted">
      {children.map((line, index) => (
        <li key={index}>{line}</li>
      ))}
    </ul>
  );
}
