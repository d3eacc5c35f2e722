"use client";
import { useSyncExternalStore } from "react";
import { formatDateTime, formatRelative } from "./format";

/** One clock for all relative times on the page; it ticks once a second while somebody looks. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}
function readNow(): number {
  if (timer === null || now === 0) now = Math.floor(Date.now() / 1000) * 1000;
  return now;
}

/** Milliseconds since 1970, ticking once a second; 0 while rendered on the server. */
export const useNow = () => useSyncExternalStore(subscribe, readNow, () => 0);

/** "3 min ago", with the exact time as its title. */
export function RelativeTime({
  at,
  fallback = "never",
}: {
  readonly at: string | null | undefined;
  readonly fallback?: string;
}) {
  const current = useNow();
  if (!at) return <>{fallback}</>;
  return (
    <time dateTime={at} title={formatDateTime(at)} suppressHydrationWarning>
      {current === 0 ? "" : formatRelative(at, current)}
    </time>
  );
}

/** The exact time, in the browser's time zone. */
export function ExactTime({
  at,
  fallback = "never",
}: {
  readonly at: string | null | undefined;
  readonly fallback?: string;
}) {
  if (!at) return <>{fallback}</>;
  return (
    <time dateTime={at} suppressHydrationWarning>
      {formatDateTime(at)}
    </time>
  );
}
