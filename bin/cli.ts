/** The command line of Secondsite: `npx secondsite …`. */
import path from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { readEnvironment } from "@/lib/server/environment";
import { homeAt } from "@/lib/server/home";
import { serve } from "@/lib/server/serve";
import { describeForPeople, exitCodeOf, explanationOf, UsageError } from "@/lib/site/cli/exit-codes";
import { readPassphrase } from "@/lib/site/cli/read-passphrase";
import * as commands from "@/lib/site/cli/site-commands";

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
      Any folder of VHD or raw disk images becomes a site whose machines can be protected. The images are only
      read. A file machines.json in it may say more: {"name": {"generation": 2, "osType": "Linux", ...}}.

  npx secondsite site list [--json]
  npx secondsite site fail NAME        kills every process of the site; it stays dead until it is restored
  npx secondsite site restore NAME
  npx secondsite site remove NAME      forgets the site; the images of an added folder stay

The home folder is $SECONDSITE_HOME (default ./.secondsite); PORT and TLS_PORT say where the portal listens.

Exit codes: 0 done; 1 a defect; 2 the command line; 3 the credentials file; 4 the passphrase;
5 the vault or the supervisor does not answer; 6 refused for another reason. The reason is on standard error.
`;

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" },
        demo: { type: "boolean" },
        credentials: { type: "string" },
        site: { type: "string" },
        server: { type: "string" },
        name: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function runCommand(
  world: commands.CommandWorld,
  verb: string | undefined,
  argument: string | undefined,
  values: ReturnType<typeof parse>["values"],
): Promise<commands.CommandResult> {
  switch (verb) {
    case "register":
      return commands.registerSite(world, {
        credentials: values.credentials,
        site: values.site,
        server: values.server,
      });
    case "add":
      return commands.addSite(world, { folder: argument, name: values.name });
    case "list":
      return commands.listAllSites(world);
    case "fail":
      return commands.failSite(world, argument ?? values.site);
    case "restore":
      return commands.restoreSite(world, argument ?? values.site);
    case "remove":
      return commands.removeSiteNamed(world, argument ?? values.site);
    default:
      throw new UsageError(verb === undefined ? "What about the site?" : `There is no command 'site ${verb}'.`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  const [noun, verb, argument] = positionals;
  if (values.help === true || noun === undefined) {
    process.stdout.write(USAGE);
    if (values.help !== true) process.exitCode = 2;
    return;
  }
  const environment = readEnvironment(process.env, process.cwd());
  const home = homeAt(environment.home);
  if (noun === "serve") {
    await serve({ environment, home, programs: import.meta.dirname, demo: values.demo === true });
    return;
  }
  if (noun !== "site") throw new UsageError(`There is no command '${noun}'.`);
  const world: commands.CommandWorld = {
    home,
    cwd: process.cwd(),
    clock: systemClock,
    random: systemRandom,
    askPassphrase: () => readPassphrase(process.stdin, process.stderr),
  };
  const result = await runCommand(world, verb, argument === undefined ? undefined : argumentOf(verb, argument), values);
  process.stdout.write(`${values.json === true ? JSON.stringify(result.json) : result.text}\n`);
}

/** A folder is meant from where the command was typed. */
function argumentOf(verb: string | undefined, argument: string): string {
  return verb === "add" ? path.resolve(argument) : argument;
}

main().catch((error: unknown) => {
  const json = process.argv.includes("--json");
  process.stderr.write(json ? `${JSON.stringify({ error: explanationOf(error) })}\n` : describeForPeople(error));
  process.exitCode = exitCodeOf(error);
});
