import { spawn } from "node:child_process";
import path from "node:path";
import process from "node:process";

/** A body of JSON as it came: the tests say themselves what must be in it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What one phase of the client printed. */
export class ClientRun {
  readonly #results: ReadonlyMap<string, Json>;
  readonly wire: readonly Exchange[];

  constructor(lines: readonly Json[]) {
    this.#results = new Map(lines.filter(({ kind }) => kind === "result").map(({ step, body }) => [step, body]));
    this.wire = lines.filter(({ kind }) => kind === "wire");
  }

  /** What the client handed to its caller. */
  result(step: string): Json {
    if (!this.#results.has(step)) throw new Error(`the client printed nothing for ${step}`);
    return this.#results.get(step);
  }

  /** The last exchange of a method whose path ends so. */
  exchange(method: string, end: RegExp): Exchange {
    const found = this.wire.findLast((one) => one.method === method && end.test(new URL(one.url).pathname));
    if (!found) throw new Error(`no ${method} ${String(end)} on the wire`);
    return found;
  }
}

export async function runClient(phase: string, portal: { home: string; tlsOrigin: string }): Promise<ClientRun> {
  const { stdout, stderr, code } = await runProgram([path.join(import.meta.dirname, "client.mjs"), phase], {
    NODE_EXTRA_CA_CERTS: path.join(portal.home, "tls", "ca.pem"),
    PORTAL_TLS_ORIGIN: portal.tlsOrigin,
  });
  if (code !== 0) throw new Error(`the client failed in ${phase}:\n${stderr}\n${stdout.slice(-3000)}`);
  return new ClientRun(
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line)),
  );
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Runs a Node program to its end. `input` goes to its standard input, which is a pipe. */
export function runProgram(args: readonly string[], env: Readonly<Record<string, string>>, input = ""): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const printed = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (printed.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (printed.stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...printed, code }));
    child.stdin.end(input);
  });
}
