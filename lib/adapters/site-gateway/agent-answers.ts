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

/** The whole body, never more than `limitBytes` in memory. `onChunk` sees every piece as it comes. */
export async function readBody(
  request: Request,
  limitBytes: number,
  onChunk: (chunk: Uint8Array) => void = () => {},
): Promise<Buffer> {
  const length = Number(request.headers.get("content-length") ?? 0);
  const announced = Number.isSafeInteger(length) && length > 0 ? length : 0;
  if (announced > limitBytes) throw tooLarge(limitBytes);
  // Gathered in one place as they come: pieces kept until the end grow old, and the collector stops the portal for them.
  let bytes: Buffer = Buffer.allocUnsafeSlow(announced);
  let received = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    const end = received + next.value.length;
    if (end > limitBytes) {
      await reader?.cancel();
      throw tooLarge(limitBytes);
    }
    onChunk(next.value);
    if (end > bytes.length) bytes = enlarged(bytes, Math.min(limitBytes, Math.max(end, 2 * bytes.length)));
    bytes.set(next.value, received);
    received = end;
  }
  return bytes.subarray(0, received);
}

function enlarged(bytes: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  bytes.copy(larger);
  return larger;
}

function tooLarge(limitBytes: number): Refusal {
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
