/** What every refusal and every fault tells the person who meets it (the shape of ASR's service errors). */
export interface Explanation {
  /** Stable, machine-readable, PascalCase. */
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
}

/** The world failed us (disk full, connection lost, damaged pack). Adapters translate into it; jobs record it. */
export class Fault extends Error {
  override readonly name: string = "Fault";
  readonly code: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly retryable: boolean;
  constructor(explanation: Explanation, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(explanation.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = explanation.code;
    this.possibleCauses = explanation.possibleCauses;
    this.recommendedAction = explanation.recommendedAction;
    this.retryable = options.retryable ?? false;
  }
  get explanation(): Explanation {
    return {
      code: this.code,
      message: this.message,
      possibleCauses: this.possibleCauses,
      recommendedAction: this.recommendedAction,
    };
  }
}

export type RefusalKind =
  "invalid" | "notFound" | "conflict" | "forbidden" | "unauthenticated" | "tooLarge" | "notAllowed";

/** The domain says no before anything was done. `kind` decides the HTTP status, once, in lib/arm. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: RefusalKind;
  readonly code: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  /** The property (dotted path) or resource id that the refusal is about. */
  readonly target: string | undefined;
  constructor(kind: RefusalKind, explanation: Explanation, target?: string) {
    super(explanation.message);
    this.kind = kind;
    this.code = explanation.code;
    this.possibleCauses = explanation.possibleCauses;
    this.recommendedAction = explanation.recommendedAction;
    this.target = target;
  }
  get explanation(): Explanation {
    return {
      code: this.code,
      message: this.message,
      possibleCauses: this.possibleCauses,
      recommendedAction: this.recommendedAction,
    };
  }
}
