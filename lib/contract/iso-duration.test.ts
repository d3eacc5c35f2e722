import { describe, expect, it } from "vitest";
import { durationOfSeconds, secondsOfDuration } from "./iso-duration";

describe("a duration of ISO 8601", () => {
  it.each([
    ["PT10M", 600],
    ["P1DT2H", 93_600],
    ["PT90S", 90],
    ["PT0S", 0],
  ])("%s is %d seconds", (text, seconds) => {
    expect(secondsOfDuration(text)).toBe(seconds);
  });

  it.each(["", "P", "PT", "10M", "PT1.5S", "P1Y", "PT10M ", "-PT1S"])("%j is none", (text) => {
    expect(secondsOfDuration(text)).toBeNull();
  });

  it.each([0, 1, 60, 600, 3_600, 86_399, 90_061])("of %d seconds is read as it was written", (seconds) => {
    expect(secondsOfDuration(durationOfSeconds(seconds))).toBe(seconds);
  });
});
