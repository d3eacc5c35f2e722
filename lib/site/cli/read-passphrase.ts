import type { ReadStream, WriteStream } from "node:tty";
import { Refusal } from "@/lib/kernel/fault";

const LENGTH_MAX = 4_096;

/**
 * The passphrase, asked for without echo on a terminal, or the whole of standard input when that is a pipe (one line end
 * at its end does not count). Never an argument: arguments can be read by every user of the machine.
 */
export async function readPassphrase(input: ReadStream | NodeJS.ReadStream, prompt: WriteStream | NodeJS.WriteStream) {
  return input.isTTY ? askSilently(input, prompt) : readAll(input);
}

async function readAll(input: NodeJS.ReadStream): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const piece of input as AsyncIterable<string>) {
    text += piece;
    if (text.length > LENGTH_MAX) throw tooLong();
  }
  return text.replace(/\r?\n$/, "");
}

function askSilently(input: NodeJS.ReadStream, prompt: NodeJS.WriteStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = "";
    const end = (settle: () => void) => {
      input.off("data", take);
      input.setRawMode(false);
      input.pause();
      prompt.write("\n");
      settle();
    };
    const take = (data: Buffer | string) => {
      for (const character of data.toString()) {
        if (character === "\r" || character === "\n") return end(() => resolve(typed));
        if (character === "\u0003" || character === "\u0004") return end(() => reject(cancelled()));
        if (character === "\u007f" || character === "\b") typed = typed.slice(0, -1);
        else if (character === "\u0015") typed = "";
        else if (character >= " ") typed += character;
      }
      if (typed.length > LENGTH_MAX) end(() => reject(tooLong()));
      return undefined;
    };
    prompt.write("Passphrase of the vault (it is not shown): ");
    input.setRawMode(true);
    input.resume();
    input.on("data", take);
  });
}

function cancelled(): Refusal {
  return new Refusal("invalid", {
    code: "Cancelled",
    message: "The registration was cancelled before a passphrase was given.",
    possibleCauses: "Ctrl-C or Ctrl-D was pressed.",
    recommendedAction: "Run the command again when the passphrase is at hand.",
  });
}

function tooLong(): Refusal {
  return new Refusal("invalid", {
    code: "PassphraseTooLong",
    message: `The passphrase is longer than ${LENGTH_MAX} characters.`,
    possibleCauses: "Another file was piped into the command.",
    recommendedAction: "Give the vault's passphrase on standard input.",
  });
}
