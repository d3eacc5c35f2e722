import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { replaceFile } from "@/lib/adapters/certificates/private-files";
import { readEnvironment } from "@/lib/server/environment";
import { UsageError } from "@/lib/site/cli/exit-codes";
import {
  applyPlan,
  diffPlan,
  documentNotReadable,
  exportPlan,
  type PlanCommandWorld,
} from "@/lib/site/cli/plan-commands";
import type { CommandResult } from "@/lib/site/cli/site-commands";

const ANSWER_TIMEOUT_MS = 30_000;

/** `args`: what follows the word `plan`. */
export async function runPlanCommand(args: readonly string[]): Promise<CommandResult> {
  const { values, positionals } = parse(args);
  const [verb, subject, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`'${rest.join(" ")}' is too much.`);
  const { port } = readEnvironment(process.env, process.cwd());
  const world: PlanCommandWorld = {
    portal: (values.portal ?? `http://127.0.0.1:${String(port)}`).replace(/\/+$/, ""),
    vault: values.vault,
    subscription: values.subscription,
    resourceGroup: values["resource-group"],
    request,
    readFile,
    writeFile: (file, text) => replaceFile(path.resolve(file), text, 0o644),
  };
  switch (verb) {
    case "export":
      return exportPlan(world, subject, values.out);
    case "diff":
      return diffPlan(world, subject);
    case "apply":
      return applyPlan(world, subject);
    default:
      throw new UsageError(verb === undefined ? "What about the plan?" : `There is no command 'plan ${verb}'.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        portal: { type: "string" },
        vault: { type: "string" },
        "resource-group": { type: "string" },
        subscription: { type: "string" },
        out: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function request(method: "GET" | "POST", url: string, body?: unknown) {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const answer = await fetch(url, { method, headers, signal, ...init });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
}

function readFile(file: string): string {
  try {
    return fs.readFileSync(path.resolve(file), "utf8");
  } catch (error) {
    throw documentNotReadable(file, error);
  }
}
