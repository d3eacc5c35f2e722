import fs from "node:fs";
import path from "node:path";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { parseCredentialsFile } from "../credentials-file";
import { DemoName, VMWARE_DEMO } from "@/lib/contract/demo-site";
import { makeVmwareSite, vmwareSiteNamed } from "../estate/demo-site";
import { machinesOfFolder } from "../estate/folder-machines";
import { createSite, findSite, listSites, readSite, saveSite, siteNotFound, type Site } from "../estate/site-folder";
import { registerHost } from "../register-host";
import { registeredPlace } from "../registration-file";
import { SupervisorClient } from "../supervisor/supervisor-client";
import { UsageError } from "./exit-codes";

export interface CommandWorld {
  readonly home: { readonly sites: string; readonly run: string; readonly supervisorSocket: string };
  readonly cwd: string;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly askPassphrase: () => Promise<string>;
}

/** What a command found out: for people, and for programs. */
export interface CommandResult {
  readonly text: string;
  readonly json: unknown;
  /** When it is not 0 although the command did its work. */
  readonly exitCode?: number;
}

export async function registerSite(
  world: CommandWorld,
  input: { credentials: string | undefined; site: string | undefined; server: string | undefined },
): Promise<CommandResult> {
  if (input.credentials === undefined) throw new UsageError("Which credentials file? Give --credentials FILE.");
  if (input.site === undefined) throw new UsageError("Which site? Give --site NAME or --site FOLDER.");
  const site = resolveSite(world, input.site);
  if (site.state === "failed") throw siteFailed(site.name);
  const credentials = parseCredentialsFile(readCredentials(world, input.credentials), world.clock.now());
  const passphrase = await world.askPassphrase();
  const registration = await registerHost({
    credentials,
    passphrase,
    endpoint: input.server === undefined ? null : readServer(input.server),
    hostName: site.hostName,
    folder: site.agentFolder,
    clock: world.clock,
    random: world.random,
  });
  const agentStarted = await startAgent(world, site);
  const { vaultName, siteName, providerId, hostName } = registration;
  const next = agentStarted
    ? "Its agent is starting; the first heartbeat follows in a moment."
    : "Its agent starts with the portal: npx secondsite serve.";
  return {
    text: `${hostName} is registered in the vault '${vaultName}', site '${siteName}'. ${next}`,
    json: { hostName, vaultName, siteName, providerId, agentStarted },
  };
}

export async function addSite(
  world: CommandWorld,
  input: { folder: string | undefined; name: string | undefined; demo: string | undefined },
): Promise<CommandResult> {
  if (input.demo !== undefined) return addDemoSite(world, { ...input, demo: input.demo });
  if (input.folder === undefined) throw new UsageError("Which folder? npx secondsite site add FOLDER.");
  const folder = path.resolve(world.cwd, input.folder);
  const name = input.name ?? nameFrom(path.basename(folder));
  const machines = machinesOfFolder(world.fileSystem, name, folder);
  const client = new SupervisorClient(world.home.supervisorSocket);
  const running = await withoutSupervisor(() => client.addFolder(name, folder), null);
  if (running === null) {
    createSite(places(world), { name, kind: "folder", imagesFolder: fs.realpathSync(folder) });
  }
  const list = machines.map((machine) => `  ${machine.name}: ${machine.disks.map((disk) => disk.name).join(", ")}`);
  return {
    text: [`${name} is a site with ${machines.length} machine(s):`, ...list].join("\n"),
    json: { name, folder, machines: machines.map(({ id, name: machine, disks }) => ({ id, name: machine, disks })) },
  };
}

async function addDemoSite(
  world: CommandWorld,
  input: { folder: string | undefined; name: string | undefined; demo: string },
): Promise<CommandResult> {
  if (input.folder !== undefined) throw new UsageError("Give a folder or --demo, not both.");
  const { success, data: demo } = DemoName.safeParse(input.demo);
  if (!success) throw new UsageError(`There is no demo '${input.demo}'; there is: ${DemoName.options.join(", ")}.`);
  const name = input.name ?? VMWARE_DEMO.siteName;
  const client = new SupervisorClient(world.home.supervisorSocket);
  const running = await withoutSupervisor(() => client.addDemo(name, demo), null);
  if (running === null) await makeVmwareSite(world.fileSystem, vmwareSiteNamed(places(world), name), () => undefined);
  const { machines } = VMWARE_DEMO;
  const start = running === null ? " They start with the portal: npx secondsite serve." : "";
  return {
    text: `${name} is a VMware site with ${machines.length} machines: ${machines.join(", ")}.${start}`,
    json: { name, demo, machines },
  };
}

