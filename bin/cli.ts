/**
 * The command line of Secondsite: `npx secondsite …`. Each noun's code is loaded when it is asked for: replicating a small
 * change takes a third of a second, and half of that would be spent on reading what only the portal needs.
 */
import { describeForPeople, exitCodeOf, explanationOf } from "@/lib/site/cli/exit-codes";
import type { CommandResult } from "@/lib/site/cli/site-commands";
import { DISK_USAGE } from "@/lib/server/command-line/disk-usage";
import { PLAN_USAGE } from "@/lib/server/command-line/plan-usage";
import { REPORT_USAGE } from "@/lib/server/command-line/report-usage";
import { VAULT_USAGE } from "@/lib/server/command-line/vault-usage";

const USAGE = `secondsite: a disaster-recovery portal with a real replication engine

  npx secondsite serve [--demo]
      Starts the portal, the region and every site of the home folder; Ctrl-C ends them all.
      --demo makes the Contoso estate when it is not there yet.

  npx secondsite site register --credentials FILE --site NAME|FOLDER [--server URL] [--json]
      Registers the host of a site in the vault that the credentials file names. The passphrase is asked for
      without echo, or read from standard input when that is a pipe; it is never an argument.
      --server URL   the vault's TLS endpoint, when it is not the one in the file
      --json         result and errors as one line of JSON

  npx secondsite site add FOLDER [--name NAME] [--json]
      Any folder of VHD, VHDX, VMDK or raw disk images becomes a site whose machines can be protected. The images are only
      read. A file machines.json in it may say more: {"name": {"generation": 2, "osType": "Linux", ...}}.

  npx secondsite site add --demo vmware [--name NAME] [--json]
      Makes a second demonstration site, contoso-datacenter unless NAME is given: VMware machines on VMDK disks that are
      made for it. \`site remove\` deletes these with it.

  npx secondsite site list [--json]
  npx secondsite site fail NAME        kills every process of the site; it stays dead until it is restored
  npx secondsite site restore NAME
  npx secondsite site remove NAME      forgets the site; the images of an added folder stay, a demo's disks are deleted

${VAULT_USAGE}
${DISK_USAGE}
${PLAN_USAGE}
${REPORT_USAGE}
The home folder is $SECONDSITE_HOME (default ./.secondsite); PORT and TLS_PORT say where the portal listens.

Exit codes: 0 done; 1 a defect, or a report that is not valid; 2 the command line; 3 the credentials file; 4 the passphrase;
5 the vault or the supervisor does not answer; 6 refused for another reason;
7 a check found damage. The reason is on standard error.
`;

async function run(args: readonly string[]): Promise<CommandResult | null> {
  const noun = args.find((argument) => !argument.startsWith("-"));
  if (noun === "vault") {
    const { runVaultCommand } = await import("@/lib/server/command-line/vault-command");
    return runVaultCommand(args.filter((_, at) => at !== args.indexOf(noun)));
  }
  if (noun === "disk") {
    const { runDiskCommand } = await import("@/lib/server/command-line/disk-command");
    return runDiskCommand(args.filter((_, at) => at !== args.indexOf(noun)));
  }
  if (noun === "plan") {
    const { runPlanCommand } = await import("@/lib/server/command-line/plan-command");
    return runPlanCommand(args.filter((_, at) => at !== args.indexOf(noun)));
  }
  if (noun === "report") {
    const { runReportCommand } = await import("@/lib/server/command-line/report-command");
    return runReportCommand(args.filter((_, at) => at !== args.indexOf(noun)));
  }
  const { runSiteCommand } = await import("@/lib/server/command-line/site-command");
  return runSiteCommand(args, import.meta.dirname);
}

async function main(args: readonly string[]): Promise<void> {
  const helpWanted = args.includes("--help") || args.includes("-h");
  if (helpWanted || args.every((argument) => argument.startsWith("-"))) {
    process.stdout.write(USAGE);
    if (!helpWanted) process.exitCode = 2;
    return;
  }
  const result = await run(args);
  if (result === null) return;
  process.exitCode = result.exitCode ?? 0;
  process.stdout.write(`${args.includes("--json") ? JSON.stringify(result.json) : result.text}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const json = process.argv.includes("--json");
  process.stderr.write(json ? `${JSON.stringify({ error: explanationOf(error) })}\n` : describeForPeople(error));
  process.exitCode = exitCodeOf(error);
});
