import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import type { AgentEndpoint } from "@/lib/adapters/site-gateway/agent-endpoint";
import type { GuardPolicy } from "@/lib/arm/guard-request";
import { refusedAtTheDoor } from "@/lib/arm/router";
import type { Random } from "@/lib/kernel/random";
import { refusedByGuard } from "./http-door";
import { sendFetchResponse, toFetchRequest } from "./node-http";

/**
 * The second door: Azure's client libraries and the sites' components, over TLS. A client certificate is asked for and
 * not judged here: the vaults' own authorities issue them, and the agent endpoint checks the one it gets.
 */
export function createTlsDoor(options: {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly origin: string;
  readonly policy: GuardPolicy;
  readonly random: Random;
  readonly arm: (request: Request) => Promise<Response>;
  readonly agents: AgentEndpoint;
  readonly onError: (error: unknown) => void;
}): https.Server {
  const server = https.createServer(
    {
      key: options.keyPem,
      cert: options.certificatePem,
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
  server.keepAliveTimeout = 65_000;
  // A pack may take long on a slow link; a body that never comes is ended by its reader's own limit.
  server.requestTimeout = 0;
  return server;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = refusedByGuard(incoming, options.policy);
    if (refusal) {
      await sendFetchResponse(refusedAtTheDoor(refusal, options.random.uuid()), outgoing);
      return;
    }
    const request = toFetchRequest(incoming, options.origin, outgoing);
    const response = options.agents.owns(new URL(request.url).pathname)
      ? await options.agents.handle(request, peerCertificate(incoming))
      : await options.arm(request);
    await sendFetchResponse(response, outgoing);
  }
}

function peerCertificate(incoming: IncomingMessage): Uint8Array | null {
  const certificate = (incoming.socket as TLSSocket).getPeerCertificate();
  return Object.keys(certificate).length === 0 ? null : certificate.raw;
}
