import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { answerError } from "@/lib/adapters/site-gateway/agent-answers";
import type { AgentEndpoint } from "@/lib/adapters/site-gateway/agent-endpoint";
import type { GuardPolicy } from "@/lib/arm/guard-request";
import { refusedAtTheDoor } from "@/lib/arm/router";
import type { Random } from "@/lib/kernel/random";
import { refusedByGuard } from "./http-door";
import { sendFetchResponse, toFetchRequest } from "./node-http";

/** Paths that only the gateway may ask; it forwards nobody else to them. */
export const INNER_PATHS = "/inner/";
/** GET: ObjectAdmission for the certificate in the header, or the error as the site is to get it. */
export const ADMISSION_PATH = `${INNER_PATHS}object-admission`;
/** GET: TlsCredentials. */
export const CREDENTIALS_PATH = `${INNER_PATHS}tls-credentials`;
/** The client certificate of the TLS connection, DER, base64; unverified. The gateway alone sets it. */
export const CERTIFICATE_HEADER = "x-secondsite-client-certificate";

export interface TlsCredentials {
  readonly keyPem: string;
  readonly certificatePem: string;
}

/**
 * The server's side of the TLS door: what comes through the gateway, on a unix socket that only this user may open. It
 * must not be reachable otherwise: it believes the certificate in the header.
 */
export function createInnerDoor(options: {
  readonly origin: string;
  readonly policy: GuardPolicy;
  readonly random: Random;
  readonly credentials: () => Promise<TlsCredentials>;
  readonly arm: (request: Request) => Promise<Response>;
  readonly agents: AgentEndpoint;
  readonly onError: (error: unknown) => void;
}): http.Server {
  const server = http.createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      options.onError(error);
      outgoing.destroy();
    });
  });
  // The gateway keeps its connections; closing one just as it is used again would lose a request.
  server.keepAliveTimeout = 0;
  // A body that never comes is ended by its reader's own limit.
  server.requestTimeout = 0;
  return server;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const certificate = certificateOf(incoming);
    const inner = incoming.url?.startsWith(INNER_PATHS) ? await answerGateway(incoming.url, certificate) : null;
    await sendFetchResponse(inner ?? (await answerOutside(incoming, outgoing, certificate)), outgoing);
  }

  async function answerGateway(path: string, certificate: Uint8Array | null): Promise<Response> {
    try {
      if (path === ADMISSION_PATH) return Response.json(await options.agents.admit(certificate));
      if (path === CREDENTIALS_PATH) return Response.json(await options.credentials());
      return new Response(null, { status: 404 });
    } catch (error) {
      return answerError(error, options.onError);
    }
  }

  async function answerOutside(incoming: IncomingMessage, outgoing: ServerResponse, certificate: Uint8Array | null) {
    const refusal = refusedByGuard(incoming, options.policy);
    if (refusal) return refusedAtTheDoor(refusal, options.random.uuid());
    const request = toFetchRequest(incoming, options.origin, outgoing);
    const { pathname } = new URL(request.url);
    return options.agents.owns(pathname) ? options.agents.handle(request, certificate) : options.arm(request);
  }
}

function certificateOf(incoming: IncomingMessage): Uint8Array | null {
  const header = incoming.headers[CERTIFICATE_HEADER];
  return typeof header === "string" ? Buffer.from(header, "base64") : null;
}
