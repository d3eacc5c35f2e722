import { z } from "zod";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { patiently } from "../patience";
import { CommandList, type CommandOutcome, type QueuedCommand } from "../protocol";
import type { VaultClient } from "../vault-client";
import { reconnectDelayMs } from "./back-off";
import { explainError } from "./explain-error";
import type { MachineReplicator } from "./machine-replicator";
import type { SiteHost } from "./site-host";
import type { SynchronizeBackCommand, SynchronizedDisk } from "./synchronize-back";

const WAIT_SECONDS = 20;

interface Options {
  readonly client: VaultClient;
  readonly host: SiteHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  readonly replicator: (protectedItemId: string) => Promise<MachineReplicator | null>;
  readonly synchronizeBack: (command: SynchronizeBackCommand) => Promise<SynchronizedDisk[]>;
  /** Tells the vault at once what the machines are now. */
  readonly refresh: () => void;
}

type Outcome = z.infer<typeof CommandOutcome>;

/**
 * Fetches what the vault asks for and answers. Every command may come twice (after a kill of either side) and does no
 * harm then. Commands run beside one another: a shutdown does not wait for a replication.
 */
export class CommandRunner {
  readonly #options: Options;
  readonly #inHand = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { client, clock, random, signal } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const known = encodeURIComponent([...this.#inHand].join(","));
        const path = `/agent/v1/commands?waitSeconds=${WAIT_SECONDS}&known=${known}`;
        const silenceMs = (WAIT_SECONDS + 15) * 1000;
        const { commands } = await client.call("GET", path, CommandList, { signal, silenceMs });
        failures = 0;
        for (const command of commands) void this.#take(command);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Fault)) this.#options.log("commandsFailed", { ...explainError(error) });
        failures += 1;
        await clock.sleep(reconnectDelayMs(failures, random), signal).catch(() => undefined);
      }
    }
  }

  /** Never rejects. The command stays in hand until the vault has its answer. */
  async #take({ id, command }: QueuedCommand): Promise<void> {
    if (this.#inHand.has(id)) return;
    this.#inHand.add(id);
    const { client, clock, signal, log } = this.#options;
    try {
      const body = await this.#execute(command);
      if (signal.aborted) return;
      const path = `/agent/v1/commands/${id}/result`;
      await patiently(clock, signal, () => client.call("POST", path, z.null(), { body, signal }));
    } catch (error) {
      if (!signal.aborted) log("commandNotAnswered", { command: command.type, ...explainError(error) });
    } finally {
      this.#inHand.delete(id);
    }
  }

  async #execute(command: QueuedCommand["command"]): Promise<Outcome> {
    try {
      return { result: await this.#result(command) };
    } catch (error) {
      this.#options.log("commandFailed", { command: command.type, ...explainError(error) });
      return { error: explainError(error) };
    }
  }

  async #result(command: QueuedCommand["command"]): Promise<Extract<Outcome, { result: unknown }>["result"]> {
    const { host, refresh } = this.#options;
    switch (command.type) {
      case "stopMachine":
      case "startMachine": {
        const act = command.type === "stopMachine" ? host.stop : host.start;
        const machine = await act.call(host, command.machineId);
        refresh();
        const { power, orders } = machine;
        return { power, orders: orders && { count: orders.count, lastAt: orders.lastAt } };
      }
      case "replicateNow": {
        const replicator = await this.#options.replicator(command.protectedItemId);
        if (replicator === null) throw notReplicated();
        const { recoveryPointId, orders } = await replicator.replicateNow(command.final, command.storeAgain);
        return { recoveryPointId, orders };
      }
      case "refreshInventory":
        refresh();
        return {};
      case "synchronizeBack":
        return { synchronizedBack: await this.#options.synchronizeBack(command) };
    }
  }
}

function notReplicated(): Fault {
  return new Fault({
    code: "MachineNotReplicated",
    message: "This host does not replicate that machine.",
    possibleCauses: "Protection was just enabled and the host has not heard of it yet, or it was disabled.",
    recommendedAction: "Try again after the host's next heartbeat.",
  });
}
