"use client";
import { clsx } from "clsx";
import { ArrowLeft, ChevronRight, X, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Dialog, Heading } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Toolbar } from "react-aria-components/Toolbar";
import { IconButton } from "@/components/ui/icon-button";
import { useShellStore } from "@/lib/client/stores/shell-store";

/** What can be made: a tree whose leaves are forms. */
export interface NewEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: LucideIcon;
  readonly children?: readonly NewEntry[];
  readonly form?: (close: () => void) => ReactNode;
}

/** The drawer of NEW: columns that cascade from left to right; on a narrow screen one column with a way back. */
export function NewDrawer({ entries }: { readonly entries: readonly NewEntry[] }) {
  const path = useShellStore((state) => state.newDrawerPath);
  const open = useShellStore((state) => state.openNewDrawer);
  const close = () => open(null);
  return (
    <ModalOverlay
      isOpen={path !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) close();
      }}
      isDismissable
      className="fixed inset-0 z-30 animate-fade-in bg-black/40"
    >
      <Modal className="fixed inset-x-0 bottom-0 max-h-[85dvh] animate-drawer-up border-t border-line bg-raised shadow-panel">
        <Dialog className="flex max-h-[85dvh] flex-col outline-none">
          <header className="flex items-center gap-2 border-b border-line px-4 py-2">
            {path && path.length > 0 ? (
              <IconButton
                label="Back"
                icon={<ArrowLeft />}
                onPress={() => open(path.slice(0, -1))}
                className="md:hidden"
              />
            ) : null}
            <Heading slot="title" className="flex-1 text-base font-semibold">
              New
            </Heading>
            <IconButton label="Close" icon={<X />} onPress={close} />
          </header>
          <Columns entries={entries} path={path ?? []} onChoose={open} onClose={close} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ColumnsProps {
  readonly entries: readonly NewEntry[];
  readonly path: readonly string[];
  readonly onChoose: (path: readonly string[]) => void;
  readonly onClose: () => void;
}

function Columns({ entries, path, onChoose, onClose }: ColumnsProps) {
  const columns: { readonly label: string; readonly entries: readonly NewEntry[] }[] = [{ label: "New", entries }];
  let leaf: NewEntry | undefined;
  for (const id of path) {
    const chosen: NewEntry | undefined = columns.at(-1)?.entries.find((entry) => entry.id === id);
    if (chosen?.children) columns.push({ label: chosen.label, entries: chosen.children });
    else leaf = chosen;
  }
  return (
    <div className="flex min-h-0 flex-1 md:min-h-96">
      {columns.map((column, depth) => (
        <Column
          key={column.label}
          label={column.label}
          entries={column.entries}
          chosen={path[depth]}
          isLast={depth === columns.length - 1 && !leaf}
          onChoose={(id) => onChoose([...path.slice(0, depth), id])}
        />
      ))}
      {leaf?.form ? (
        <div className="min-w-0 flex-1 animate-panel-in overflow-y-auto p-5 md:max-w-lg">{leaf.form(onClose)}</div>
      ) : null}
    </div>
  );
}

interface ColumnProps {
  readonly label: string;
  readonly entries: readonly NewEntry[];
  readonly chosen: string | undefined;
  readonly isLast: boolean;
  readonly onChoose: (id: string) => void;
}

function Column({ label, entries, chosen, isLast, onChoose }: ColumnProps) {
  return (
    <Toolbar
      orientation="vertical"
      aria-label={label}
      className={clsx(
        "flex flex-col gap-0.5 overflow-y-auto border-r border-line p-2 max-md:w-full md:w-56 md:shrink-0",
        !isLast && "max-md:hidden",
      )}
    >
      {entries.map((entry) => (
        <Button
          key={entry.id}
          aria-expanded={entry.id === chosen}
          onPress={() => onChoose(entry.id)}
          className={clsx(
            "flex items-start gap-3 rounded-md px-3 py-2.5 text-left",
            entry.id === chosen ? "bg-accent-soft" : "hover:bg-sunken",
          )}
        >
          <entry.icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{entry.label}</span>
            <span className="block text-[0.75rem] text-muted">{entry.description}</span>
          </span>
          <ChevronRight aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
        </Button>
      ))}
    </Toolbar>
  );
}
