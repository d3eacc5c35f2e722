"use client";
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState, type ReactNode } from "react";
import { RouterProvider } from "react-aria-components";
import { connectLiveEvents } from "@/lib/client/live-events";
import { createQueryClient } from "@/lib/client/query-client";
import { useNotificationsStore } from "@/lib/client/stores/notifications-store";
import { useShellStore } from "@/lib/client/stores/shell-store";
import { notificationOfEvent } from "./notification-of-event";

/** What every page stands on: the query cache, navigation without reloading, and the one stream of live events. */
export function PortalProviders({ children }: { readonly children: ReactNode }) {
  const [client] = useState(createQueryClient);
  const router = useRouter();
  return (
    <QueryClientProvider client={client}>
      <RouterProvider navigate={(href) => router.push(href)}>
        <LiveEvents />
        {children}
      </RouterProvider>
    </QueryClientProvider>
  );
}

function LiveEvents() {
  const client = useQueryClient();
  const setLive = useShellStore((state) => state.setLive);
  const put = useNotificationsStore((state) => state.put);
  useEffect(
    () =>
      connectLiveEvents(
        client,
        (event) => {
          if (event.type === "job") put(notificationOfEvent(event));
        },
        setLive,
      ),
    [client, put, setLive],
  );
  return null;
}
