import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { readPassphrase } from "./read-passphrase";

/** A terminal: bytes come one by one, and what is written to it is seen by whoever stands behind the user. */
function terminal() {
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    modes: [] as boolean[],
    setRawMode(mode: boolean) {
      this.modes.push(mode);
      return this;
    },
  });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (piece: Buffer) => (shown += piece.toString()));
  const answer = readPassphrase(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream);
  return { input, answer, shown: () => shown };
}
function pipe(text: string) {
  const input = new PassThrough();
  const answer = readPassphrase(
    input as unknown as NodeJS.ReadStream,
    new PassThrough() as unknown as NodeJS.WriteStream,
  );
  input.end(text);
  return answer;
}

describe("the passphrase", () => {
  it("is not shown while it is typed, and the terminal is as it was afterwards", async () => {
    const { input, answer, shown } = terminal();
    for (const key of ["s", "e", "c", "x", "\u007f", "ret passphrase", "\r"]) input.write(key);
    expect(await answer).toBe("secret passphrase");
    expect(shown()).toBe("Passphrase of the vault (it is not shown): \n");
    expect(input.modes).toEqual([true, false]);
  });

  it("may be pasted with its line end, begun anew, and given up", async () => {
    const pasted = terminal();
    pasted.input.write("wrong\u0015pasted passphrase\r\n");
    expect(await pasted.answer).toBe("pasted passphrase");
    const given = terminal();
    given.input.write("half\u0003");
    await expect(given.answer).rejects.toMatchObject({ code: "Cancelled" });
    expect(given.input.modes).toEqual([true, false]);
  });

  it("is all of a pipe but one line end", async () => {
    expect(await pipe("from a pipe \n")).toBe("from a pipe ");
    expect(await pipe("windows\r\n")).toBe("windows");
    expect(await pipe("two\n\n")).toBe("two\n");
    expect(await pipe("")).toBe("");
    await expect(pipe("x".repeat(10_000))).rejects.toMatchObject({ code: "PassphraseTooLong" });
  });
});
