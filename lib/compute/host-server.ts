import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { z } from "zod";
import { Fault, Refusal, type Explanation, type RefusalKind } from "@/lib/kernel/fault";
import type { ComputeHost } from "./host";
import {
  CutRequest,
  GroupCutRequest,
  HypervisorRequest,
  IncomingEnd,
  IncomingRequest,
  MachineDefinition,
  ReleaseRequest,
  TrackingRequest,
} from "./host-protocol";
import { badRequest } from "./host-refusals";

/** A machine definition with all the disks that there can be is far below this. */
const BODY_BYTES_MAX = 1024 * 1024;
const STREAM_KEEP_ALIVE_MS = 15_000;

const STATUS_OF_REFUSAL: Record<RefusalKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  notAllowed: 409,
  tooLarge: 413,
};

interface Call {
  readonly host: ComputeHost;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Parts of the path that the route leaves open. */
  readonly parts: readonly string[];
}

type Verb = (call: Call) => Promise<unknown>;

/** `undefined` from a verb means that it has answered itself; null is answered 204. */
const ROUTES: readonly { readonly method: string; readonly path: RegExp; readonly verb: Verb }[] = [
  { method: "GET", path: /^\/host$/, verb: async ({ host }) => host.status() },
  {
    method: "PUT",
    path: /^\/host\/hypervisor$/,
    verb: async ({ host, request }) => host.chooseHypervisor((await bodyOf(request, HypervisorRequest)).name),
  },
  {
    method: "PUT",
    path: /^\/machines\/([^/]+)$/,
    verb: async ({ host, request, parts: [id] }) => {
      const definition = await bodyOf(request, MachineDefinition);
      if (definition.id !== id) throw badRequest(`the path names machine '${id}', the body '${definition.id}'`);
      return host.put(definition);
    },
  },
  { method: "GET", path: /^\/machines\/([^/]+)$/, verb: async ({ host, parts: [id = ""] }) => host.machine(id) },
  {
    method: "DELETE",
    path: /^\/machines\/([^/]+)$/,
    verb: async ({ host, parts: [id = ""] }) => {
      await host.remove(id);
      return null;
    },
  },
  { method: "POST", path: /^\/machines\/([^/]+)\/start$/, verb: ({ host, parts: [id = ""] }) => host.start(id) },
  { method: "POST", path: /^\/machines\/([^/]+)\/stop$/, verb: ({ host, parts: [id = ""] }) => host.stop(id) },
  {
    method: "POST",
    path: /^\/machines\/([^/]+)\/disks\/settle$/,
    verb: async ({ host, parts: [id = ""] }) => ({ ordinary: await host.settleDisks(id) }),
  },
  {
    method: "GET",
    path: /^\/machines\/([^/]+)\/console$/,
    verb: async ({ host, parts: [id = ""] }) => host.console(id),
  },
  {
    method: "GET",
    path: /^\/machines\/([^/]+)\/screenshot$/,
    verb: async ({ host, response, parts: [id = ""] }) => {
      const picture = await host.screenshot(id);
      if (picture === null) return null;
      response.writeHead(200, { "content-type": "image/png", "content-length": picture.length }).end(picture);
      return undefined;
    },
  },
  { method: "GET", path: /^\/machines\/([^/]+)\/console\/stream$/, verb: streamConsole },
  {
    method: "PUT",
    path: /^\/machines\/([^/]+)\/tracking$/,
    verb: async ({ host, request, parts: [id = ""] }) => host.setTracking(id, await bodyOf(request, TrackingRequest)),
  },
  {
    method: "POST",
    path: /^\/machines\/([^/]+)\/cuts$/,
    verb: async ({ host, request, parts: [id = ""] }) => host.cut(id, await bodyOf(request, CutRequest)),
  },
  {
    method: "POST",
    path: /^\/cuts$/,
    verb: async ({ host, request }) => {
      const { machines } = await bodyOf(request, GroupCutRequest);
      const { at, results } = await host.cutTogether(machines);
      return {
        at,
        machines: results.map(({ machineId, ...result }) =>
          "cut" in result ? { machineId, cut: result.cut } : { machineId, error: explain(result.error).explanation },
        ),
      };
    },
  },
  {
    method: "POST",
    path: /^\/machines\/([^/]+)\/cuts\/([^/]+)\/verify$/,
    verb: async ({ host, parts: [id = "", cutId = ""] }) => ({ valid: host.verifyCut(id, cutId) }),
  },
  {
    method: "POST",
    path: /^\/machines\/([^/]+)\/cuts\/([^/]+)\/release$/,
    verb: async ({ host, request, parts: [id = "", cutId = ""] }) => {
      const { committed, baseline } = await bodyOf(request, ReleaseRequest);
      return { released: await host.releaseCut(id, cutId, committed, baseline) };
    },
  },
  {
    method: "PUT",
    path: /^\/machines\/([^/]+)\/incoming$/,
    verb: async ({ host, request, parts: [id = ""] }) =>
      host.beginIncoming(id, (await bodyOf(request, IncomingRequest)).point),
  },
  {
    method: "POST",
    path: /^\/machines\/([^/]+)\/incoming\/end$/,
    verb: async ({ host, request, parts: [id = ""] }) => ({
      taken: await host.endIncoming(id, await bodyOf(request, IncomingEnd)),
    }),
  },
];

