import type { Server } from "node:http";
import path from "node:path";
import type { z } from "zod";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { ComputeHost } from "@/lib/compute/host";
import { HostClient } from "@/lib/compute/host-client";
import type { MachineDefinition } from "@/lib/compute/host-protocol";
import { createHostServer } from "@/lib/compute/host-server";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { materialise } from "@/lib/engine/vault/materialise";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { MachineReplicator, type ReplicatorSetup } from "@/lib/site/agent/machine-replicator";
import type { QuiesceHooks } from "@/lib/site/agent/quiesce-hooks";
import { Slots } from "@/lib/site/agent/slots";
import type { DesiredReplication, PointRegistration } from "@/lib/site/protocol";
import { MemoryFileSystem } from "./memory-file-system";
import { MemoryStore } from "./memory-store";
import { PuppetHypervisor } from "./puppet-hypervisor";
import { seededRandom } from "./seeded-random";
import { temporaryFolder } from "./site-vault-door";
import { testKeys } from "./vault-harness";

export type RegisteredPoint = z.infer<typeof PointRegistration> & { readonly id: string };

/** Hooks of a site without any. */
export const noHooks: QuiesceHooks = {
  freeze: async ({ name }) => ({
    state: "none",
    problem: {
      code: "QuiesceNotAvailable",
      message: `There is no freeze script for ${name}.`,
      possibleCauses: "-",
      recommendedAction: "-",
    },
  }),
  thaw: async () => null,
  thawLeftovers: async () => undefined,
};

/**
 * A host with puppets for guests, asked over its socket, and what the agent needs to replicate its machines into a vault
 * in memory. Points arrive in `points`.
 */
export class ReplicatingHost {
  readonly fileSystem = new MemoryFileSystem();
  readonly hypervisor = new PuppetHypervisor();
  readonly store: MemoryStore;
  readonly keys = testKeys();
  readonly random;
  readonly points: RegisteredPoint[] = [];
  readonly notes: string[] = [];
  readonly host: ComputeHost;
  readonly client: HostClient;
  /** Called before a point is registered. */
  onRegister: (point: RegisteredPoint) => Promise<void> = async () => undefined;
  readonly #server: Server;
  readonly #folder = temporaryFolder("host-");
  #session: Promise<VaultSession> | null = null;

  /** Several hosts may share a vault: each with a seed of its own. */
  constructor(vault: { readonly store?: MemoryStore; readonly seed?: number } = {}) {
    this.store = vault.store ?? new MemoryStore();
    this.random = seededRandom(vault.seed ?? 5);
    this.fileSystem.makeFolder("/disks");
    const { fileSystem, hypervisor, random } = this;
    this.host = new ComputeHost({
      ...{ home: "/home", hostName: "HV", pid: 1, fileSystem, hypervisor, random, clock: systemClock, bootId: null },
    });
    this.#server = createHostServer(this.host, (error) => this.notes.push(String(error)));
    this.client = new HostClient(this.#socket);
  }

  get #socket(): string {
    return path.join(this.#folder.folder, "h.sock");
  }

  listen(): Promise<void> {
    return listenOnUnixSocket(this.#server, this.#socket);
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => null))?.close();
    this.client.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#folder.remove();
  }

  /** A machine of two empty disks, `os` and `data`. */
  async addMachine(id: string, diskBytes: number, bootable = true): Promise<void> {
    const disks = (["os", "data"] as const).map((role) => {
      return { id: `${id}-${role}`, name: role, path: `/disks/${id}-${role}.raw`, role };
    });
    for (const disk of disks) {
      const file = this.fileSystem.create(disk.path);
      file.truncate(diskBytes);
      file.close();
    }
    const definition: MachineDefinition = {
      ...{ id, name: id.toUpperCase(), generation: 1, osType: "Other", memoryBytes: 1, cpuCount: 1, disks, bootable },
      desired: bootable ? "running" : "off",
      attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
    };
    await this.host.put(definition);
  }

  replicator(desired: DesiredReplication, changes: Partial<ReplicatorSetup> = {}): MachineReplicator {
    return new MachineReplicator({ ...this.setup(), ...changes }, desired, desired.machineId.toUpperCase());
  }

  setup(): ReplicatorSetup {
    const { fileSystem, random, store, keys } = this;
    return {
      ...{ host: this.client, hooks: noHooks, store, keys, fileSystem, random, clock: systemClock },
      openSession: () => (this.#session ??= this.#openSession()),
      journalFolder: null,
      paceReads: async () => undefined,
      noticeResynchronization: async () => ({ flagId: "flag", allowed: true }),
      registerPoint: async (registration) => {
        const filled = { quiesceProblem: null, group: null, cycle: null, ...registration };
        const point = { ...filled, id: random.uuid() } as RegisteredPoint;
        await this.onRegister(point);
        this.points.push(point);
        return point.id;
      },
      initialSlots: new Slots(1),
      deltaSlots: new Slots(2),
      log: (event, details) => this.notes.push(`${event} ${JSON.stringify(details)}`),
    };
  }

  desired(machineId: string, changes: Partial<DesiredReplication> = {}): DesiredReplication {
    return {
      ...{ protectedItemId: `item-${machineId}`, machineId, diskIds: [`${machineId}-os`, `${machineId}-data`] },
      ...{ intervalSeconds: 3_600, state: "active", lastPoint: null },
      ...{ applicationConsistent: null, consistencyGroup: null },
      ...changes,
    };
  }

  /** The disks of a point as a failover would write them, in the order of the point. */
  async restore(point: Pick<RegisteredPoint, "objectName">): Promise<Buffer[]> {
    const { store, keys, random } = this;
    const context = { machine: "M", point: point.objectName };
    const vault = await openVaultReader(store, keys);
    const contents: Buffer[] = [];
    for (const disk of (await openPoint(store, keys, point.objectName, context)).disks) {
      const fileSystem = new MemoryFileSystem();
      fileSystem.makeFolder("/replica");
      const targetPath = "/replica/disk.vhd";
      await materialise({
        vault,
        disk,
        context,
        fileSystem,
        targetPath,
        format: "vhd-fixed",
        random,
        clock: systemClock,
      });
      const restored = openDisk(fileSystem, targetPath, "read");
      const bytes = Buffer.alloc(disk.virtualSizeBytes);
      restored.read(0, bytes);
      restored.close();
      contents.push(bytes);
    }
    return contents;
  }

  #openSession(): Promise<VaultSession> {
    const { store, keys, random, fileSystem } = this;
    const openSource = (spec: SourceSpec) => openFrozenView(fileSystem, spec);
    return VaultSession.open({
      ...{ store, keys, openSource, random, clock: systemClock },
      startWorkers: inlineWorkers(openSource, random),
    });
  }
}
