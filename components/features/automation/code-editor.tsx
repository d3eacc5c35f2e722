"use client";
import { useId, useRef, type KeyboardEvent } from "react";
import { labelClass } from "@/components/ui/text-field";

const INDENT = "  ";

/**
 * Text of a script, with line numbers. Tab indents; Esc, then Tab, leaves the field, so that nobody is caught in it with a
 * keyboard alone.
 */
export function CodeEditor(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { label, value, onChange } = props;
  const id = useId();
  const gutter = useRef<HTMLPreElement>(null);
  const isLeaving = useRef(false);
  const numbers = Array.from({ length: value.split("\n").length }, (_, index) => index + 1).join("\n");
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      isLeaving.current = true;
      return;
    }
    const leaves = isLeaving.current || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
    if (event.key !== "Shift") isLeaving.current = false;
    if (event.key !== "Tab" || leaves) return;
    event.preventDefault();
    const field = event.currentTarget;
    const { selectionStart, selectionEnd } = field;
    onChange(value.slice(0, selectionStart) + INDENT + value.slice(selectionEnd));
    const caret = selectionStart + INDENT.length;
    // After React has written the value, which moves the caret to the end.
    requestAnimationFrame(() => field.setSelectionRange(caret, caret));
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={labelClass}>
        {label}
      </label>
      <div className="flex h-[min(26rem,45vh)] overflow-hidden rounded-md border border-line-strong bg-surface font-mono text-[0.8125rem] leading-5 focus-within:border-accent">
        <pre
          ref={gutter}
          aria-hidden
          className="m-0 w-11 shrink-0 overflow-hidden border-r border-line bg-sunken py-2 pr-2 text-right text-muted select-none"
        >
          {numbers}
        </pre>
        <textarea
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          aria-describedby={`${id}-hint`}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          className="min-w-0 flex-1 resize-none overflow-auto bg-transparent px-3 py-2 font-mono leading-5 text-ink"
        />
      </div>
      <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
        Tab indents. To leave the editor with the keyboard, press Esc and then Tab.
      </p>
    </div>
  );
}
