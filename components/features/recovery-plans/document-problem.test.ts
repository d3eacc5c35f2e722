import { describe, expect, it } from "vitest";
import { diffLine, excerptAt } from "./document-problem";

const text = "version: 1\nname: shop\nsite branch\ngroups: []\nmore: 1\nend: 2";

describe("a document that is refused", () => {
  it("is shown at its line, with the lines around it", () => {
    const excerpt = excerptAt("line 3: a mapping needs a colon.", text);
    expect(excerpt.map(({ number, isWrong }) => (isWrong ? `>${number}` : String(number)))).toEqual([
      "1",
      "2",
      ">3",
      "4",
      "5",
    ]);
    expect(excerpt[2]?.text).toBe("site branch");
    expect(excerptAt("Line 6: no.", text).at(-1)).toEqual({ number: 6, text: "end: 2", isWrong: true });
  });

  it("is shown without lines where none is named or none is there", () => {
    expect(excerptAt("the document is empty", text)).toEqual([]);
    expect(excerptAt("line 99: no.", text)).toEqual([]);
    expect(excerptAt("line 0: no.", text)).toEqual([]);
  });
});

describe("a line of a comparison", () => {
  it("comes, goes or stays, and keeps its indentation", () => {
    expect(["+   a", "-   b", "    c"].map(diffLine)).toEqual([
      { kind: "comes", text: "   a" },
      { kind: "goes", text: "   b" },
      { kind: "stays", text: "   c" },
    ]);
  });
});
