import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { Fault } from "@/lib/kernel/fault";
import type { Site } from "../estate/site-folder";
import { writePrivateFile } from "../private-file";

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
  }),
});

/**
 * Runs the very command line that a person would run on the host. The passphrase goes through its standard input, never
 * through arguments or environment, where other users of the machine could read it.
 * @throws Fault: the component's own.
 */
export async function runRegistration(options: {
  readonly cli: string;
  readonly site: Site;
  readonly credentialsXml: string;
  readonly passphrase: string;
  readonly env: NodeJS.ProcessEnv;
  /** For the file's name. */
  readonly mark: string;
}): Promise<void> {
  const credentials = path.join(options.site.folder, `registration-${options.mark}.VaultCredentials`);
  writePrivateFile(credentials, options.credentialsXml);
  try {
    const args = [
      options.cli,
      "site",
      "register",
      "--credentials",
      credentials,
      "--site",
      options.site.folder,
      "--json",
    ];
    const { code, stderr } = await runWithInput(args, options.passphrase, options.env);
    if (code !== 0) throw faultOf(code, stderr);
  } finally {
    fs.rmSync(credentials, { force: true });
  }
}

function runWithInput(
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "pipe"], env });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (piece: string) => (stderr = (stderr + piece).slice(-64_000)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
    // A program that ended before it read its input says why with its exit; the broken pipe says nothing more.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function faultOf(code: number | null, stderr: string): Fault {
  for (const line of stderr.split("\n").reverse()) {
    const parsed = line.startsWith("{") ? Failure.safeParse(parseJson(line)) : null;
    if (parsed?.success === true) return new Fault(parsed.data.error);
  }
  return new Fault({
    code: "RegistrationFailed",
    message: `The registration ended with code ${String(code)} and without an explanation. ${stderr.trim().slice(-500)}`,
    possibleCauses: "The program was killed, or could not be started.",
    recommendedAction: "Run the command line of the Quick Start page on the host to see what it says.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
