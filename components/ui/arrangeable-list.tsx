"use client";
import { clsx } from "clsx";
import { GripVertical } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { GridList, GridListItem } from "react-aria-components/GridList";
import { DropIndicator, isTextDropItem, useDragAndDrop, type DropItem } from "react-aria-components/useDragAndDrop";

export interface ArrangeableRow {
  /** The same wherever the row lies. */
  readonly key: string;
  /** Spoken while it is dragged, and how typing finds it. */
  readonly text: string;
  readonly content: ReactNode;
}

export interface ArrangeableListProps {
  /** Spoken name of the list, and of the place to drop on. */
  readonly label: string;
  /** Rows can be dragged to every list on the page of the same kind. */
  readonly kind: string;
  readonly rows: readonly ArrangeableRow[];
  /** The row, from this list or another, was dropped before the other row, or at the end. */
  readonly onPlace: (key: string, beforeKey: string | null) => void;
  readonly empty: ReactNode;
  readonly className?: string;
  readonly rowClassName?: string;
}

/**
 * Rows that are put in order with the pointer or with the keyboard: Enter on a row's handle picks it up, Tab goes from
 * list to list and the arrows from place to place, Enter drops, Escape gives up; all of it is spoken. Tab reaches the
 * buttons in a row, arrows go from row to row.
 */
export function ArrangeableList({ label, kind, rows, onPlace, empty, className, rowClassName }: ArrangeableListProps) {
  const type = `application/x-arrangeable-${kind}`;
  const keys = rows.map((row) => row.key);
  const next = (target: { readonly key: unknown; readonly dropPosition: string }): string | null => {
    const at = keys.indexOf(String(target.key));
    return keys[target.dropPosition === "before" ? at : at + 1] ?? null;
  };
  const dropped = async (items: readonly DropItem[], beforeKey: string | null) => {
    for (const item of items)
      if (isTextDropItem(item) && item.types.has(type)) onPlace(await item.getText(type), beforeKey);
  };
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (dragged) =>
      [...dragged].map((key) => ({ [type]: String(key), "text/plain": textOf(rows, String(key)) })),
    acceptedDragTypes: [type],
    onReorder: ({ keys: moved, target }) => {
      for (const key of moved) onPlace(String(key), next(target));
    },
    onInsert: ({ items, target }) => void dropped(items, next(target)),
    onRootDrop: ({ items }) => void dropped(items, null),
    renderDropIndicator: (target) => (
      <DropIndicator
        target={target}
        className="h-0 outline-1 outline-transparent data-[drop-target]:outline-2 data-[drop-target]:outline-accent"
      />
    ),
  });
  return (
    <GridList
      aria-label={label}
      items={rows.map((row) => ({ ...row, id: row.key }))}
      dragAndDropHooks={dragAndDropHooks}
      keyboardNavigationBehavior="tab"
      renderEmptyState={() => <div className="px-4 py-2 text-[0.8125rem] text-muted">{empty}</div>}
      className={clsx("-outline-offset-2 data-[drop-target]:bg-accent-soft", className)}
    >
      {(row) => (
        <GridListItem
          id={row.id}
          textValue={row.text}
          className={clsx("flex items-center gap-2 -outline-offset-2 data-[dragging]:opacity-50", rowClassName)}
        >
          <Button
            slot="drag"
            aria-label={`Drag ${row.text}`}
            className="grid size-6 shrink-0 cursor-grab place-items-center rounded text-muted hover:bg-ink/10"
          >
            <GripVertical aria-hidden className="size-4" />
          </Button>
          {row.content}
        </GridListItem>
      )}
    </GridList>
  );
}

const textOf = (rows: readonly ArrangeableRow[], key: string) => rows.find((row) => row.key === key)?.text ?? key;
