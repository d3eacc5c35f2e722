"use client";
import { CopyButton } from "./copy-button";

/** A line of text to copy: a command, a passphrase. */
export function CodeBlock({
  text,
  label,
  copyLabel = "Copy command",
}: {
  readonly text: string;
  readonly label: string;
  readonly copyLabel?: string;
}) {
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-md border border-line bg-sunken px-3 py-2">
      <code
        role="group"
        aria-label={label}
        className="min-w-0 flex-1 font-mono text-[0.8125rem] [overflow-wrap:anywhere]"
      >
        {text}
      </code>
      <CopyButton text={text} label={copyLabel} />
    </div>
  );
}
