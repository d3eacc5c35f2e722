import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import type { ObjectEndpoint } from "@/lib/adapters/site-gateway/object-endpoint";
import type { GuardPolicy } from "@/lib/arm/guard-request";
import { refusedAtTheDoor } from "@/lib/arm/router";
import { Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { refusedByGuard } from "./http-door";
import type { InnerClient } from "./inner-client";
import { INNER_PATHS, type TlsCredentials } from "./inner-door";
import { sendFetchResponse } from "./node-http";

/**
 * The second door: Azure's client libraries and the sites' components, over TLS. Objects are dealt with here, all else is
 * the server's. A client certificate is asked for and not judged here: the vaults' own authorities issue them, and the
 * server checks the one it gets.
 */
export function createTlsDoor(options: {
  readonly credentials: TlsCredentials;
  readonly origin: string;
  readonly policy: GuardPolicy;
  readonly random: Random;
  readonly objects: ObjectEndpoint;
  readonly server: InnerClient;
  readonly onError: (error: unknown) => void;
}): https.Server {
  const door = https.createServer(
    {
      key: options.credentials.keyPem,
      cert: options.credentials.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
      // Agents keep connections open while they wait for commands.
      keepAlive: true,
    },
    (incoming, outgoing) => {
      answer(incoming, outgoing).catch((error: unknown) => {
        options.onError(error);
        outgoing.destroy();
      });
    },
  );
  door.keepAliveTimeout = 65_000;
  // A pack may take long on a slow link; a body that never comes is ended by its reader's own limit.
  door.requestTimeout = 0;
  return door;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = refusedByGuard(incoming, options.policy) ?? refusedAsInner(incoming);
    if (refusal) {
      await sendFetchResponse(refusedAtTheDoor(refusal, options.random.uuid()), outgoing);
      return;
    }
    const url = new URL(incoming.url ?? "/", options.origin);
    const certificate = peerCertificate(incoming);
    if (!options.objects.owns(url.pathname)) return options.server.forward(incoming, outgoing, certificate);
    await sendFetchResponse(await options.objects.handle(incoming, url, certificate), outgoing);
    // What an early answer left unread would stand in the way of the connection's next request.
    incoming.resume();
  }
}

function refusedAsInner(incoming: IncomingMessage): Refusal | null {
  if (!incoming.url?.startsWith(INNER_PATHS)) return null;
  return new Refusal("notFound", {
    code: "NotFound",
    message: "There is nothing at this address.",
    possibleCauses: "The address is misspelt.",
    recommendedAction: "See /openapi.json for the addresses that exist.",
  });
}

function peerCertificate(incoming: IncomingMessage): Uint8Array | null {
  const certificate = (incoming.socket as TLSSocket).getPeerCertificate();
  return Object.keys(certificate).length === 0 ? null : certificate.raw;
}
