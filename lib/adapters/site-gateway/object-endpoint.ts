import type { IncomingMessage } from "node:http";
import type { StoreLocation } from "@/lib/adapters/stores/store-location";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { answerError } from "./agent-answers";
import { listObjects, receiveObject, sendObject } from "./object-exchange";

/** What the control plane says of a site that brings or fetches objects. */
export interface ObjectAdmission {
  /** May hold the key of a storage account: it never leaves this machine. */
  readonly store: StoreLocation;
  /** The machines that the site replicates: points of others it may not write. */
  readonly machineIds: readonly string[];
}

interface Options {
  /** @throws Refusal NotRegistered and what else the control plane refuses. Asked for every object. */
  admit(peerCertificateDer: Uint8Array | null): Promise<ObjectAdmission>;
  openStore(location: StoreLocation): Promise<ObjectStore>;
  /** Where errors of our own go: the log. */
  report(error: unknown): void;
}

const OBJECTS = "/agent/v1/objects";

/** The bulk of lib/site/protocol: objects come and go here without passing through the portal's process. */
export class ObjectEndpoint {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  owns(pathname: string): boolean {
    return pathname === OBJECTS || pathname.startsWith(`${OBJECTS}/`);
  }

  async handle(incoming: IncomingMessage, url: URL, peerCertificateDer: Uint8Array | null): Promise<Response> {
    try {
      const { store: location, machineIds } = await this.#options.admit(peerCertificateDer);
      const store = await this.#options.openStore(location);
      if (url.pathname === OBJECTS) {
        return Response.json(await listObjects(store, url.searchParams.get("prefix") ?? ""));
      }
      const name = url.pathname.slice(OBJECTS.length + 1);
      if (incoming.method !== "PUT") {
        return await sendObject(store, name, {
          method: incoming.method ?? "GET",
          range: incoming.headers.range ?? null,
        });
      }
      await receiveObject(store, name, incoming, (machineId) => machineIds.includes(machineId));
      return new Response(null, { status: 204 });
    } catch (error) {
      return answerError(error, (bug) => this.#options.report(bug));
    }
  }
}
