"use client";
import { Bell, LoaderCircle, Plus, TriangleAlert } from "lucide-react";
import { Button } from "react-aria-components/Button";
import { useNotificationsStore } from "@/lib/client/stores/notifications-store";
import { useShellStore } from "@/lib/client/stores/shell-store";

/** NEW at the left, the commands of the page in the middle, notifications at the right. */
export function BottomBar({ slotRef }: { readonly slotRef: (element: HTMLElement | null) => void }) {
  const path = useShellStore((state) => state.newDrawerPath);
  const openNewDrawer = useShellStore((state) => state.openNewDrawer);
  return (
    <section
      aria-label="Commands"
      className="on-frame flex h-(--bar-height) items-stretch border-t border-frame-line bg-frame text-frame-ink"
    >
      <Button
        aria-haspopup="dialog"
        aria-expanded={path !== null}
        onPress={() => openNewDrawer(path === null ? [] : null)}
        className="flex w-16 shrink-0 items-center justify-center gap-2 bg-[#1f55d1] font-semibold tracking-wide -outline-offset-4 transition-colors hover:bg-[#2e62dd] focus-visible:outline-white lg:w-56"
      >
        <Plus aria-hidden className="size-5" />
        <span className="max-lg:sr-only">NEW</span>
      </Button>
      <div ref={slotRef} className="min-w-0 flex-1 overflow-x-auto md:px-2" />
      <NotificationsButton />
    </section>
  );
}

function NotificationsButton() {
  const { items, isOpen, open } = useNotificationsStore();
  const running = items.filter((one) => one.state === "running").length;
  const failed = items.filter((one) => one.state === "failed").length;
  const spoken = `Notifications: ${running} in progress, ${failed} failed, ${items.length} in all`;
  return (
    <Button
      aria-label={spoken}
      aria-expanded={isOpen}
      onPress={() => open(!isOpen)}
      className="flex shrink-0 items-center gap-2.5 border-l border-frame-line px-4 text-[0.8125rem] -outline-offset-2 hover:bg-frame-raised"
    >
      <Bell aria-hidden className="size-4.5" />
      {running > 0 ? (
        <span className="inline-flex items-center gap-1">
          <LoaderCircle aria-hidden className="size-4 animate-spin text-[#9dbaff]" />
          {running}
        </span>
      ) : null}
      {failed > 0 ? (
        <span className="inline-flex items-center gap-1 text-[#ffb4ae]">
          <TriangleAlert aria-hidden className="size-4" />
          {failed}
        </span>
      ) : null}
    </Button>
  );
}
