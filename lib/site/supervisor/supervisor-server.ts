import http, { type IncomingMessage } from "node:http";
import { z } from "zod";
import { Fault, Refusal, type Explanation, type RefusalKind } from "@/lib/kernel/fault";
import { AddSite, RegisterSite } from "./supervisor-protocol";
import type { Supervisor } from "./supervisor";

const BODY_BYTES_MAX = 1024 * 1024;
const STATUS: Record<RefusalKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  notAllowed: 409,
  tooLarge: 413,
};

/** HTTP over the supervisor's unix socket; see supervisor-protocol. */
export function createSupervisorServer(supervisor: Supervisor, complain: (error: unknown) => void): http.Server {
  return http.createServer((request, response) => {
    answer(supervisor, request)
      .catch((error: unknown) => failureOf(error, complain))
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === null ? undefined : JSON.stringify(body));
      })
      .catch((error: unknown) => {
        complain(error);
        response.destroy();
      });
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(supervisor: Supervisor, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? "/").split("/").slice(1).map(decodeURIComponent);
  const call = `${request.method} ${[path[0], path.length > 1 ? "*" : null, ...path.slice(2)].filter(Boolean).join("/")}`;
  const name = path[1] ?? "";
  switch (call) {
    case "GET processes":
      return ok({ processes: supervisor.processes() });
    case "GET sites":
      return ok({ sites: supervisor.list() });
    case "PUT sites/*": {
      const body = await readBody(request, AddSite);
      return ok(await ("folder" in body ? supervisor.addFolder(name, body.folder) : supervisor.addVmwareDemo(name)));
    }
    case "DELETE sites/*":
      await supervisor.remove(name);
      return { status: 204, body: null };
    case "POST sites/*/fail":
      return ok(await supervisor.fail(name));
    case "POST sites/*/restore":
      return ok(await supervisor.restore(name));
    case "POST sites/*/agent/restart":
      return ok(await supervisor.restartAgent(name));
    case "POST sites/*/register": {
      const { credentialsXml, passphrase } = await readBody(request, RegisterSite);
      return ok(await supervisor.register(name, credentialsXml, passphrase));
    }
    default:
      throw unknownCall(call);
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

async function readBody<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.output<T>> {
  let size = 0;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw notValid("the body is too large");
    chunks.push(chunk);
  }
  try {
    return schema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch (error) {
    throw notValid(error instanceof z.ZodError ? "the body lacks something" : "the body is not JSON");
  }
}

function failureOf(error: unknown, complain: (error: unknown) => void): Answer {
  if (error instanceof Refusal) return failure(STATUS[error.kind], error.explanation);
  if (error instanceof Fault) return failure(error.retryable ? 503 : 500, error.explanation);
  complain(error);
  return failure(500, {
    code: "SupervisorInternalError",
    message: `The supervisor met an error of its own: ${error instanceof Error ? error.message : String(error)}`,
    possibleCauses: "A defect in the supervisor. The details are in its output.",
    recommendedAction: "Start Secondsite again. Report the output.",
  });
}

function failure(status: number, error: Explanation): Answer {
  return { status, body: { error } };
}

function notValid(what: string): Refusal {
  return new Refusal("invalid", {
    code: "RequestNotValid",
    message: `The request to the supervisor cannot be used: ${what}.`,
    possibleCauses: "The program that sent it is of another version.",
    recommendedAction: "Build the programs anew and start Secondsite again.",
  });
}

function unknownCall(call: string): Refusal {
  return new Refusal("notFound", {
    code: "UnknownCall",
    message: `The supervisor knows no '${call}'.`,
    possibleCauses: "The program that sent it is of another version.",
    recommendedAction: "Build the programs anew and start Secondsite again.",
  });
}
