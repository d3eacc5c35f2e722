"use client";
import { CopyButton } from "./copy-button";

/** A command line to copy. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-md border border-line bg-sunken px-3 py-2">
      <code aria-label={label} className="min-w-0 flex-1 font-mono text-[0.8125rem] break-all">
        {text}
      </code>
      <CopyButton text={text} label="Copy command" />
    </div>
  );
}
