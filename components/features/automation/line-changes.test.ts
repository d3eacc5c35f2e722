import { describe, expect, it } from "vitest";
import { lineChanges } from "./line-changes";

describe("what a publication changes", () => {
  it("is shown line by line, with two lines around it, and the rest left out", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const after = lines.with(10, "changed");
    expect(lineChanges(`${lines.join("\n")}\n`, `${after.join("\n")}\n`)).toEqual([
      { kind: "same", text: "…" },
      { kind: "same", text: "line 8" },
      { kind: "same", text: "line 9" },
      { kind: "removed", text: "line 10" },
      { kind: "added", text: "changed" },
      { kind: "same", text: "line 11" },
      { kind: "same", text: "line 12" },
      { kind: "same", text: "…" },
    ]);
  });

  it("is every line of a first version, and nothing of an equal one", () => {
    expect(lineChanges("", "a\nb\n")).toEqual([
      { kind: "added", text: "a" },
      { kind: "added", text: "b" },
    ]);
    expect(lineChanges("a\n", "a\n").every((line) => line.kind === "same")).toBe(true);
  });
});
