"use client";
import { clsx } from "clsx";
import { GripVertical } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { useButton } from "react-aria/useButton";
import { useDrag } from "react-aria/useDrag";
import { useDrop } from "react-aria/useDrop";

/**
 * A card that is dragged by its handle to the place of another card of the same kind, with the pointer or with the keyboard:
 * Enter on the handle picks it up, Tab goes from card to card, Enter drops, Escape gives up; all of it is spoken.
 */
export function useArrangeableCard(options: {
  readonly kind: string;
  /** The same as long as it is dragged. */
  readonly id: string;
  readonly title: string;
  /** False: it neither moves nor makes room. */
  readonly isArrangeable: boolean;
  /** The card with this id takes this one's place. */
  readonly onPlace: (id: string) => void;
}) {
  const { id, title, isArrangeable, onPlace } = options;
  const type = `application/x-arrangeable-${options.kind}`;
  const cardRef = useRef<HTMLElement>(null);
  const { dropProps, isDropTarget } = useDrop({
    ref: cardRef,
    isDisabled: !isArrangeable,
    getDropOperation: (types) => (types.has(type) ? "move" : "cancel"),
    onDrop: ({ items }) => {
      for (const item of items) if (item.kind === "text" && item.types.has(type)) void item.getText(type).then(onPlace);
    },
  });
  const { dragProps, dragButtonProps, isDragging } = useDrag({
    hasDragButton: true,
    getItems: () => [{ [type]: id, "text/plain": title }],
    getAllowedDropOperations: () => ["move"],
  });
  const handleRef = useRef<HTMLButtonElement>(null);
  const { buttonProps } = useButton({ ...dragButtonProps, "aria-label": `Drag ${title}` }, handleRef);
  const handle: ReactNode = isArrangeable ? (
    <span {...dragProps} className="shrink-0">
      <button
        {...buttonProps}
        ref={handleRef}
        className="grid size-6 cursor-grab place-items-center rounded text-muted hover:bg-ink/10"
      >
        <GripVertical aria-hidden className="size-4" />
      </button>
    </span>
  ) : null;
  return {
    handle,
    cardProps: {
      ...(isArrangeable ? { ...dropProps, ref: cardRef, tabIndex: -1 } : {}),
      className: clsx(isDragging && "opacity-50", isDropTarget && "outline-2 outline-accent"),
    },
  };
}
