"use client";
import { createContext, useContext } from "react";
import { createPortal } from "react-dom";
import { CommandBar, type Command } from "@/components/ui/command-bar";

/** The place on the bottom bar where the page on screen puts its commands. */
export const CommandSlot = createContext<HTMLElement | null>(null);

/** Puts a page's commands on the bottom bar for as long as the page is on screen. */
export function Commands({ label, commands }: { readonly label: string; readonly commands: readonly Command[] }) {
  const slot = useContext(CommandSlot);
  return slot ? createPortal(<CommandBar label={label} commands={commands} />, slot) : null;
}
