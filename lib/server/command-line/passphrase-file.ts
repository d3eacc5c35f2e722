import fs from "node:fs";
import { Refusal } from "@/lib/kernel/fault";

const OTHERS = 0o077;

/** All of the file but one line end. Refused when others than its owner may read it. */
export function readPassphraseFile(file: string): string {
  let mode: number;
  let text: string;
  try {
    mode = fs.statSync(file).mode;
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw refused("PassphraseFileNotReadable", `The passphrase file ${file} cannot be read.`, {
      possibleCauses: error instanceof Error ? error.message : String(error),
      recommendedAction: "Check the path and its permissions.",
    });
  }
  if ((mode & OTHERS) !== 0) {
    throw refused("PassphraseFileOpenToOthers", `Others than its owner may read the passphrase file ${file}.`, {
      possibleCauses: "It was made with the permissions that files have by default.",
      recommendedAction: `Close it: chmod 600 ${file}. Change the passphrase if somebody may have read it.`,
    });
  }
  return text.replace(/\r?\n$/, "");
}

function refused(code: string, message: string, rest: { possibleCauses: string; recommendedAction: string }): Refusal {
  return new Refusal("invalid", { code, message, ...rest }, "passphrase");
}
