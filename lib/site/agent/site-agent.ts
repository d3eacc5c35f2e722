import { z } from "zod";
import type { HostStatus } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { ObjectReader, ObjectSink } from "@/lib/engine/vault/object-store";
import type { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { Fault } from "@/lib/kernel/fault";
import { patiently } from "../patience";
import {
  HeartbeatAnswer,
  PointReceipt,
  ResynchronizationReceipt,
  type DesiredReplication,
  type ReportedMachineWire,
} from "../protocol";
import { COMPONENT_VERSION } from "../register-host";
import type { HostRegistration } from "../registration-file";
import { RemoteObjectStore } from "../remote-object-store";
import type { VaultClient } from "../vault-client";
import { reconnectDelayMs } from "./back-off";
import { CommandRunner } from "./command-runner";
import { ConsistencyGroup, type GroupMembers } from "./consistency-group";
import { explainError } from "./explain-error";
import { inventoryOf, inventoryWithoutHost } from "./inventory";
import { MachineReplicator, type ReplicatorSetup } from "./machine-replicator";
import type { QuiesceHooks } from "./quiesce-hooks";
import type { SiteHost } from "./site-host";
import { Slots } from "./slots";
import { Synchronizations } from "./synchronizations";
import type { SynchronizeBackCommand, SynchronizedDisk } from "./synchronize-back";
import { TransferPace } from "./transfer-pace";

export interface SiteAgentOptions {
  readonly registration: HostRegistration;
  readonly client: VaultClient;
  readonly host: SiteHost;
  readonly hooks: QuiesceHooks;
  readonly fileSystem: FileSystem;
  /** Opens the engine's session on the vault; the agent closes it. */
  readonly openSession: (store: ObjectReader & ObjectSink) => Promise<VaultSession>;
  /** An existing folder of the agent's own: how far full passes are. Null: a kill makes them begin anew. */
  readonly journalFolder: string | null;
  /** Where the images of machines are made that a failback creates here; null: none can be. */
  readonly imagesFolder: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const HEARTBEAT_MS = 2_000;
const PROGRESS_MS = 500;
const IDLE_PROGRESS_MS = 2_000;
const DELTAS_AT_ONCE = 2;

/**
 * The MARS agent and Provider of one host: says what is there, does what the vault asks, replicates what it wants
 * replicated. Every loop ends with `stop` only; what fails is said and tried again.
 */
export class SiteAgent {
  readonly #options: SiteAgentOptions;
  readonly #ended = new AbortController();
  readonly #store: RemoteObjectStore;
  readonly #pace: TransferPace;
  readonly #setup: ReplicatorSetup;
  readonly #replicators = new Map<string, { readonly replicator: MachineReplicator; readonly loop: Promise<void> }>();
  readonly #groups = new Map<string, { readonly group: ConsistencyGroup; readonly loop: Promise<void> }>();
  /** Stopped, and not yet at rest. */
  readonly #ending = new Set<MachineReplicator>();
  readonly #commands: CommandRunner;
  readonly #synchronizations: Synchronizations;
  readonly #reportedAtMs = new Map<string, number>();
  readonly #afterBeat = new Set<() => void>();
  #session: Promise<VaultSession> | null = null;
  #machines: z.infer<typeof ReportedMachineWire>[] | null = null;
  #beat = new AbortController();
  #connected = false;
  #complaint = "";

  constructor(options: SiteAgentOptions) {
    this.#options = options;
    const { client, clock, random, host, hooks, fileSystem, registration, log } = options;
    this.#pace = new TransferPace(clock);
    this.#store = new RemoteObjectStore(client, clock, this.#ended.signal, this.#pace);
    this.#setup = {
      ...{ host, hooks, fileSystem, clock, random, log, store: this.#store, keys: registration.vaultKeys },
      openSession: () => this.#openSession(),
      registerPoint: (body) => this.#registerPoint(body),
      noticeResynchronization: (body) => this.#notice(body),
      journalFolder: options.journalFolder,
      paceReads: (bytes, signal) => this.#pace.takeRead(bytes, signal),
      initialSlots: new Slots(1),
      deltaSlots: new Slots(DELTAS_AT_ONCE),
    };
    const { imagesFolder } = options;
    this.#synchronizations = new Synchronizations(
      { ...{ host, fileSystem, clock, random, imagesFolder }, store: this.#store, keys: registration.vaultKeys },
      this.#ended.signal,
    );
    this.#commands = new CommandRunner({
      ...{ client, host, clock, random, log, signal: this.#ended.signal },
      replicator: (itemId) => this.#findReplicator(itemId),
      synchronizeBack: (command) => this.#synchronizeBack(command),
      refresh: () => this.#beat.abort(),
    });
  }

  /** Resolves when `stop` was called and everything under way has ended. */
  async run(): Promise<void> {
    await this.#options.hooks.thawLeftovers();
    await Promise.all([this.#heartbeats(), this.#commands.run(), this.#progress()]);
    await Promise.all([...this.#groups.values()].map(({ loop }) => loop));
    await Promise.all([...this.#replicators.values()].map(({ loop }) => loop));
    const replicators = [...this.#ending, ...[...this.#replicators.values()].map(({ replicator }) => replicator)];
    await Promise.all(replicators.map((replicator) => replicator.settled()));
    await this.#synchronizations.settled();
    const session = await this.#session?.catch(() => null);
    await session?.close();
    this.#options.client.close();
  }

  stop(): void {
    this.#ended.abort(new Fault(agentEnds()));
    this.#beat.abort();
    this.#wakeAfterBeat();
    for (const { group } of this.#groups.values()) group.stop();
    for (const { replicator } of this.#replicators.values()) replicator.stop();
  }

  /**
   * A command may be younger than what we were last told to replicate (protection was just enabled, or this agent just
   * started): what is not known is asked for once.
   */
  async #findReplicator(itemId: string): Promise<MachineReplicator | null> {
    if (!this.#replicators.has(itemId) && !this.#ended.signal.aborted) {
      const beaten = new Promise<void>((resolve) => this.#afterBeat.add(resolve));
      this.#beat.abort();
      await beaten;
    }
    return this.#replicators.get(itemId)?.replicator ?? null;
  }

  /** A replication under way ends first: its cut would be void. None begins any more, since the machine is failed over. */
  async #synchronizeBack(command: SynchronizeBackCommand): Promise<SynchronizedDisk[]> {
    await this.#replicators.get(command.protectedItemId)?.replicator.settled();
    const disks = await this.#synchronizations.run(command);
    this.#beat.abort();
    return disks;
  }

  #wakeAfterBeat(): void {
    for (const wake of this.#afterBeat) wake();
    this.#afterBeat.clear();
  }

  async #heartbeats(): Promise<void> {
    let failures = 0;
    while (!this.#ended.signal.aborted) {
      try {
        await this.#heartbeat();
        failures = 0;
        this.#connected = true;
        this.#say("connected", { endpoint: this.#options.client.endpoint });
        this.#wakeAfterBeat();
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        failures += 1;
        this.#connected = false;
        this.#say("notConnected", { ...explainError(error) });
      }
      const delayMs = failures === 0 ? HEARTBEAT_MS : reconnectDelayMs(failures, this.#options.random);
      if (this.#ended.signal.aborted) return;
      // Asked for while the last one was under way: what was asked may be missing in it.
      if (!this.#beat.signal.aborted) await this.#pause(delayMs, this.#beat.signal);
      this.#beat = new AbortController();
    }
  }

  async #heartbeat(): Promise<void> {
    const { client, host, registration } = this.#options;
    const status = await host.status().catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      this.#options.log("hostUnreachable", { message: error.message });
      return null;
    });
    if (status !== null) this.#machines = inventoryOf(status);
    else if (this.#machines !== null) this.#machines = inventoryWithoutHost(this.#machines);
    // A host that was never seen has no inventory; an empty one would say that its machines are gone.
    if (this.#machines === null) return;
    const answer = await client.call("POST", "/agent/v1/heartbeat", HeartbeatAnswer, {
      body: {
        hostName: registration.hostName,
        version: COMPONENT_VERSION,
        machines: this.#machines,
        transfer: this.#pace.report(),
      },
      signal: this.#ended.signal,
    });
    if (answer.transfer) this.#pace.apply(answer.transfer);
    await this.#converge(answer.replications, status);
  }

  /** Begins, changes and ends replications until they are what the vault wants. */
  async #converge(wanted: readonly DesiredReplication[], status: HostStatus | null): Promise<void> {
    for (const desired of wanted) {
      const machine = status?.machines.find((one) => one.id === desired.machineId);
      const name = machine?.name ?? this.#nameOf(desired.machineId);
      const pending = machine?.disks.reduce((sum, disk) => sum + disk.pendingBytes, 0) ?? 0;
      const running = this.#replicators.get(desired.protectedItemId);
      if (running) running.replicator.update(desired, name, pending);
      else this.#begin(desired, name);
    }
    const items = new Set(wanted.map((desired) => desired.protectedItemId));
    for (const [itemId, { replicator, loop }] of this.#replicators) {
      if (items.has(itemId)) continue;
      replicator.stop();
      this.#replicators.delete(itemId);
      this.#reportedAtMs.delete(itemId);
      this.#ending.add(replicator);
      void Promise.all([loop, replicator.settled()]).finally(() => this.#ending.delete(replicator));
    }
    this.#convergeGroups(wanted);
    await this.#endTracking(wanted, status);
  }

  /** Groups compare without case, as names do. */
  #convergeGroups(wanted: readonly DesiredReplication[]): void {
    const names = new Set<string>();
    for (const { consistencyGroup } of wanted) {
      const key = consistencyGroup?.name.toLowerCase();
      if (consistencyGroup === null || key === undefined || names.has(key)) continue;
      names.add(key);
      const desired = wanted.filter((one) => one.consistencyGroup?.name.toLowerCase() === key);
      const members = {
        members: desired.flatMap((one) => this.#replicators.get(one.protectedItemId)?.replicator ?? []),
        size: consistencyGroup.size,
        intervalSeconds: Math.min(...desired.map((one) => one.intervalSeconds)),
      };
      const known = this.#groups.get(key);
      if (known) known.group.update(members);
      else this.#beginGroup(key, consistencyGroup.name, members);
    }
    for (const [key, { group }] of this.#groups) {
      if (names.has(key)) continue;
      group.stop();
      this.#groups.delete(key);
    }
  }

  #beginGroup(key: string, name: string, members: GroupMembers): void {
    if (this.#ended.signal.aborted) return;
    const group = new ConsistencyGroup(this.#setup, name, members);
    this.#groups.set(key, { group, loop: group.run() });
  }

  #begin(desired: DesiredReplication, machineName: string): void {
    const replicator = new MachineReplicator(this.#setup, desired, machineName);
    this.#replicators.set(desired.protectedItemId, { replicator, loop: replicator.run() });
  }

  /** Machines that nobody wants replicated need no write logs. */
  async #endTracking(wanted: readonly DesiredReplication[], status: HostStatus | null): Promise<void> {
    const ending = [...this.#ending].map((replicator) => replicator.desired);
    const inUse = new Set([...wanted, ...ending].map((desired) => desired.machineId));
    for (const machineId of inUse) this.#synchronizations.replicates(machineId);
    for (const machine of status?.machines ?? []) {
      if (!machine.tracking || inUse.has(machine.id) || this.#synchronizations.isTakenBack(machine.id)) continue;
      await this.#options.host.setTracking(machine.id, { enabled: false }).catch((error: unknown) => {
        // The next heartbeat tries again; the vault must hear of the host meanwhile.
        this.#options.log("trackingNotEnded", { machine: machine.name, ...explainError(error) });
      });
    }
  }

  async #progress(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#pause(PROGRESS_MS, this.#ended.signal);
      for (const report of this.#connected ? this.#synchronizations.reports() : []) await this.#sendProgress(report);
      for (const [itemId, { replicator }] of this.#connected ? this.#replicators : []) {
        if (this.#synchronizations.report(itemId) !== null) continue;
        const report = replicator.report();
        const now = this.#options.clock.monotonicMs();
        const moving = report.phase === "initial" || report.phase === "delta" || report.phase === "resync";
        const since = now - (this.#reportedAtMs.get(itemId) ?? Number.NEGATIVE_INFINITY);
        if (!moving && since < IDLE_PROGRESS_MS) continue;
        this.#reportedAtMs.set(itemId, now);
        await this.#sendProgress(report);
      }
    }
  }

  /** Figures of this instant: worth nothing later, so they are not repeated. The heartbeat tells of a lost connection. */
  async #sendProgress(body: unknown): Promise<void> {
    try {
      await this.#options.client.call("POST", "/agent/v1/progress", z.null(), { body, signal: this.#ended.signal });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }

  async #registerPoint(body: unknown): Promise<string> {
    const { client, clock } = this.#options;
    const { signal } = this.#ended;
    const receipt = await patiently(clock, signal, () =>
      client.call("POST", "/agent/v1/points", PointReceipt, { body, signal }),
    );
    return receipt.recoveryPointId;
  }

  #notice(body: unknown): Promise<z.infer<typeof ResynchronizationReceipt>> {
    const { client, clock } = this.#options;
    const { signal } = this.#ended;
    return patiently(clock, signal, () =>
      client.call("POST", "/agent/v1/resynchronizations", ResynchronizationReceipt, { body, signal }),
    );
  }

  /** One session for all machines, opened when first needed; one that could not be opened is tried again. */
  #openSession(): Promise<VaultSession> {
    this.#session ??= this.#options.openSession(this.#store).catch((error: unknown) => {
      this.#session = null;
      throw error;
    });
    return this.#session;
  }

  #nameOf(machineId: string): string {
    return this.#machines?.find((machine) => machine.id === machineId)?.name ?? machineId;
  }

  /** Says a state when it is entered, not every two seconds. */
  #say(event: string, details: Readonly<Record<string, unknown>>): void {
    const said = JSON.stringify([event, details]);
    if (said === this.#complaint) return;
    this.#complaint = said;
    this.#options.log(event, details);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function agentEnds() {
  return {
    code: "AgentEnds",
    message: "The agent is ending.",
    possibleCauses: "It was asked to end, or its supervisor did.",
    recommendedAction: "Nothing: it goes on where it was when it is started again.",
  };
}
