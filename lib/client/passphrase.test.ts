import { describe, expect, it } from "vitest";
import { generatePassphrase, passphraseProblem } from "./passphrase";

describe("a passphrase", () => {
  it("has at least 16 plain characters", () => {
    expect(passphraseProblem("123456789012345")).toMatchObject({
      message: expect.stringContaining("15 of at least 16") as string,
    });
    expect(passphraseProblem("1234567890123456")).toBeNull();
    expect(passphraseProblem("pässphrase-pässphrase")).toMatchObject({
      message: expect.stringContaining("ASCII") as string,
    });
  });

  it("that is generated meets the rule, is never the same, and uses every character of its alphabet", () => {
    const made = Array.from({ length: 200 }, generatePassphrase);
    expect(made.every((one) => passphraseProblem(one) === null)).toBe(true);
    expect(new Set(made).size).toBe(200);
    expect(new Set(made.join("").replaceAll("-", "")).size).toBe(31);
  });
});
