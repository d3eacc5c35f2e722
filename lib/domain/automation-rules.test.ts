import { describe, expect, it } from "vitest";
import {
  accountNameProblem,
  requestedVariables,
  runbookKindOf,
  runbookNameProblem,
  runbookState,
  runbookTextProblem,
  variableNameProblem,
  variableText,
  variableValueProblem,
} from "./automation-rules";

describe("rules of automation", () => {
  it("take Azure's names, and explain what they do not take", () => {
    expect(accountNameProblem("contoso-automation")).toBeNull();
    expect(runbookNameProblem("Switch_DNS-2")).toBeNull();
    expect(variableNameProblem("ApiToken_2")).toBeNull();
    const bad = [accountNameProblem("auto"), runbookNameProblem("2nd"), variableNameProblem("Api-Token")];
    for (const problem of [...bad, accountNameProblem("ends-with-"), runbookNameProblem("")]) {
      expect(problem).toMatchObject({ code: "InvalidAutomationName", recommendedAction: expect.any(String) });
    }
  });

  it("find the variables that a script asks for, in either comment, each once, and nothing in running text", () => {
    const text = [
      "# @variable ApiToken",
      "  // @variable Region  ",
      "#@variable apitoken",
      "echo '# @variable No'",
      "# write # @variable Neither",
      "# @variable Two Words",
      "# @variables Nor",
    ];
    expect(requestedVariables(text.join("\n"))).toEqual(["ApiToken", "Region"]);
    expect(requestedVariables(text.join("\r\n"))).toEqual(["ApiToken", "Region"]);
  });

  it("give the text of a JSON text, and other JSON as it is", () => {
    expect(variableText('"a \\"text\\""')).toBe('a "text"');
    expect(variableText("3")).toBe("3");
    expect(variableText('{"a":1}')).toBe('{"a":1}');
    expect(variableText("raw")).toBeNull();
    expect(variableValueProblem('"abc"', false)).toBeNull();
    expect(variableValueProblem('"abc"', true)?.possibleCauses).toContain("mask");
    expect(variableValueProblem("raw", false)?.possibleCauses).toContain("JSON");
    expect(variableValueProblem('"a\\u0000b"', false)?.possibleCauses).toContain("zero");
  });

  it("know kinds by Azure's names whatever their case, and the three states of a runbook", () => {
    expect(["python", "Python3", "POWERSHELL", "shell", "Graph"].map(runbookKindOf)).toEqual([
      ...["Python", "Python", "PowerShell", "Shell", null],
    ]);
    expect(runbookState({ draft: "", publishedVersion: null })).toBe("New");
    expect(runbookState({ draft: "", publishedVersion: 1 })).toBe("Edit");
    expect(runbookState({ draft: null, publishedVersion: 1 })).toBe("Published");
  });

  it("take text of half a mebibyte, counted in bytes, and no binary", () => {
    expect(runbookTextProblem("ü".repeat(262_144))).toBeNull();
    expect(runbookTextProblem("ü".repeat(262_145))).not.toBeNull();
    expect(runbookTextProblem("\0")).not.toBeNull();
  });
});
