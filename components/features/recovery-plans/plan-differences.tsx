import { clsx } from "clsx";
import { diffLine } from "./document-problem";

const marks = {
  comes: { sign: "+", word: "added", look: "bg-good-soft" },
  goes: { sign: "−", word: "removed", look: "bg-bad-soft" },
  stays: { sign: " ", word: "", look: "" },
} as const;

/** What an import would change, line by line; the sign says it without the colour. */
export function PlanDifferences({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ol
      aria-label="What would change"
      className="overflow-auto rounded-md border border-line bg-sunken py-2 font-mono text-[0.8125rem]"
    >
      {lines.map((line, index) => {
        const { kind, text } = diffLine(line);
        const { sign, word, look } = marks[kind];
        return (
          <li key={`${index} ${line}`} className={clsx("px-3 wrap-anywhere whitespace-pre-wrap", look)}>
            <span aria-hidden className="mr-2 inline-block w-3">
              {sign}
            </span>
            {word === "" ? null : <span className="sr-only">{word}: </span>}
            {text}
          </li>
        );
      })}
    </ol>
  );
}
