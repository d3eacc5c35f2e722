import path from "node:path";
import { parseArgs } from "node:util";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { readEnvironment } from "@/lib/server/environment";
import { homeAt } from "@/lib/server/home";
import { serve } from "@/lib/server/serve";
import { UsageError } from "@/lib/site/cli/exit-codes";
import { readPassphrase } from "@/lib/site/cli/read-passphrase";
import * as commands from "@/lib/site/cli/site-commands";

/** `serve` and the commands about sites, beginning with that word. Null: the command said everything itself. */
export async function runSiteCommand(
  args: readonly string[],
  programs: string,
): Promise<commands.CommandResult | null> {
  const { values, positionals } = parse(args);
  const [noun, verb, argument] = positionals;
  const environment = readEnvironment(process.env, process.cwd());
  const home = homeAt(environment.home);
  if (noun === "serve") {
    await serve({ environment, home, programs, demo: values.demo === true });
    return null;
  }
  if (noun !== "site") throw new UsageError(`There is no command '${noun ?? ""}'.`);
  const world: commands.CommandWorld = {
    home,
    cwd: process.cwd(),
    fileSystem: nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    askPassphrase: () => readPassphrase(process.stdin, process.stderr),
  };
  return runCommand(world, verb, argument === undefined ? undefined : argumentOf(verb, argument), values);
}

function parse(args: readonly string[]) {
  const isServe = args.find((argument) => !argument.startsWith("-")) === "serve";
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        // `serve --demo` makes the one that there is; `site add --demo NAME` says which.
        demo: { type: isServe ? "boolean" : "string" },
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
      return commands.addSite(world, {
        ...{ folder: argument, name: values.name },
        demo: typeof values.demo === "string" ? values.demo : undefined,
      });
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

/** A folder is meant from where the command was typed. */
function argumentOf(verb: string | undefined, argument: string): string {
  return verb === "add" ? path.resolve(argument) : argument;
}