export async function listAllSites(world: CommandWorld): Promise<CommandResult> {
  const client = new SupervisorClient(world.home.supervisorSocket);
  const running = await withoutSupervisor(() => client.list(), null);
  const sites =
    running ??
    listSites(world.home.sites).map((site) => ({
      ...{ name: site.name, kind: site.kind, state: site.state, folder: site.imagesFolder ?? site.folder },
      processes: [],
      registeredVault: registeredPlace(site.agentFolder)?.vaultId ?? null,
    }));
  const lines = sites.map((site) => {
    const processes = site.processes.map(({ role, pid }) => `${role} ${pid ?? "-"}`).join(", ");
    const vault = site.registeredVault === null ? "not registered" : `registered in vault ${site.registeredVault}`;
    return `${site.name}  ${site.state}  ${vault}  ${processes === "" ? "not running" : processes}  ${site.folder}`;
  });
  return { text: lines.length === 0 ? "There are no sites." : lines.join("\n"), json: { sites } };
}

export async function failSite(world: CommandWorld, name: string | undefined): Promise<CommandResult> {
  const site = resolveSite(world, name ?? missingName());
  const client = new SupervisorClient(world.home.supervisorSocket);
  const done = await withoutSupervisor(() => client.fail(site.name), null);
  if (done === null) saveSite({ ...site, state: "failed" });
  return {
    text: `${site.name} has failed: its processes are dead until it is restored.`,
    json: done ?? { name: site.name },
  };
}

export async function restoreSite(world: CommandWorld, name: string | undefined): Promise<CommandResult> {
  const site = resolveSite(world, name ?? missingName());
  const client = new SupervisorClient(world.home.supervisorSocket);
  const done = await withoutSupervisor(() => client.restore(site.name), null);
  if (done === null) saveSite({ ...site, state: "running" });
  return { text: `${site.name} is restored.`, json: done ?? { name: site.name } };
}

export async function removeSiteNamed(world: CommandWorld, name: string | undefined): Promise<CommandResult> {
  const site = resolveSite(world, name ?? missingName());
  await new SupervisorClient(world.home.supervisorSocket).remove(site.name);
  return { text: `${site.name} is forgotten.`, json: { name: site.name } };
}

/** A name of this home, or the folder of a site wherever it is. */
function resolveSite(world: CommandWorld, text: string): Site {
  const named = findSite(world.home.sites, text);
  const site = named ?? readSite(path.resolve(world.cwd, text));
  if (site === null) throw siteNotFound(text);
  return site;
}

function readCredentials(world: CommandWorld, file: string): string {
  try {
    return fs.readFileSync(path.resolve(world.cwd, file), "utf8");
  } catch (cause) {
    throw new Fault(
      {
        code: "CredentialsFileNotReadable",
        message: `The credentials file '${file}' cannot be read: ${(cause as Error).message}.`,
        possibleCauses: "The path was mistyped, or this user may not read the file.",
        recommendedAction: "Check the path; the file is downloaded on the vault's Quick Start page.",
      },
      { cause },
    );
  }
}

function readServer(url: string): string {
  if (URL.canParse(url) && new URL(url).protocol === "https:") return new URL(url).origin;
  throw new UsageError(`--server takes an https address, not '${url}'.`);
}

async function startAgent(world: CommandWorld, site: Site): Promise<boolean> {
  const ofThisHome = path.resolve(world.home.sites, site.name) === site.folder;
  if (!ofThisHome) return false;
  const client = new SupervisorClient(world.home.supervisorSocket);
  return withoutSupervisor(async () => {
    await client.restartAgent(site.name);
    return true;
  }, false);
}

/** Commands that only describe something work without a supervisor too: it reads what they wrote when it starts. */
async function withoutSupervisor<T, U>(ask: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Fault && error.code === "SupervisorNotRunning") return otherwise;
    throw error;
  }
}

function places(world: CommandWorld) {
  return { sitesFolder: world.home.sites, runFolder: world.home.run };
}

/** "My Disks (old)" becomes "My-Disks-old". */
function nameFrom(folderName: string): string {
  return folderName
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);
}

function missingName(): never {
  throw new UsageError("Which site? Give its name.");
}

function siteFailed(name: string): Refusal {
  return new Refusal("conflict", {
    code: "SiteFailed",
    message: `The site '${name}' has failed; nothing runs there that could be registered.`,
    possibleCauses: "It was failed on purpose, for a drill.",
    recommendedAction: `Restore it first: npx secondsite site restore ${name}`,
  });
}
