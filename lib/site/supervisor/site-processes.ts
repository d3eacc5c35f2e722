import path from "node:path";
import fs from "node:fs";
import { HostClient } from "@/lib/compute/host-client";
import type { MachineDefinition, MachineStatus } from "@/lib/compute/host-protocol";
import { MachineStore } from "@/lib/compute/machine-store";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import { machinesOfFolder } from "../estate/folder-machines";
import { readSite, saveSite, type Site } from "../estate/site-folder";
import { registeredPlace } from "../registration-file";
import { ManagedProcess } from "./managed-process";
import type { SiteStatus } from "./supervisor-protocol";

export interface SiteProcessesOptions {
  readonly site: Site;
  /** Folder of the programs compute-host.mjs and site-agent.mjs. */
  readonly programs: string;
  readonly runFolder: string;
  readonly logFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly firmwareFolder: string | null;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
}

const HOST_START_MS = 15_000;

/** The processes of one site: the host that runs its machines, and the agent once the host is registered. */
export class SiteProcesses {
  readonly #options: SiteProcessesOptions;
  readonly #host: ManagedProcess;
  readonly #agent: ManagedProcess;
  #site: Site;

  constructor(options: SiteProcessesOptions) {
    this.#options = options;
    this.#site = options.site;
    const { programs, runFolder, logFolder, env, clock, firmwareFolder, site } = options;
    const mark = path.basename(site.hostSocket, ".sock");
    const place = (role: string) => ({
      name: `${site.name} ${role}`,
      pidFile: path.join(runFolder, `${mark}-${role}.pid`),
      logFile: path.join(logFolder, `${site.name}-${role}.log`),
      ...{ env, clock },
    });
    const firmware = firmwareFolder === null ? [] : ["--firmware", firmwareFolder];
    this.#host = new ManagedProcess({
      ...place("host"),
      program: path.join(programs, "compute-host.mjs"),
      args: ["--home", site.hostHome, "--socket", site.hostSocket, "--host-name", site.hostName, ...firmware],
    });
    this.#agent = new ManagedProcess({
      ...place("agent"),
      program: path.join(programs, "site-agent.mjs"),
      args: ["--site", site.folder],
    });
  }

  get site(): Site {
    return this.#site;
  }

  status(): SiteStatus {
    const { name, kind, folder, imagesFolder, state, hostSocket, agentFolder } = this.#site;
    const registered = registeredPlace(agentFolder);
    return {
      ...{ name, kind, state, hostSocket },
      folder: imagesFolder ?? folder,
      processes: [
        { role: "host", ...this.#host.status },
        { role: "agent", ...this.#agent.status },
      ],
      registeredVault: registered?.vaultId ?? null,
      registeredFabric: registered?.siteName ?? null,
    };
  }

  processes(): { name: string; pid: number | null; running: boolean; restarts: number }[] {
    return [
      { name: `${this.#site.name} host`, ...this.#host.status },
      { name: `${this.#site.name} agent`, ...this.#agent.status },
    ];
  }

  /** What its state asks for; a failed site stays dead. */
  start(): void {
    if (this.#site.state === "failed") return;
    if (this.#site.kind === "folder") this.#describeMachines();
    this.#host.start();
    if (this.#isRegistered()) this.#agent.start();
  }

  /** The state is on the medium before anything dies: a supervisor that starts meanwhile leaves it dead. */
  async fail(): Promise<void> {
    this.#setState("failed");
    await Promise.all([this.#agent.kill(), this.#host.kill()]);
  }

  /** Resolves when the host answers. */
  async restore(): Promise<void> {
    this.#setState("running");
    this.start();
    await this.untilHostAnswers();
  }

  async restartAgent(): Promise<void> {
    if (this.#site.state === "failed") return;
    await this.#agent.stop();
    if (this.#isRegistered()) this.#agent.start();
  }

  /** The agent first: it ends its cut while the host still answers. */
  async stop(): Promise<void> {
    await this.#agent.stop();
    await this.#host.stop();
  }

  /** Images that came since the last look. Only what is new or changed is told to the host. */
  async lookForImages(): Promise<void> {
    const { imagesFolder, name, state, hostSocket } = this.#site;
    if (imagesFolder === null || state === "failed" || !fs.existsSync(imagesFolder)) return;
    const client = new HostClient(hostSocket);
    try {
      const known = new Map((await client.status()).machines.map((machine) => [machine.id, machine]));
      const definitions = machinesOfFolder(this.#options.fileSystem, name, imagesFolder);
      for (const machine of known.values()) {
        if (!this.#isCreated(machine) && becamePart(machine, definitions)) await client.removeMachine(machine.id);
      }
      for (const definition of definitions) {
        const disks = known.get(definition.id)?.disks.map((disk) => disk.path);
        const same = JSON.stringify(disks) === JSON.stringify(definition.disks.map((disk) => disk.path));
        if (!same) await client.putMachine(definition);
      }
    } finally {
      client.close();
    }
  }

  async untilHostAnswers(): Promise<void> {
    const { clock } = this.#options;
    const client = new HostClient(this.#site.hostSocket);
    const deadline = clock.monotonicMs() + HOST_START_MS;
    try {
      for (;;) {
        try {
          await client.status();
          return;
        } catch (error) {
          if (clock.monotonicMs() > deadline) throw error;
        }
        await clock.sleep(50);
      }
    } finally {
      client.close();
    }
  }

  #describeMachines(): void {
    const { imagesFolder, name, hostHome } = this.#site;
    // A folder that is not mounted now keeps the machines it had: the host shows why they cannot be read.
    if (imagesFolder === null || !fs.existsSync(imagesFolder)) return;
    const store = new MachineStore(this.#options.fileSystem, hostHome);
    for (const definition of machinesOfFolder(this.#options.fileSystem, name, imagesFolder)) store.save(definition);
  }

  /** By a failback, in the site's own folder: no file of the user's folder stands for it. */
  #isCreated(machine: MachineStatus): boolean {
    return machine.disks.some((disk) => disk.path.startsWith(`${this.#site.disksFolder}${path.sep}`));
  }

  #isRegistered(): boolean {
    return registeredPlace(this.#site.agentFolder) !== null;
  }

  #setState(state: Site["state"]): void {
    this.#site = saveSite({ ...(readSite(this.#site.folder) ?? this.#site), state });
  }
}

/**
 * True when the machine's images are all there, but make no machine of their own any more: the descriptor of a split disk
 * or the configuration of a machine came after its parts. A machine whose images are gone stays and shows that.
 */
function becamePart(machine: MachineStatus, definitions: readonly MachineDefinition[]): boolean {
  if (machine.tracking || definitions.some(({ id }) => id === machine.id)) return false;
  return machine.disks.every((disk) => fs.existsSync(disk.path));
}
