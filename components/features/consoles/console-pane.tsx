"use client";
import { ConsoleScreen } from "@/components/ui/console-screen";
import { formatCount, formatDuration } from "@/components/ui/format";
import { MessageBar } from "@/components/ui/message-bar";
import { RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { ConsoleView } from "@/lib/contract/portal";
import { useConsoleStream, type ConsoleStream } from "./use-console-stream";

const powers: Readonly<Record<string, { readonly tone: StatusTone; readonly text: string }>> = {
  running: { tone: "good", text: "Running" },
  starting: { tone: "busy", text: "Starting" },
  stopping: { tone: "busy", text: "Shutting down" },
  off: { tone: "idle", text: "Off" },
  failed: { tone: "bad", text: "Failed" },
};

/** One machine's console, live, with the orders that its guest has counted. */
export function ConsolePane({ machineId, title }: { readonly machineId: string; readonly title: string }) {
  const stream = useConsoleStream(machineId);
  const { view } = stream;
  const power = view ? (powers[view.power] ?? { tone: "unknown" as const, text: view.power }) : null;
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2">
      <header className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-semibold">
          {title}
          {view ? <span className="ml-2 font-normal text-muted">{view.machineName}</span> : null}
        </h3>
        <Connection stream={stream} power={power} />
      </header>
      <ConsoleScreen label={title} rows={view?.rows ?? []} overlay={overlayOf(stream)} />
      <Orders view={view} />
      {stream.problem ? <MessageBar tone="error" title={stream.problem} /> : null}
    </section>
  );
}

function overlayOf({ view, connection }: ConsoleStream) {
  if (view === null)
    return connection === "lost" ? "The console does not answer: the machine or its site is away." : "Connecting…";
  if (connection === "lost") return "The connection is lost; this is the last picture.";
  if (view.power === "off") return "The machine is off.";
  if (view.power === "failed") return "The machine has failed.";
  return undefined;
}

function Connection(props: {
  readonly stream: ConsoleStream;
  readonly power: { readonly tone: StatusTone; readonly text: string } | null;
}) {
  const { stream, power } = props;
  if (stream.connection === "lost") return <StatusBadge tone="bad">No connection</StatusBadge>;
  if (power === null) return <StatusBadge tone="busy">Connecting</StatusBadge>;
  return <StatusBadge tone={power.tone}>{power.text}</StatusBadge>;
}

function Orders({ view }: { readonly view: ConsoleView | null }) {
  const orders = view?.orders;
  return (
    <p className="flex flex-wrap items-baseline gap-x-4 text-[0.8125rem] text-muted">
      <span>
        {view && view.power !== "running" && orders ? "when last counted " : ""}
        <strong className="text-base text-ink">{orders ? formatCount(orders.count) : "–"}</strong> orders
      </span>
      {orders?.lastAt ? (
        <span>
          last one <RelativeTime at={orders.lastAt} />
        </span>
      ) : null}
      {orders?.verdict === "damaged" ? <StatusBadge tone="bad">Ledger damaged</StatusBadge> : null}
      {orders?.verdict === "ok" ? <StatusBadge tone="good">Ledger intact</StatusBadge> : null}
      {view?.firstLineMs ? <span>first line after {formatDuration(view.firstLineMs / 1000)}</span> : null}
    </p>
  );
}
