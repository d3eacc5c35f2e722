import { clsx } from "clsx";
import type { ReactNode } from "react";

export interface ConsoleScreenProps {
  /** Spoken name: whose console this is. */
  readonly label: string;
  /** Up to 25 lines of up to 80 characters, as the machine's text screen shows them. */
  readonly rows: readonly string[];
  /** Shown over the screen when there is nothing to see: off, failed, not booted. */
  readonly overlay?: ReactNode;
}

const COLUMNS = 80;
const LINES = 25;

/** A text screen of 80 by 25 that fills the width it is given. */
export function ConsoleScreen({ label, rows, overlay }: ConsoleScreenProps) {
  const lines = Array.from({ length: LINES }, (_, index) => (rows[index] ?? "").slice(0, COLUMNS).padEnd(COLUMNS));
  return (
    <div className="@container relative overflow-hidden rounded-md border border-black bg-[#05080c]">
      <pre
        role="img"
        aria-label={`${label}: ${
          rows
            .map((row) => row.trim())
            .filter(Boolean)
            .join(". ") || "the screen is empty"
        }`}
        className={clsx("console-text m-0 px-[0.6cqw] py-[1cqw] text-[#cfe3d4]", overlay && "opacity-25")}
      >
        {lines.join("\n")}
      </pre>
      {overlay ? (
        <div className="absolute inset-0 grid place-items-center p-4 text-center font-medium text-[#f2f5fa]">
          {overlay}
        </div>
      ) : null}
    </div>
  );
}
