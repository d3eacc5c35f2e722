"use client";
import { clsx } from "clsx";
import { useShellStore } from "@/lib/client/stores/shell-store";

const words = { connecting: "Connecting…", connected: "Live", broken: "Reconnecting…" } as const;

/** Whether figures on the page follow the system by themselves. */
export function LiveIndicator() {
  const live = useShellStore((state) => state.live);
  return (
    <span role="status" className="inline-flex items-center gap-2 px-2 text-[0.8125rem] text-frame-muted">
      <span
        aria-hidden
        className={clsx("size-2 rounded-full", live === "connected" ? "bg-[#4ccf87]" : "animate-pulse bg-[#f3b950]")}
      />
      <span className={clsx(live === "connected" && "max-sm:sr-only")}>{words[live]}</span>
    </span>
  );
}
