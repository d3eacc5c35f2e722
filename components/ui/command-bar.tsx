"use client";
import { clsx } from "clsx";
import { useId, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Toolbar } from "react-aria-components/Toolbar";
import { Tooltip } from "./tooltip";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly onPress: () => void;
  /** Why it cannot run now; it stays reachable and says so. Null when it can. */
  readonly disabledReason?: string | null;
  readonly isDanger?: boolean;
}

/** The commands of a page, on the dark bar at the bottom. Arrow keys move between them. */
export function CommandBar({ label, commands }: { readonly label: string; readonly commands: readonly Command[] }) {
  return (
    <Toolbar aria-label={label} className="flex h-full items-stretch">
      {commands.map((command) => (
        <CommandButton key={command.id} command={command} />
      ))}
    </Toolbar>
  );
}

function CommandButton({ command }: { readonly command: Command }) {
  const reasonId = useId();
  const reason = command.disabledReason ?? null;
  const button = (
    <Button
      {...(reason ? { "aria-disabled": true, "aria-describedby": reasonId } : { onPress: command.onPress })}
      style={{ minWidth: `max(3.25rem, calc(${narrowest(command.label) * 0.85}ch + 0.75rem))` }}
      className={clsx(
        "flex flex-col items-center justify-center gap-0.5 px-1.5 text-center text-[0.75rem] leading-3.5 -outline-offset-2 transition-colors [&_svg]:size-4.5",
        reason
          ? "text-frame-muted/75 [&_svg]:opacity-60"
          : clsx("text-frame-ink hover:bg-frame-raised", command.isDanger && "hover:text-[#ffb4ae]"),
      )}
    >
      <span aria-hidden>{command.icon}</span>
      {command.label}
    </Button>
  );
  if (!reason) return button;
  return (
    <>
      <Tooltip text={reason}>{button}</Tooltip>
      <span id={reasonId} hidden>
        {reason}
      </span>
    </>
  );
}

/** The bar has room for two lines: the length of the longer one when the label is broken where it is shortest. */
function narrowest(label: string): number {
  const breaks = [...label.matchAll(/ /g)].map(({ index }) => Math.max(index, label.length - index - 1));
  return Math.min(label.length, ...breaks);
}
