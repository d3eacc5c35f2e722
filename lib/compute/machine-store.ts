import { z } from "zod";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { Incoming, MachineDefinition } from "./host-protocol";
import { readJsonFile, writeJsonFile } from "./json-file";

const HypervisorFile = z.object({ name: z.string() });

/** What the host remembers about a machine's replication beside the write logs themselves. */
export const ReplicationState = z.object({
  trackedDiskIds: z.array(z.string()),
  /** Name of the point that the last committed release stands for. */
  baseline: z.string().nullable(),
});
export type ReplicationState = z.infer<typeof ReplicationState>;

export const NOT_REPLICATED: ReplicationState = { trackedDiskIds: [], baseline: null };

/**
 * The host's home folder: `machines/<id>.json` (definitions), `replication/<id>.json`, `incoming/<id>.json` (while its disks
 * are being made what a point holds), `tracking/<id>/` (write logs and preserve logs of the machine's disks). Disk images are never in here and never deleted.
 */
export class MachineStore {
  readonly #fileSystem: FileSystem;
  readonly #home: string;

  constructor(fileSystem: FileSystem, home: string) {
    this.#fileSystem = fileSystem;
    this.#home = home;
    fileSystem.makeFolder(`${home}/machines`);
    fileSystem.makeFolder(`${home}/replication`);
    fileSystem.makeFolder(`${home}/incoming`);
  }

  /** The chosen hypervisor's name; null: none was chosen. */
  hypervisor(): string | null {
    const path = `${this.#home}/hypervisor.json`;
    if (!this.#fileSystem.exists(path)) return null;
    return HypervisorFile.parse(readJsonFile(this.#fileSystem, path)).name;
  }

  saveHypervisor(name: string): void {
    writeJsonFile(this.#fileSystem, `${this.#home}/hypervisor.json`, { name } satisfies z.infer<typeof HypervisorFile>);
  }

  trackingFolder(id: string): string {
    return `${this.#home}/tracking/${id}`;
  }

  /** Definitions that cannot be read are left in place and reported, so that one bad file does not take a site down. */
  load(): { definitions: MachineDefinition[]; problems: string[] } {
    const definitions: MachineDefinition[] = [];
    const problems: string[] = [];
    for (const name of this.#fileSystem.list(`${this.#home}/machines`)) {
      if (!name.endsWith(".json")) continue;
      const path = `${this.#home}/machines/${name}`;
      try {
        definitions.push(MachineDefinition.parse(readJsonFile(this.#fileSystem, path)));
      } catch (error) {
        problems.push(`The machine definition ${path} cannot be used: ${reasonOf(error)}`);
      }
    }
    return { definitions, problems };
  }

  save(definition: MachineDefinition): void {
    writeJsonFile(this.#fileSystem, `${this.#home}/machines/${definition.id}.json`, definition);
  }

  replication(id: string): ReplicationState {
    const path = this.#replicationPath(id);
    if (!this.#fileSystem.exists(path)) return NOT_REPLICATED;
    return ReplicationState.parse(readJsonFile(this.#fileSystem, path));
  }

  saveReplication(id: string, state: ReplicationState): void {
    writeJsonFile(this.#fileSystem, this.#replicationPath(id), state);
  }

  /** Null: the machine's disks are its own. */
  incoming(id: string): Incoming | null {
    const path = this.#incomingPath(id);
    if (!this.#fileSystem.exists(path)) return null;
    return Incoming.parse(readJsonFile(this.#fileSystem, path));
  }

  saveIncoming(id: string, incoming: Incoming | null): void {
    if (incoming === null) this.#fileSystem.remove(this.#incomingPath(id));
    else writeJsonFile(this.#fileSystem, this.#incomingPath(id), incoming);
  }

  /** Forgets the machine. Its logs must have been ended before (TrackedDisk.disableTracking). */
  remove(id: string): void {
    this.#fileSystem.remove(this.#replicationPath(id));
    this.#fileSystem.remove(`${this.#home}/machines/${id}.json`);
    this.#fileSystem.remove(this.#incomingPath(id));
  }

  #incomingPath(id: string): string {
    return `${this.#home}/incoming/${id}.json`;
  }

  #replicationPath(id: string): string {
    return `${this.#home}/replication/${id}.json`;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join(".") || "(whole)"}: ${issue.message}`).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
