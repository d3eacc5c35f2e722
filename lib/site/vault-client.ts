import https from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { z } from "zod";
import { Fault } from "@/lib/kernel/fault";

export interface VaultClientOptions {
  /** Origin, https. */
  readonly endpoint: string;
  /** PEM authorities; nothing else is trusted. */
  readonly trusted: readonly string[];
  /** After registration. */
  readonly client: { readonly certificatePem: string; readonly keyPem: string } | null;
}

export interface VaultRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly path: string;
  readonly body?: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Statuses from 400 on that are an answer, not a failure. */
  readonly accept?: readonly number[];
  /** Without a byte for this long the connection counts as lost. */
  readonly silenceMs?: number;
  /** The body goes out in slices that this lets through; without it, at once. */
  readonly pace?: UploadPace;
}

/** How a body may travel. `take` waits until so many bytes may go, `sent` counts what the socket has taken. */
export interface UploadPace {
  readonly sliceBytes: number;
  take(bytes: number, signal: AbortSignal): Promise<void>;
  sent(bytes: number): void;
}

export interface VaultResponse {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const SILENCE_MS = 30_000;
/** Long poll, heartbeat, progress and a read, and as many uploads as a site may allow. */
const SOCKETS = 16;
/** Answers of the vault that the same request may get over: it is starting, or the bytes were hurt on their way. */
const PASSING = new Set([422, 429, 502, 503]);

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
  }),
});

/**
 * The one connection of a site to the outside: TLS to the vault's endpoint, kept alive. Faults: VaultNotReachable and
 * VaultBusy (retryable), EndpointNotTrusted, and what the vault answers with its own code.
 */
export class VaultClient {
  readonly #options: VaultClientOptions;
  readonly #agent: https.Agent;

  constructor(options: VaultClientOptions) {
    this.#options = options;
    this.#agent = new https.Agent({
      keepAlive: true,
      maxSockets: SOCKETS,
      ca: [...options.trusted],
      ...(options.client ? { cert: options.client.certificatePem, key: options.client.keyPem } : {}),
    });
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** JSON in, JSON out. */
  async call<T extends z.ZodType>(
    method: "GET" | "POST",
    path: string,
    answer: T,
    options: { body?: unknown; signal?: AbortSignal; silenceMs?: number } = {},
  ): Promise<z.output<T>> {
    const { body, ...rest } = options;
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body), "utf8");
    const headers: Record<string, string> = bytes ? { "content-type": "application/json" } : {};
    const response = await this.send({ method, path, body: bytes, headers, ...rest });
    return answer.parse(response.body.length === 0 ? null : JSON.parse(response.body.toString("utf8")));
  }

  /** @throws Fault for every answer from 400 on. */
  async send(request: VaultRequest): Promise<VaultResponse> {
    const response = await this.#exchange(request);
    if (response.status >= 400 && request.accept?.includes(response.status) !== true) throw this.#failure(response);
    return response;
  }

  #exchange(request: VaultRequest): Promise<VaultResponse> {
    const { method, path, body, headers, signal, silenceMs, pace } = request;
    return new Promise((resolve, reject) => {
      /** Ends the sending of a body when the exchange is over: answered early, or failed. */
      const over = new AbortController();
      const outgoing = https.request(new URL(path, this.#options.endpoint), {
        method,
        agent: this.#agent,
        headers: { ...headers, ...(body ? { "content-length": String(body.length) } : {}) },
        ...(signal ? { signal } : {}),
      });
      const fail = (error: Error) => {
        over.abort();
        reject(signal?.aborted === true ? asError(signal.reason) : this.#translate(error));
      };
      outgoing.setTimeout(silenceMs ?? SILENCE_MS, () => outgoing.destroy(new Error("the vault fell silent")));
      outgoing.on("error", fail);
      outgoing.on("response", (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", fail);
        incoming.on("aborted", () => fail(new Error("the connection was cut while the answer came")));
        incoming.on("end", () => {
          over.abort();
          // Answered before the whole body was sent: the rest must not be taken for the next request.
          if (!outgoing.writableEnded) outgoing.destroy();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
        });
      });
      if (body && pace)
        void sendPaced(outgoing, body, pace, over.signal).catch((error: unknown) => outgoing.destroy(asError(error)));
      else outgoing.end(body ?? undefined);
    });
  }

  #failure(response: VaultResponse): Fault {
    const parsed = Failure.safeParse(parseJson(response.body));
    if (parsed.success) return new Fault(parsed.data.error, { retryable: PASSING.has(response.status) });
    return new Fault(
      {
        code: "VaultBusy",
        message: `The vault's endpoint ${this.endpoint} answered ${response.status} without an explanation.`,
        possibleCauses: "The portal is starting or stopping, or another program listens on this address.",
        recommendedAction: "Wait a moment. If it goes on, check what listens on that address.",
      },
      { retryable: response.status >= 500 },
    );
  }

  #translate(error: Error): Fault {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
      return new Fault(
        {
          code: "EndpointNotTrusted",
          message: `The endpoint ${this.endpoint} does not prove that it is the vault's: ${error.message}.`,
          possibleCauses:
            "Another program answers on that address, a proxy opens the connection, or the portal was set up anew.",
          recommendedAction: "Check the address; after a new set-up register the host again with a new key.",
        },
        { cause: error },
      );
    }
    return new Fault(
      {
        code: "VaultNotReachable",
        message: `The vault's endpoint ${this.endpoint} does not answer: ${error.message}.`,
        possibleCauses: "The portal is not running, or the network between this host and it is down.",
        recommendedAction: "Start the portal or repair the network; the host connects again by itself.",
      },
      { cause: error, retryable: true },
    );
  }
}

/** Slice by slice; a slice counts when the system has taken it, so that the back-pressure of the line is felt here. */
async function sendPaced(
  outgoing: ClientRequest,
  body: Uint8Array,
  pace: UploadPace,
  over: AbortSignal,
): Promise<void> {
  const ended = new Promise<void>((resolve) => over.addEventListener("abort", () => resolve(), { once: true }));
  for (let at = 0; at < body.length;) {
    const slice = body.subarray(at, at + pace.sliceBytes);
    try {
      await pace.take(slice.length, over);
    } catch (error) {
      if (over.aborted) return;
      throw error;
    }
    if (over.aborted || outgoing.destroyed) return;
    await Promise.race([ended, new Promise<void>((resolve) => void outgoing.write(slice, () => resolve()))]);
    if (over.aborted) return;
    pace.sent(slice.length);
    at += slice.length;
  }
  outgoing.end();
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
