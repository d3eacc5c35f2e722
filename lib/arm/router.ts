import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import { requester, withOrigin } from "@/lib/operations/evidence/job-origin";
import { armErrorBody, faultToArmError, type RequestIds } from "./fault-to-arm-error";
import { PathMatcher } from "./match-path";
import { BODY_BYTES_MAX, readBody, readTextBody } from "./read-body";
import type { Call, Route } from "./route";
import { routes as allRoutes } from "./routes";

export interface ArmRouterOptions {
  /** Told of every defect of ours that a request met; the answer says only the activity id. */
  readonly onBug?: (error: unknown, where: { method: string; path: string; activityId: string }) => void;
  /** All of them, unless a test brings its own. */
  readonly routes?: readonly Route[];
}

/** One router for both doors: fetch request in, fetch answer out. It never throws. */
export function createArmRouter(
  context: OperationContext,
  options: ArmRouterOptions = {},
): (request: Request) => Promise<Response> {
  const matcher = new PathMatcher(options.routes ?? allRoutes);
  return async (request) => {
    const ids: RequestIds = {
      clientRequestId: safeHeader(request.headers.get("x-ms-client-request-id")),
      activityId: context.random.uuid(),
    };
    let response: Response;
    try {
      response = await answer(request, matcher, context, ids);
    } catch (error) {
      const { status, body, bug } = faultToArmError(error, ids);
      const path = new URL(request.url).pathname;
      if (bug) options.onBug?.(error, { method: request.method, path, activityId: ids.activityId });
      response = Response.json(body, { status });
    }
    return finished(request, response, ids);
  };
}

/** The answer of a door that refuses a request before the router sees it (lib/arm/guard-request). */
export function refusedAtTheDoor(refusal: Refusal, activityId: string): Response {
  const { status, body } = faultToArmError(refusal, { clientRequestId: "", activityId });
  return Response.json(body, { status });
}

async function answer(
  request: Request,
  matcher: PathMatcher,
  context: OperationContext,
  ids: RequestIds,
): Promise<Response> {
  const url = new URL(request.url);
  const match = matcher.match(request.method === "HEAD" ? "GET" : request.method, url.pathname);
  if (!match) throw noSuchAddress(url.pathname);
  if (!match.route) return methodNotAllowed(request.method, match.methods, ids);
  const apiVersion = checkApiVersion(match.route, url);
  const body = await bodyOf(request, match.route);
  const call: Call = {
    context: withOrigin(context, () => ({ requestedBy: requester(context, request.headers.get("user-agent")) })),
    params: match.params,
    body,
    query: url.searchParams,
    headers: request.headers,
    origin: originOf(request, url),
    apiVersion,
    signal: request.signal,
  };
  return match.route.handle(call);
}

async function bodyOf(request: Request, { body, bodyOptional, bodyBytesMax, textBody }: Route): Promise<unknown> {
  if (!body) return undefined;
  if (textBody) return readTextBody(request, body);
  return readBody(request, body, bodyOptional, bodyBytesMax ?? BODY_BYTES_MAX);
}

/** As the client wrote it: a web framework may have put another name of this machine into the URL. */
function originOf(request: Request, url: URL): string {
  const host = request.headers.get("host");
  return host === null ? url.origin : `${url.protocol}//${host}`;
}

function finished(request: Request, response: Response, ids: RequestIds): Response {
  const { headers } = response;
  const setIfAbsent = (name: string, value: string) => headers.has(name) || headers.set(name, value);
  setIfAbsent("x-ms-request-id", ids.activityId);
  setIfAbsent("Cache-Control", "no-cache");
  headers.set(
    "x-ms-correlation-request-id",
    safeHeader(request.headers.get("x-ms-correlation-request-id")) || ids.activityId,
  );
  if (ids.clientRequestId !== "") headers.set("x-ms-client-request-id", ids.clientRequestId);
  headers.set("X-Content-Type-Options", "nosniff");
  if (request.method !== "HEAD") return response;
  void response.body?.cancel();
  return new Response(null, { status: response.status, headers });
}

/** Echoed only when it is what such an id looks like: it goes back into a header and a body. */
function safeHeader(value: string | null): string {
  return value !== null && /^[A-Za-z0-9_.-]{1,128}$/.test(value) ? value : "";
}

function checkApiVersion(route: Route, url: URL): string {
  if (route.apiVersions.length === 0) return "";
  const given = [...url.searchParams].find(([name]) => name.toLowerCase() === "api-version")?.[1];
  const known = `The supported versions are '${route.apiVersions.join(", ")}'.`;
  if (!given) {
    throw new Refusal(
      "invalid",
      {
        code: "MissingApiVersionParameter",
        message: "The api-version query parameter (?api-version=) is required for all requests.",
        possibleCauses: "The address was written by hand, or a client was told to leave the version out.",
        recommendedAction: `Add the parameter. ${known}`,
      },
      "api-version",
    );
  }
  if (!route.apiVersions.includes(given)) {
    throw new Refusal(
      "invalid",
      {
        code: "InvalidApiVersionParameter",
        message: `The api-version '${given.slice(0, 40)}' is invalid. ${known}`,
        possibleCauses: "The client is newer or older than this server, or the version belongs to another namespace.",
        recommendedAction: "Send one of the supported versions.",
      },
      "api-version",
    );
  }
  return given;
}

function noSuchAddress(path: string): Refusal {
  return new Refusal("notFound", {
    code: "InvalidResourceType",
    message: `The address ${JSON.stringify(path.slice(0, 300))} does not exist in this API.`,
    possibleCauses:
      "A resource type or an action is misspelt, or belongs to a scenario that this version does not have.",
    recommendedAction: "Compare the address with /openapi.json, which lists everything that exists.",
  });
}

function methodNotAllowed(method: string, methods: readonly string[], ids: RequestIds): Response {
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].sort().join(", ");
  const body = armErrorBody(
    {
      code: "MethodNotAllowed",
      message: `The method ${method} cannot be used at this address.`,
      possibleCauses: "The resource is read-only here, or an action was called with another method than POST.",
      recommendedAction: `Use one of: ${allow}.`,
    },
    ids,
  );
  return Response.json(body, { status: 405, headers: { Allow: allow } });
}
