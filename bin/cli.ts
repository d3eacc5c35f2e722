/** The command line of Secondsite: `npx secondsite …`. See lib/site/cli/usage. */
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
import { USAGE } from "@/lib/site/cli/usage";

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
