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

const start: ConsoleStream = { view: null, connection: "connecting", problem: null };

/** Follows one machine's screen by its own event stream. Mount it once per machine (use the machine's id as key). */
export function useConsoleStream(machineId: string): ConsoleStream {
  const [stream, setStream] = useState<ConsoleStream>(start);
  useEffect(() => {
    const source = new EventSource(api.consoleStream(machineId));
    const receive = (message: MessageEvent<string>) => {
      const parsed = ConsoleView.safeParse(JSON.parse(message.data));
      setStream((old) =>
        parsed.success
          ? { view: parsed.data, connection: "live", problem: null }
          : { ...old, problem: "The server sent a screen that this page cannot show. Reload the page." },
      );
    };
    source.onmessage = receive;
    source.addEventListener("console", receive);
    source.onopen = () => setStream((old) => ({ ...old, connection: "live" }));
    source.onerror = () => setStream((old) => ({ ...old, connection: "lost" }));
    return () => source.close();
  }, [machineId]);
  return stream;
}
