"use client";
import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "./button";

export interface LogPaneProps {
  /** Spoken name: whose output this is. */
  readonly label: string;
  readonly text: string;
  /** More may come: the pane keeps to the end and can be held. */
  readonly isLive: boolean;
  /** Shown while there is no text. */
  readonly empty: string;
}

/** Output as it comes, a line at a time to a screen reader. Held, it neither moves nor changes until it goes on. */
export function LogPane({ label, text, isLive, empty }: LogPaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<string | null>(null);
  const shown = isLive && held !== null ? held : text;
  const lines = shown === "" ? [] : shown.replace(/\n$/, "").split("\n");
  useEffect(() => {
    if (isLive && held === null && pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [isLive, held, text]);
  return (
    <div className="flex flex-col gap-1.5">
      <div
        ref={pane}
        role="log"
        aria-label={label}
        aria-live={isLive && held === null ? "polite" : "off"}
        // What does not fit is scrolled to with the keyboard too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-72 overflow-y-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] wrap-anywhere whitespace-pre-wrap"
      >
        {lines.length === 0 ? <span className="text-muted">{empty}</span> : null}
        {lines.map((line, index) => (
          // Lines have no name of their own; new ones come at the end.
          <div key={index}>{line === "" ? "\u00a0" : line}</div>
        ))}
      </div>
      {isLive ? (
        <span className="flex flex-wrap items-center gap-3 text-[0.8125rem] text-muted">
          <Button
            size="small"
            icon={held === null ? <Pause /> : <Play />}
            onPress={() => setHeld((before) => (before === null ? text : null))}
          >
            {held === null ? "Hold the output" : "Follow the output"}
          </Button>
          <span role="status">{held === null ? "" : held === text ? "Held." : "Held. There is more."}</span>
        </span>
      ) : null}
    </div>
  );
}
