export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  readonly isWrong: boolean;
}

/** The line that a refusal of a document names ("line 12: …"), with its neighbours; empty when it names none. */
export function excerptAt(message: string, text: string): ExcerptLine[] {
  const named = Number(/\bline (\d+)/i.exec(message)?.[1] ?? 0);
  const lines = text.split("\n");
  if (named < 1 || named > lines.length) return [];
  const first = Math.max(1, named - 2);
  return lines
    .slice(first - 1, named + 2)
    .map((line, index) => ({ number: first + index, text: line, isWrong: first + index === named }));
}

export interface DiffLine {
  readonly kind: "comes" | "goes" | "stays";
  readonly text: string;
}

/** "+ …" comes, "- …" goes, everything else is there to find one's way. */
export function diffLine(line: string): DiffLine {
  if (line.startsWith("+")) return { kind: "comes", text: line.slice(1) };
  if (line.startsWith("-")) return { kind: "goes", text: line.slice(1) };
  return { kind: "stays", text: line.slice(1) };
}
