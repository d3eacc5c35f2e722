import fs from "node:fs";
import path from "node:path";
import type { Explanation } from "@/lib/kernel/fault";
import type { FreezeOutcome, HookMachine, QuiesceHooks } from "../agent/quiesce-hooks";
import { writePrivateFile } from "../private-file";
import { runScript, type ScriptOutcome } from "./run-script";

type HookName = "freeze" | "thaw";

export interface FolderHooksOptions {
  /** Holds the programs `freeze` and `thaw`. */
  readonly folder: string;
  /** Where it is kept what is frozen, so that a killed agent lets it go on when it starts again. */
  readonly stateFolder: string;
  readonly timeoutMs?: number;
}

/** As long as Windows lets a snapshot's writers stay frozen. */
const TIMEOUT_MS = 60_000;
const READ_BY_OTHERS = 0o077;
const OWNER_EXECUTES = 0o100;

/**
 * Freeze and thaw programs of a site: `hooks/freeze` and `hooks/thaw` in the site's folder, called with the machine's
 * name and id. They run as the agent's user with an environment of their own (PATH, LANG, SECONDSITE_HOOK,
 * SECONDSITE_MACHINE_NAME, SECONDSITE_MACHINE_ID) and a time limit. Nobody but their owner may read or change them.
 */
export class FolderHooks implements QuiesceHooks {
  readonly #options: FolderHooksOptions;

  constructor(options: FolderHooksOptions) {
    this.#options = options;
  }

  async freeze(machine: HookMachine): Promise<FreezeOutcome> {
    if (!this.#exists("freeze")) return { state: "none", problem: this.#noHooks(machine) };
    const unsafe = this.#unsafe("freeze") ?? (this.#exists("thaw") ? this.#unsafe("thaw") : this.#noThaw());
    if (unsafe !== null) return { state: "failed", problem: unsafe };
    writePrivateFile(this.#marker(machine), JSON.stringify(machine));
    const problem = await this.#run("freeze", machine);
    return problem === null ? { state: "frozen" } : { state: "failed", problem };
  }

  async thaw(machine: HookMachine): Promise<Explanation | null> {
    if (!fs.existsSync(this.#marker(machine))) return null;
    const problem = this.#unsafe("thaw") ?? (await this.#run("thaw", machine));
    // Kept when it failed: the next start of the agent tries again.
    if (problem === null) fs.rmSync(this.#marker(machine), { force: true });
    return problem;
  }

  async thawLeftovers(): Promise<void> {
    const { stateFolder } = this.#options;
    if (!fs.existsSync(stateFolder)) return;
    for (const name of fs.readdirSync(stateFolder).filter((one) => one.startsWith("frozen-"))) {
      await this.thaw(JSON.parse(fs.readFileSync(path.join(stateFolder, name), "utf8")) as HookMachine);
    }
  }

  #exists(hook: HookName): boolean {
    return fs.existsSync(this.#path(hook));
  }

  #path(hook: HookName): string {
    return path.join(this.#options.folder, hook);
  }

  #marker(machine: HookMachine): string {
    return path.join(this.#options.stateFolder, `frozen-${machine.id}.json`);
  }

  async #run(hook: HookName, machine: HookMachine): Promise<Explanation | null> {
    const timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS;
    const outcome = await runScript({
      path: this.#path(hook),
      folder: this.#options.folder,
      args: [machine.name, machine.id],
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        LANG: "C.UTF-8",
        SECONDSITE_HOOK: hook,
        SECONDSITE_MACHINE_NAME: machine.name,
        SECONDSITE_MACHINE_ID: machine.id,
      },
      timeoutMs,
    });
    if (outcome.ended === "exited" && outcome.code === "0") return null;
    return this.#explain(hook, machine, outcome, timeoutMs);
  }

  /** A program that somebody else can change would run with the agent's rights. */
  #unsafe(hook: HookName): Explanation | null {
    const file = this.#path(hook);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    const wrong = !stat?.isFile()
      ? "is not a regular file"
      : process.getuid !== undefined && stat.uid !== process.getuid()
        ? "belongs to another user"
        : (stat.mode & READ_BY_OTHERS) !== 0
          ? "may be read or changed by others than its owner"
          : (stat.mode & OWNER_EXECUTES) === 0
            ? "is not executable"
            : null;
    if (wrong === null) return null;
    return {
      code: "HookNotSafe",
      message: `The ${hook} script was not run: ${file} ${wrong}.`,
      possibleCauses: "The script was copied or edited by another user, or its permissions were never set.",
      recommendedAction: `Run as the agent's user: chmod 700 ${file}`,
    };
  }

  #explain(hook: HookName, machine: HookMachine, outcome: ScriptOutcome, timeoutMs: number): Explanation {
    const what = {
      exited: `ended with exit code ${outcome.code}`,
      killed: `was ended by ${outcome.code}`,
      timedOut: `did not end within ${timeoutMs / 1000} s and was ended with all its processes`,
      notStarted: `could not be started: ${outcome.code}`,
    }[outcome.ended];
    const said = outcome.output === "" ? "It wrote nothing." : `Its last output: “${outcome.output}”.`;
    const code =
      { freeze: "FreezeHook", thaw: "ThawHook" }[hook] + (outcome.ended === "timedOut" ? "TimedOut" : "Failed");
    return {
      code,
      message: `The ${hook} script of ${machine.name} ${what}. ${said}`,
      possibleCauses: `What ${this.#path(hook)} does for the workload of the machine failed or hangs.`,
      recommendedAction:
        hook === "freeze"
          ? "Run the script by hand and correct it. The recovery point was made all the same, crash-consistent."
          : "Make sure that the workload goes on: run the script by hand, and correct it.",
    };
  }

  #noHooks(machine: HookMachine): Explanation {
    return {
      code: "QuiesceNotAvailable",
      message: `There is no freeze script for ${machine.name}.`,
      possibleCauses: `The file ${this.#path("freeze")} does not exist.`,
      recommendedAction: "Add freeze and thaw scripts there when the workload can be brought to rest.",
    };
  }

  #noThaw(): Explanation {
    return {
      code: "HookNotSafe",
      message: `The freeze script was not run: there is no thaw script to undo it (${this.#path("thaw")}).`,
      possibleCauses: "Only one of the two scripts was added.",
      recommendedAction: "Add the thaw script beside it.",
    };
  }
}

/** Where a site's hooks are. */
export const hooksFolder = (siteFolder: string): string => path.join(siteFolder, "hooks");
