/** One measured figure. Whether it meets its goal is computed here and nowhere else. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly goal: string;
  readonly verdict: "met" | "missed" | "";
}

export interface Section {
  readonly title: string;
  /** How it was measured, for the reader who doubts it. */
  readonly method: string;
  readonly rows: readonly Row[];
}

export function row(figure: string, measured: string): Row {
  return { figure, measured, goal: "", verdict: "" };
}

/** A figure that should stay below a limit. */
export function rowWithGoal(
  figure: string,
  measured: number,
  goalBelow: number,
  show: (value: number) => string,
  detail = "",
): Row {
  return {
    figure,
    measured: `${show(measured)}${detail}`,
    goal: `< ${show(goalBelow)}`,
    verdict: measured < goalBelow ? "met" : "missed",
  };
}

/** Of all cores. */
export function othersRow(share: number): Row {
  return row("taken by other programs meanwhile", `${(share * 100).toFixed(0)} % of all cores`);
}

export const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
export const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
export const mebibytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
export const megabytesPerSecond = (bytes: number, inSeconds: number) => `${(bytes / 1e6 / inSeconds).toFixed(0)} MB/s`;
export const percentOfCore = (share: number) => `${(share * 100).toFixed(1)} %`;

export function asText(sections: readonly Section[]): string {
  const rows = sections.flatMap((section) => section.rows);
  const width = Math.max(...rows.map(({ figure }) => figure.length));
  return sections
    .map(({ title, rows: own }) => {
      const lines = own.map(({ figure, measured, goal, verdict }) =>
        `  ${figure.padEnd(width)}  ${measured}${goal === "" ? "" : `  (goal ${goal}: ${verdict})`}`.trimEnd(),
      );
      return [title, ...lines].join("\n");
    })
    .join("\n\n");
}

export interface Occasion {
  readonly machine: string;
  readonly day: string;
  /** Load average of the minute before: what others did to the machine. */
  readonly loadBefore: number;
}

export function asMarkdown(sections: readonly Section[], occasion: Occasion): string {
  const missed = sections.flatMap(({ rows }) => rows).filter(({ verdict }) => verdict === "missed");
  return (
    [
      "# Benchmarks",
      "Written by `npm run bench`, which measures all of this on a portal of its own; nothing here is typed by hand. " +
        "Figures are medians where several runs are named. The machine was shared and noisy: figures move by a third and " +
        "more from run to run; where it matters, the table says what other programs took meanwhile.",
      `Measured on ${occasion.day}: ${occasion.machine}. Others kept ${occasion.loadBefore.toFixed(1)} processes busy when it began.`,
      missed.length === 0
        ? "Every goal was met."
        : `Goals missed: ${missed.map(({ figure, measured }) => `${figure} (${measured})`).join("; ")}.`,
      ...sections.flatMap(({ title, method, rows }) => [`## ${title}`, method, table(rows)]),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["figure", "measured", "goal", "verdict"]),
    line(["---", "---", "---", "---"]),
    ...rows.map(({ figure, measured, goal, verdict }) => line([figure, measured, goal, verdict])),
  ].join("\n");
}