/** The host's HTTP server, not yet listening. `onBug` hears of errors that are neither fault nor refusal. */
export function createHostServer(host: ComputeHost, onBug: (error: unknown) => void): Server {
  return createServer((request, response) => {
    answer(host, request, response).catch((error: unknown) => {
      const { status, explanation } = explain(error);
      if (status === 500 && !(error instanceof Fault)) onBug(error);
      if (response.headersSent) response.destroy();
      else send(response, status, { error: explanation });
    });
  });
}

async function answer(host: ComputeHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (!match || route.method !== request.method) continue;
    const parts = match.slice(1).map((part) => decodeURIComponent(part));
    const result = await route.verb({ host, request, response, parts });
    if (result === null) response.writeHead(204).end();
    else if (result !== undefined) send(response, 200, result);
    return;
  }
  throw new Refusal("notFound", badRequest(`there is no ${request.method} ${path}`).explanation);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body), "utf8");
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
}

async function bodyOf<Schema extends z.ZodType>(request: IncomingMessage, schema: Schema): Promise<z.output<Schema>> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > BODY_BYTES_MAX) throw new Refusal("tooLarge", badRequest("its body is larger than 1 MiB").explanation);
    pieces.push(piece);
  }
  const parsed = schema.safeParse(jsonOf(Buffer.concat(pieces).toString("utf8")));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw badRequest(issues.join("; "));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text) as unknown;
  } catch {
    throw badRequest("its body is not JSON");
  }
}

/** The console as it is, then again after every change, one JSON value a line, until either side goes. */
async function streamConsole({ host, request, response, parts: [id = ""] }: Call): Promise<undefined> {
  let lastRevision = -1;
  let lastPower = "";
  const push = (): void => {
    if (!host.has(id)) {
      response.end();
      return;
    }
    if (response.writableLength > BODY_BYTES_MAX) return; // A reader that does not read gets the newest state later.
    const view = host.console(id);
    if (view.revision === lastRevision && view.power === lastPower) return;
    lastRevision = view.revision;
    lastPower = view.power;
    response.write(`${JSON.stringify(view)}\n`);
  };
  const unsubscribe = host.onChange(id, push);
  const keepAlive = setInterval(() => response.write("\n"), STREAM_KEEP_ALIVE_MS);
  request.on("close", () => {
    clearInterval(keepAlive);
    unsubscribe();
  });
  response.on("drain", push);
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  push();
  return undefined;
}

function explain(error: unknown): { status: number; explanation: Explanation } {
  if (error instanceof Refusal) return { status: STATUS_OF_REFUSAL[error.kind], explanation: error.explanation };
  if (error instanceof Fault) return { status: error.retryable ? 503 : 500, explanation: error.explanation };
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 500,
    explanation: {
      code: "ComputeHostBug",
      message: `The compute host failed: ${message}`,
      possibleCauses: "This is a bug of the compute host.",
      recommendedAction: "Keep the host's log and report it.",
    },
  };
}
