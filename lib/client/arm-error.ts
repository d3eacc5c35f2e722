import { ArmErrorBody } from "@/lib/contract/arm-error";

/** As the contract has it; an answer from before the router (the server is starting) carries no details. */
const ErrorBody = ArmErrorBody.extend({ error: ArmErrorBody.shape.error.partial({ details: true }) });

export interface ArmErrorParts {
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  /** Dotted path of the property that is wrong, or null when it is no property. */
  readonly target: string | null;
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number;
}

/** Everything that can go wrong between the page and the API, in the one shape that pages show. */
export class ArmError extends Error implements ArmErrorParts {
  override readonly name = "ArmError";
  readonly code: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly target: string | null;
  readonly status: number;
  constructor(parts: ArmErrorParts, options?: ErrorOptions) {
    super(parts.message, options);
    this.code = parts.code;
    this.possibleCauses = parts.possibleCauses;
    this.recommendedAction = parts.recommendedAction;
    this.target = parts.target;
    this.status = parts.status;
  }
}

/** Reads an ARM error body. Anything that is none still becomes an error that says what came instead. */
export function parseArmError(status: number, body: unknown): ArmError {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return unexpectedAnswer(status, "The answer was not in the form of an error of this service.");
  const { error } = parsed.data;
  const detail = error.details?.find((one) => one.possibleCauses || one.recommendedAction) ?? error.details?.[0];
  return new ArmError({
    status,
    code: error.code,
    message: error.message,
    possibleCauses: detail?.possibleCauses ?? "",
    recommendedAction: detail?.recommendedAction ?? "",
    target: error.target ?? detail?.target ?? null,
  });
}

export function unexpectedAnswer(status: number, message: string, cause?: unknown): ArmError {
  return new ArmError(
    {
      status,
      code: "UnexpectedAnswer",
      message,
      possibleCauses:
        "The page and the server are of different versions, or something between them changed the answer.",
      recommendedAction: "Reload the page. If this stays, restart the server and look at its log.",
      target: null,
    },
    cause === undefined ? undefined : { cause },
  );
}

export function unreachable(cause: unknown): ArmError {
  return new ArmError(
    {
      status: 0,
      code: "ServerUnreachable",
      message: "The server did not answer.",
      possibleCauses: "It has been stopped, or it is restarting.",
      recommendedAction: "Start it with `npm run demo`. The page goes on by itself when it answers again.",
      target: null,
    },
    { cause },
  );
}

/** Any thrown value as an ArmError; a bug in the page is shown as one rather than hidden. */
export function toArmError(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  return new ArmError(
    {
      status: 0,
      code: "PageError",
      message: error instanceof Error ? error.message : String(error),
      possibleCauses: "A fault in this page.",
      recommendedAction: "Reload the page and try again.",
      target: null,
    },
    { cause: error },
  );
}

/** True when a form field with one of these property paths can show the error beside itself. */
export function isAbout(error: ArmError | null, ...fields: readonly string[]): boolean {
  const target = error?.target?.toLowerCase();
  if (!target) return false;
  return fields.some((field) => target === field.toLowerCase() || target.endsWith(`.${field.toLowerCase()}`));
}
