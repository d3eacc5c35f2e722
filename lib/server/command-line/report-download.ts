import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { FailoverRecordSummary } from "@/lib/contract/evidence";
import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { readEnvironment } from "@/lib/server/environment";
import { UsageError } from "@/lib/site/cli/exit-codes";
import type { CommandResult } from "@/lib/site/cli/site-commands";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
const RESOURCE_GROUP = "contoso";
const Records = z.object({ value: z.array(FailoverRecordSummary) });
const Failure = z.object({
  error: z.object({
    ...{ code: z.string(), message: z.string() },
    details: z.array(z.object({ possibleCauses: z.string(), recommendedAction: z.string() })).min(1),
  }),
});

export async function listReports(vault: string): Promise<CommandResult> {
  const response = await ask(vault, []);
  const { value } = Records.parse(await response.json());
  const lines = value.map(({ name, properties: run }) => {
    const rto = run.measured.rtoSeconds === null ? "RTO not measured" : `RTO ${run.measured.rtoSeconds} s`;
    return `${name}  ${run.declaredAt}  ${run.kind} of ${run.subject.name}: ${run.outcome}, ${rto}`;
  });
  return { text: lines.length === 0 ? "The vault has no runs yet." : lines.join("\n"), json: value };
}

export async function getReport(wanted: {
  readonly vault: string;
  readonly run: string;
  readonly format: string;
  readonly output: string | undefined;
  readonly replace: boolean;
}): Promise<CommandResult> {
  const { vault, run, format } = wanted;
  if (!["json", "html", "pdf"].includes(format)) throw new UsageError("--format is json, html or pdf.");
  const response = await ask(vault, [run, `report.${format}`]);
  const content = Buffer.from(await response.arrayBuffer());
  const given = /filename="([^"/\\]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const file = path.resolve(wanted.output ?? given ?? `report.${format}`);
  try {
    fs.writeFileSync(file, content, { flag: wanted.replace ? "w" : "wx" });
  } catch (error) {
    throw notWritten(file, error);
  }
  return { text: `${file}: ${content.length} bytes`, json: { file, bytes: content.length } };
}

async function ask(vault: string, below: readonly string[]): Promise<Response> {
  const { port } = readEnvironment(process.env, process.cwd());
  const segments = ["subscriptions", SUBSCRIPTION, "resourceGroups", RESOURCE_GROUP, "providers"]
    .concat(["Microsoft.RecoveryServices", "vaults", vault, "providers", "Secondsite.Recovery", "failoverRecords"])
    .concat(below);
  const address = `http://127.0.0.1:${port}/${segments.map(encodeURIComponent).join("/")}?api-version=${OWN_API_VERSIONS[0]}`;
  const response = await fetch(address, { headers: { "user-agent": "secondsite" } }).catch((cause: unknown) => {
    throw notRunning(port, cause);
  });
  if (response.ok) return response;
  const { error } = Failure.parse(await response.json());
  const [detail] = error.details;
  throw new Refusal("notFound", {
    ...{ code: error.code, message: error.message },
    possibleCauses: detail?.possibleCauses ?? "",
    recommendedAction: detail?.recommendedAction ?? "",
  });
}

function notRunning(port: number, cause: unknown): Fault {
  return new Fault(
    {
      code: "VaultNotReachable",
      message: `No portal answers on port ${port} of this machine.`,
      possibleCauses: "It is not running, or PORT names another one.",
      recommendedAction: "Start it with npx secondsite serve, or set PORT.",
    },
    { cause },
  );
}

function notWritten(file: string, cause: unknown): Refusal {
  const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
  return new Refusal("conflict", {
    code: "ReportNotWritten",
    message: `${file} was not written${isThere ? ": it is there already" : ""}.`,
    possibleCauses: cause instanceof Error ? cause.message : String(cause),
    recommendedAction: isThere ? "Give --output another name, or --replace." : "Check the path and its permissions.",
  });
}
