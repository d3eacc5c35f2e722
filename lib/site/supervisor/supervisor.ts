import fs from "node:fs";
import path from "node:path";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { makeVmwareSite, vmwareSiteNamed } from "../estate/demo-site";
import { machinesOfFolder } from "../estate/folder-machines";
import {
  createSite,
  findSite,
  listSites,
  removeSite,
  siteNotFound,
  type Site,
  type SitePlaces,
} from "../estate/site-folder";
import { ManagedProcess } from "./managed-process";
import { runRegistration } from "./run-registration";
import { SiteProcesses } from "./site-processes";
import type { ProcessList, SiteStatus } from "./supervisor-protocol";

export interface SupervisorOptions {
  readonly home: {
    readonly folder: string;
    readonly sites: string;
    readonly run: string;
    readonly region: string;
    readonly regionSocket: string;
  };
  /** Folder of the bundled programs. */
  readonly programs: string;
  readonly env: NodeJS.ProcessEnv;
  readonly firmwareFolder: string | null;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** The server or its gateway cannot work with this configuration; it has said why. */
  readonly onServerHopeless: () => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const RESCAN_MS = 2_000;

/** Keeps the processes of one home running: the server, its gateway, the region's host, and each site's host and agent. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #server: ManagedProcess;
  readonly #gateway: ManagedProcess;
  readonly #region: ManagedProcess;
  readonly #sites = new Map<string, SiteProcesses>();
  /** Demonstration sites whose machines are being made: no host may look at them before they are whole. */
  readonly #making = new Map<string, Promise<SiteProcesses>>();
  readonly #logFolder: string;
  readonly #ended = new AbortController();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { home, programs, env, firmwareFolder, clock, onServerHopeless } = options;
    this.#logFolder = path.join(home.folder, "logs");
    const firmware = firmwareFolder === null ? [] : ["--firmware", firmwareFolder];
    this.#server = new ManagedProcess({
      name: "server",
      program: path.join(programs, "server.mjs"),
      args: [],
      pidFile: path.join(home.run, "server.pid"),
      logFile: null,
      onHopeless: onServerHopeless,
      ...{ env, clock },
    });
    this.#gateway = new ManagedProcess({
      name: "gateway",
      program: path.join(programs, "gateway.mjs"),
      args: [],
      pidFile: path.join(home.run, "gateway.pid"),
      logFile: null,
      onHopeless: onServerHopeless,
      ...{ env, clock },
    });
    this.#region = new ManagedProcess({
      name: "region host",
      program: path.join(programs, "compute-host.mjs"),
      args: ["--home", home.region, "--socket", home.regionSocket, "--host-name", "AZURE-REGION", ...firmware],
      pidFile: path.join(home.run, "region.pid"),
      logFile: path.join(this.#logFolder, "region-host.log"),
      ...{ env, clock },
    });
  }

  /** The server, its gateway and the region, which need no site. */
  startPlatform(): void {
    this.#server.start();
    this.#gateway.start();
    this.#region.start();
  }

  /** Every site of the home, as its state says. */
  startSites(): void {
    for (const site of listSites(this.#options.home.sites)) {
      if (site.kind === "contosoVmware") void this.#finish(site);
      else this.#manage(site).start();
    }
    void this.#rescan();
  }

  /** Everything, in the order in which nobody is left waiting for another. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await Promise.all([
      this.#server.stop(),
      this.#gateway.stop(),
      ...[...this.#sites.values()].map((site) => site.stop()),
    ]);
    await this.#region.stop();
  }

  processes(): ProcessList["processes"] {
    return [
      { name: "server", ...this.#server.status },
      { name: "gateway", ...this.#gateway.status },
      { name: "region host", ...this.#region.status },
      ...[...this.#sites.values()].flatMap((site) => site.processes()),
    ];
  }

  list(): SiteStatus[] {
    return [...this.#sites.values()].map((site) => site.status()).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws Refusal of the name or the folder. Resolves when its host answers. */
  async addFolder(name: string, folder: string): Promise<SiteStatus> {
    const imagesFolder = path.resolve(folder);
    machinesOfFolder(this.#options.fileSystem, name, imagesFolder);
    return this.#begin(
      createSite(this.#places(), { name, kind: "folder", imagesFolder: fs.realpathSync(imagesFolder) }),
    );
  }

  /**
   * A site whose machines are VMware's, with disks made for it; one that is there is left as it is. Resolves when its
   * host answers. @throws Refusal of the name, Fault of the disks
   */
  async addVmwareDemo(name: string): Promise<SiteStatus> {
    const known = this.#sites.get(name.toLowerCase());
    const processes =
      known?.site.kind === "contosoVmware" ? known : await this.#makeOnce(vmwareSiteNamed(this.#places(), name));
    if (processes.site.state === "running") await processes.untilHostAnswers();
    return processes.status();
  }

  async remove(name: string): Promise<void> {
    const site = await this.#find(name);
    await site.stop();
    this.#sites.delete(name.toLowerCase());
    removeSite(site.site);
  }

  async fail(name: string): Promise<SiteStatus> {
    const site = await this.#find(name);
    await site.fail();
    this.#options.log("siteFailed", { site: site.site.name });
    return site.status();
  }

  async restore(name: string): Promise<SiteStatus> {
    const site = await this.#find(name);
    await site.restore();
    this.#options.log("siteRestored", { site: site.site.name });
    return site.status();
  }

  async restartAgent(name: string): Promise<SiteStatus> {
    const site = await this.#find(name);
    await site.restartAgent();
    return site.status();
  }

  /** The command line restarts the agent through us when it has registered. */
  async register(name: string, credentialsXml: string, passphrase: string): Promise<SiteStatus> {
    const site = await this.#find(name);
    const { programs, env, random } = this.#options;
    const cli = path.join(programs, "cli.mjs");
    const mark = random.bytes(6).toString("hex");
    await runRegistration({ cli, site: site.site, credentialsXml, passphrase, env, mark });
    return site.status();
  }

  async #begin(site: Site): Promise<SiteStatus> {
    const processes = this.#manage(site);
    processes.start();
    await processes.untilHostAnswers();
    return processes.status();
  }

  #manage(site: Site): SiteProcesses {
    const { programs, env, firmwareFolder, fileSystem, clock, home } = this.#options;
    const processes = new SiteProcesses({
      ...{ site, programs, env, firmwareFolder, fileSystem, clock },
      runFolder: home.run,
      logFolder: this.#logFolder,
    });
    this.#sites.set(site.name.toLowerCase(), processes);
    return processes;
  }

  /** Sites that a command line added while it could not ask us are taken up too. */
  async #find(name: string): Promise<SiteProcesses> {
    const known = this.#sites.get(name.toLowerCase());
    if (known) return known;
    const site = findSite(this.#options.home.sites, name);
    if (!site) throw siteNotFound(name);
    if (site.kind === "contosoVmware") return this.#makeOnce({ site, isNew: false });
    return this.#take(site);
  }

  #take(site: Site): SiteProcesses {
    const processes = this.#manage(site);
    if (!this.#ended.signal.aborted) processes.start();
    return processes;
  }

  /** What an interrupted run, or a command line, left unfinished. Where that fails, the machines that there are serve. */
  async #finish(site: Site): Promise<void> {
    try {
      await this.#makeOnce({ site, isNew: false });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log("machinesNotMade", { site: site.name, message });
      this.#take(site);
    }
  }

  /** Whoever asks meanwhile waits for the same. */
  #makeOnce(of: ReturnType<typeof vmwareSiteNamed>): Promise<SiteProcesses> {
    const key = of.site.name.toLowerCase();
    const making = this.#making.get(key) ?? this.#make(of).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  async #make(of: ReturnType<typeof vmwareSiteNamed>): Promise<SiteProcesses> {
    const { fileSystem, log } = this.#options;
    await makeVmwareSite(fileSystem, of, ({ machine, done, of: count }) => {
      if (machine !== "") log("makingMachine", { site: of.site.name, machine, number: done + 1, of: count });
    });
    return this.#take(of.site);
  }

  async #rescan(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#ended;
    const complaints = new Map<string, string>();
    while (!signal.aborted) {
      await clock.sleep(RESCAN_MS, signal).catch(() => undefined);
      for (const [name, site] of signal.aborted ? [] : this.#sites) {
        try {
          await site.lookForImages();
          complaints.delete(name);
        } catch (error) {
          // Said once: the host is starting, or somebody is editing machines.json.
          const message = error instanceof Error ? error.message : String(error);
          if (complaints.get(name) !== message) log("imagesNotListed", { site: site.site.name, message });
          complaints.set(name, message);
        }
      }
    }
  }

  #places(): SitePlaces {
    return { sitesFolder: this.#options.home.sites, runFolder: this.#options.home.run };
  }
}
