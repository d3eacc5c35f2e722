import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MASK, SecretMask } from "./secret-mask";

function masked(secrets: readonly string[], chunks: readonly (string | Buffer)[]): string {
  const mask = new SecretMask(secrets);
  const parts = chunks.map((chunk) => mask.push(Buffer.from(chunk)));
  return Buffer.concat([...parts, mask.end()]).toString();
}

describe("masking what is printed", () => {
  it("hides a secret wherever the stream is cut", () => {
    const text = "begin top-secret end";
    for (let at = 0; at <= text.length; at += 1) {
      expect(masked(["top-secret"], [text.slice(0, at), text.slice(at)])).toBe(`begin ${MASK} end`);
    }
  });

  it("hides the longer of two secrets that begin alike, however it arrives", () => {
    for (const chunks of [["abcdef"], ["abcd", "ef"], [..."abcdef"]]) {
      expect(masked(["abcd", "abcdef"], chunks)).toBe(MASK);
    }
    expect(masked(["abcd", "abcdef"], ["abcd", "xx"])).toBe(`${MASK}xx`);
  });

  it("hides what has several lines line by line, and as it looks inside JSON", () => {
    const key = 'BEGIN-"KEY"\nfirst-line-of-it\nEND';
    expect(masked([key], [`> first-line-of-it <`])).toBe(`> ${MASK} <`);
    expect(masked([key], [JSON.stringify({ key })])).toBe(`{"key":"${MASK}"}`);
  });

  it("shows at once what cannot become a secret", () => {
    const mask = new SecretMask(["top-secret"]);
    expect(mask.push(Buffer.from("a prompt: ")).toString()).toBe("a prompt: ");
    expect(mask.push(Buffer.from("to")).toString()).toBe("");
    expect(mask.push(Buffer.from("day")).toString()).toBe("today");
  });

  it("never lets a secret through, and changes nothing else, whatever the text and the cuts", () => {
    const secret = "5ecret-Ünï";
    const piece = fc.oneof(fc.constant(secret), fc.string({ maxLength: 5 }), fc.constantFrom("5", "5ecr", "5ecret-Ü"));
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat({ max: 200 })), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(""));
        const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(masked([secret], chunks)).toBe(bytes.toString().replaceAll(secret, MASK));
      }),
    );
  });
});
