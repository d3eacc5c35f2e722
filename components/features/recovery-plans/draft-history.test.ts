import { describe, expect, it } from "vitest";
import { draftHistory, unchanged, type DraftHistory } from "./draft-history";
import { addGroup, emptyBootGroup, type PlanGroup } from "./plan-draft";

const saved: readonly PlanGroup[] = [emptyBootGroup()];
const shown = (history: DraftHistory) => history.present ?? saved;
const change = (history: DraftHistory) =>
  draftHistory(history, { type: "change", from: shown(history), to: addGroup(shown(history)) });
const step = (history: DraftHistory, type: "undo" | "redo") => draftHistory(history, { type, from: shown(history) });

describe("the changes of a draft", () => {
  it("are undone one by one back to what is saved, and done again", () => {
    let history = change(change(unchanged));
    expect(shown(history)).toHaveLength(3);
    history = step(step(history, "undo"), "undo");
    expect(shown(history)).toEqual(saved);
    expect(step(history, "undo")).toBe(history);
    history = step(step(history, "redo"), "redo");
    expect(shown(history)).toHaveLength(3);
    expect(step(history, "redo")).toBe(history);
  });

  it("cannot be done again once something else was changed", () => {
    const history = change(step(change(unchanged), "undo"));
    expect(history.future).toEqual([]);
  });

  it("are forgotten when the draft is saved or given up, and older ones than a hundred are", () => {
    let history = unchanged;
    for (let count = 0; count < 120; count += 1) history = change(history);
    expect(history.past).toHaveLength(100);
    expect(draftHistory(history, { type: "forget" })).toBe(unchanged);
  });
});
