"use client";
import { clsx } from "clsx";
import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaCheckboxProps } from "react-aria-components/Checkbox";

export interface CheckboxProps extends Omit<AriaCheckboxProps, "children" | "className"> {
  readonly children?: ReactNode;
  readonly className?: string;
}

export function Checkbox({ children, className, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox {...rest} className={clsx("group inline-flex items-start gap-2.5", className)}>
      {({ isIndeterminate, isSelected }) => (
        <>
          <span
            aria-hidden
            className="mt-0.5 grid size-4.5 shrink-0 place-items-center rounded border border-line-strong bg-surface text-white group-data-[focus-visible]:outline-2 group-data-[focus-visible]:outline-offset-2 group-data-[focus-visible]:outline-accent group-data-[indeterminate]:border-accent-fill group-data-[indeterminate]:bg-accent-fill group-data-[selected]:border-accent-fill group-data-[selected]:bg-accent-fill group-data-[invalid]:border-bad group-data-[disabled]:opacity-35"
          >
            {isIndeterminate ? <Minus className="size-3.5" /> : isSelected ? <Check className="size-3.5" /> : null}
          </span>
          {children ? <span className="min-w-0">{children}</span> : null}
        </>
      )}
    </AriaCheckbox>
  );
}
