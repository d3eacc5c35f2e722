import type { ArmErrorBody } from "@/lib/contract/arm-error";
import { assertNever } from "@/lib/kernel/assert";
import { Fault, Refusal, type Explanation, type RefusalKind } from "@/lib/kernel/fault";

export interface RequestIds {
  readonly clientRequestId: string;
  readonly activityId: string;
}

/** The one place that turns what was thrown into a status and an ARM error body. */
export function faultToArmError(error: unknown, ids: RequestIds): { status: number; body: ArmErrorBody; bug: boolean } {
  if (error instanceof Refusal) {
    return { status: statusOf(error.kind), body: armErrorBody(error.explanation, ids, error.target), bug: false };
  }
  if (error instanceof Fault) {
    return { status: error.retryable ? 503 : 500, body: armErrorBody(error.explanation, ids), bug: false };
  }
  return { status: 500, body: armErrorBody(BUG, ids), bug: true };
}

/** Where the service's recordings say less outside than in the details (asr reference 2.2). */
const OUTER_CODES: Readonly<Record<string, string>> = { ArmResourceDoesNotExist: "NotFound" };

export function armErrorBody(explanation: Explanation, ids: RequestIds, target?: string): ArmErrorBody {
  const { code, message, possibleCauses, recommendedAction } = explanation;
  const about = target === undefined ? {} : { target };
  return {
    error: {
      code: OUTER_CODES[code] ?? code,
      message,
      ...about,
      details: [{ code, message, ...about, possibleCauses, recommendedAction, ...ids }],
    },
  };
}

function statusOf(kind: RefusalKind): number {
  switch (kind) {
    case "invalid":
      return 400;
    case "unauthenticated":
      return 401;
    case "forbidden":
      return 403;
    case "notFound":
      return 404;
    case "conflict":
    case "notAllowed":
      return 409;
    case "tooLarge":
      return 413;
    default:
      return assertNever(kind, "kind of refusal");
  }
}

/** Nothing of the error itself: it may hold what is nobody's business. The log has it under the activity id. */
const BUG: Explanation = {
  code: "InternalError",
  message: "Secondsite made a mistake of its own while answering this request.",
  possibleCauses: "A defect in Secondsite. Nothing that you sent can be blamed for it.",
  recommendedAction: "Look for the activity id in the server's log and report it together with the request.",
};
