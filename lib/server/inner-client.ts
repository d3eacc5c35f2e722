import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { ObjectAdmission } from "@/lib/adapters/site-gateway/object-endpoint";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { ADMISSION_PATH, CERTIFICATE_HEADER, CREDENTIALS_PATH, type TlsCredentials } from "./inner-door";

/** Of one connection, not of the message. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "expect", "proxy-connection"]);

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
  }),
});

/** The gateway's way to the server: over its unix socket, connections kept. */
export class InnerClient {
  readonly #socketPath: string;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws Fault PortalNotAnswering (retryable) */
  credentials(): Promise<TlsCredentials> {
    return this.#get<TlsCredentials>(CREDENTIALS_PATH, null);
  }

  /** @throws Refusal NotRegistered; Fault PortalNotAnswering (retryable), and what else the server says */
  admit(certificate: Uint8Array | null): Promise<ObjectAdmission> {
    return this.#get<ObjectAdmission>(ADMISSION_PATH, certificate);
  }

  /** Hands the request on and the answer back, both as they flow. A server that does not answer is told with 503. */
  async forward(incoming: IncomingMessage, outgoing: ServerResponse, certificate: Uint8Array | null): Promise<void> {
    const inner = http.request({
      socketPath: this.#socketPath,
      agent: this.#agent,
      method: incoming.method,
      path: incoming.url,
      headers: { ...endToEnd(incoming.headers), ...certificateHeader(certificate) },
    });
    outgoing.on("close", () => inner.destroy());
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      inner.on("response", resolve);
      inner.on("error", reject);
    });
    // Its failure shows at the answer; an answer that comes before the body was read must not be lost for it.
    pipeline(incoming, inner).catch(() => undefined);
    try {
      const answer = await answered;
      outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      outgoing.flushHeaders();
      await pipeline(answer, outgoing);
    } catch (error) {
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else sendUnavailable(outgoing, error);
    } finally {
      incoming.resume();
    }
  }

  /** The server is this very program's other half: its bodies are taken as they are. */
  async #get<T>(path: string, certificate: Uint8Array | null): Promise<T> {
    const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const fail = (error: Error) => reject(notAnswering(error));
      const options = {
        socketPath: this.#socketPath,
        agent: this.#agent,
        path,
        headers: certificateHeader(certificate),
      };
      const request = http.get(options, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (piece: string) => (text += piece));
        answer.on("error", fail);
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      request.on("error", fail);
    });
    if (status < 400) return JSON.parse(body) as T;
    const { error } = Failure.parse(JSON.parse(body));
    if (status === 401) throw new Refusal("unauthenticated", error);
    throw new Fault(error, { retryable: status >= 500 });
  }
}

function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && name !== CERTIFICATE_HEADER);
  return Object.fromEntries(kept);
}

function certificateHeader(certificate: Uint8Array | null): Record<string, string> {
  return certificate === null ? {} : { [CERTIFICATE_HEADER]: Buffer.from(certificate).toString("base64") };
}

function sendUnavailable(outgoing: ServerResponse, cause: unknown): void {
  const body = JSON.stringify({ error: notAnswering(cause).explanation });
  outgoing.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  outgoing.end(body);
}

function notAnswering(cause: unknown): Fault {
  return new Fault(
    {
      code: "PortalNotAnswering",
      message: "The portal's server does not answer at the moment.",
      possibleCauses: "It is starting, stopping, or was killed and is being started again.",
      recommendedAction: "Try again in a few seconds; sites do so by themselves.",
    },
    { cause, retryable: true },
  );
}
