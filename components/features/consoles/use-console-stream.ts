"use client";
import { useEffect, useState } from "react";
import { ConsoleView } from "@/lib/contract/portal";
import { api } from "@/lib/client/paths";

export interface ConsoleStream {
  /** The newest picture, kept when the connection breaks: the last thing seen is evidence too. */
  readonly view: ConsoleView | null;
  readonly connection: "connecting" | "live" | "lost";
  /** Set when the server sent something this page cannot read. */
  readonly problem: string | null;
}

type Change = Partial<ConsoleStream>;
const start: ConsoleStream = { view: null, connection: "connecting", problem: null };
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 10_000;

/** Follows one machine's screen by its own event stream. Mount it once per machine (use the machine's id as key). */
export function useConsoleStream(machineId: string): ConsoleStream {
  const [stream, setStream] = useState<ConsoleStream>(start);
  useEffect(() => followConsole(machineId, (change) => setStream((old) => ({ ...old, ...change }))), [machineId]);
  return stream;
}

/**
 * Keeps a stream open while somebody looks. A browser gives up for good when the answer is no stream (a machine that is
 * just being made, a server that starts): then it is asked again. Hidden pages close theirs, since a browser opens only
 * six connections to one server, over all its tabs.
 */
function followConsole(machineId: string, onChange: (change: Change) => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | null = null;
  let waitMs = RETRY_MS_MIN;

  const close = () => {
    source?.close();
    source = null;
    if (retry !== null) clearTimeout(retry);
    retry = null;
  };
  const open = () => {
    close();
    const opened = new EventSource(api.consoleStream(machineId));
    source = opened;
    const receive = (message: MessageEvent<string>) => {
      waitMs = RETRY_MS_MIN;
      onChange(readView(message.data));
    };
    opened.onmessage = receive;
    opened.addEventListener("console", receive);
    opened.onerror = () => {
      onChange({ connection: "lost" });
      if (opened.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(open, waitMs);
      waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    };
  };
  const onVisibility = () => (document.hidden ? close() : open());

  document.addEventListener("visibilitychange", onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}

function readView(data: string): Change {
  const parsed = ConsoleView.safeParse(JSON.parse(data));
  return parsed.success
    ? { view: parsed.data, connection: "live", problem: null }
    : { problem: "The server sent a screen that this page cannot show. Reload the page." };
}
