"use client";
import { ChevronDown } from "lucide-react";
import { Button } from "react-aria-components/Button";
import { IconButton } from "@/components/ui/icon-button";
import { useNow } from "@/components/ui/relative-time";
import { useNotificationsStore, type Notification } from "@/lib/client/stores/notifications-store";
import { NotificationItem } from "./notification-item";

/** How long a success stays on the strip; in the list it stays until it is dismissed. */
const SUCCESS_SHOWN_MS = 8_000;

/** The strip above the bottom bar with what matters most now, or the list of everything when it is open. */
export function NotificationCenter() {
  const { items, isOpen, announcement, dismiss } = useNotificationsStore();
  const now = useNow();
  const shown = isOpen ? [] : foremost(items, now);
  return (
    <section aria-label="Notifications" className="on-frame bg-frame-raised text-frame-ink">
      <p aria-live="polite" className="sr-only">
        {announcement}
      </p>
      {isOpen ? <NotificationList items={items} /> : null}
      {shown.map((item) => (
        <div key={item.id} className="animate-drawer-up border-t border-frame-line">
          <NotificationItem item={item} onDismiss={() => dismiss(item.id)} />
        </div>
      ))}
    </section>
  );
}

/** What needs somebody and what runs, the newest of each; when there is neither, a success for a few seconds. */
function foremost(items: readonly Notification[], now: number): readonly Notification[] {
  const urgent = items.find((one) => one.state === "failed" || one.state === "waiting");
  const running = items.find((one) => one.state === "running");
  const success = items.find((one) => one.state === "succeeded" && now - one.changedAt < SUCCESS_SHOWN_MS);
  return [urgent, running ?? success].filter((one) => one !== undefined);
}

function NotificationList({ items }: { readonly items: readonly Notification[] }) {
  const { open, dismiss, dismissEnded } = useNotificationsStore();
  return (
    <div className="max-h-[45vh] animate-drawer-up overflow-y-auto border-t border-frame-line">
      <div className="sticky top-0 flex items-center gap-3 border-b border-frame-line bg-frame-raised px-4 py-2">
        <h2 className="flex-1 font-semibold">Notifications</h2>
        <Button className="rounded px-2 py-1 text-[#b4caff] hover:bg-frame-line" onPress={dismissEnded}>
          Dismiss ended
        </Button>
        <IconButton
          label="Close notifications"
          icon={<ChevronDown />}
          onPress={() => open(false)}
          className="hover:bg-frame-line"
        />
      </div>
      {items.length === 0 ? (
        <p className="px-4 py-6 text-frame-muted">Nothing has happened since this page was opened.</p>
      ) : (
        <ul className="divide-y divide-frame-line">
          {items.map((item) => (
            <li key={item.id}>
              <NotificationItem item={item} isDetailed onDismiss={() => dismiss(item.id)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
