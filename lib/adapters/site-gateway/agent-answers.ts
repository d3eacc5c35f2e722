import type { z } from "zod";
import { Fault, Refusal, type Explanation, type RefusalKind } from "@/lib/kernel/fault";

const REFUSAL_STATUS: Record<RefusalKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  notAllowed: 409,
  tooLarge: 413,
};
const FAULT_STATUS: Readonly<Record<string, number>> = {
  InvalidObjectName: 400,
  ObjectNotFound: 404,
  ObjectHashMismatch: 422,
  StorageFull: 507,
};

/** The one place that turns what went wrong into an answer for a site. A bug is told to us, not to the site. */
export function answerError(error: unknown, report: (error: unknown) => void): Response {
  if (error instanceof Refusal) return failure(REFUSAL_STATUS[error.kind], error.explanation);
  if (error instanceof Fault) {
    return failure(FAULT_STATUS[error.code] ?? (error.retryable ? 503 : 500), error.explanation);
  }
  report(error);
  return failure(500, {
    code: "InternalError",
    message: "The vault could not process the request because of an error of its own.",
    possibleCauses: "A defect in the portal. The details are in its log.",
    recommendedAction: "Nothing on the site: it tries again by itself. Report the entry of the portal's log.",
  });
}

function failure(status: number, explanation: Explanation): Response {
  return Response.json({ error: explanation }, { status });
}

const JSON_BYTES_MAX = 4 * 1024 * 1024;

/** @throws Refusal RequestTooLarge, RequestNotValid */
export async function readJson<T extends z.ZodType>(request: Request, schema: T): Promise<z.output<T>> {
  const bytes = await readBody(request, JSON_BYTES_MAX);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw notValid("the body is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw notValid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not of the protocol"}`);
}

/** The whole body, never more than `limitBytes` in memory. */
async function readBody(request: Request, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw requestTooLarge(limitBytes);
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) return Buffer.concat(pieces);
    received += next.value.length;
    if (received > limitBytes) {
      await reader?.cancel();
      throw requestTooLarge(limitBytes);
    }
    pieces.push(next.value);
  }
}

export function requestTooLarge(limitBytes: number): Refusal {
  return new Refusal("tooLarge", {
    code: "RequestTooLarge",
    message: `The request is larger than the ${limitBytes} bytes that this call takes.`,
    possibleCauses: "The request was not made by a site component of this version.",
    recommendedAction: "Update the site component.",
  });
}

function notValid(what: string): Refusal {
  return new Refusal("invalid", {
    code: "RequestNotValid",
    message: `The request does not follow the site protocol: ${what}.`,
    possibleCauses: "The site component is of another version than the vault.",
    recommendedAction: "Update the site component, then try again.",
  });
}
