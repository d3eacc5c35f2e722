"use client";
import { useState, type ReactNode } from "react";
import { BottomBar } from "./bottom-bar";
import { CommandSlot } from "./command-slot";
import { NewDrawer, type NewEntry } from "./new-drawer";
import { NotificationCenter } from "./notification-center";
import { ServiceBar } from "./service-bar";
import { ServiceDrawer } from "./service-drawer";
import { TopBar } from "./top-bar";

export const MAIN_ID = "main";

/** The classic arrangement: services at the left, the page, and below it NEW, commands and notifications. */
export function PortalFrame({
  newEntries,
  children,
}: {
  readonly newEntries: readonly NewEntry[];
  readonly children: ReactNode;
}) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <CommandSlot value={slot}>
      <a
        href={`#${MAIN_ID}`}
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-raised px-4 py-2 text-ink shadow-panel focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="grid h-dvh grid-cols-1 grid-rows-[auto_minmax(0,1fr)_auto_auto]">
        <TopBar />
        <div className="flex min-h-0">
          <div className="hidden bg-frame lg:block lg:w-56 lg:shrink-0">
            <ServiceBar />
          </div>
          <div className="hidden bg-frame md:block md:w-16 md:shrink-0 lg:hidden">
            <ServiceBar isCompact />
          </div>
          <main id={MAIN_ID} tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto -outline-offset-4">
            {children}
          </main>
        </div>
        <NotificationCenter />
        <BottomBar slotRef={setSlot} />
      </div>
      <ServiceDrawer />
      <NewDrawer entries={newEntries} />
    </CommandSlot>
  );
}
