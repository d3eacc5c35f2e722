import { BugError } from "@/lib/kernel/assert";
import { Fault, type Explanation } from "@/lib/kernel/fault";

/** An error on its way between threads or processes: a structured clone would strip a Fault of its class and fields. */
export type WireError =
  | { readonly kind: "fault"; readonly explanation: Explanation; readonly retryable: boolean }
  | { readonly kind: "aborted" }
  | { readonly kind: "bug"; readonly message: string; readonly stack: string };

export function toWireError(error: unknown): WireError {
  if (error instanceof Fault) return { kind: "fault", explanation: error.explanation, retryable: error.retryable };
  if (error instanceof Error && error.name === "AbortError") return { kind: "aborted" };
  if (error instanceof Error) return { kind: "bug", message: error.message, stack: error.stack ?? "" };
  return { kind: "bug", message: String(error), stack: "" };
}

export function fromWireError(error: WireError): Error {
  switch (error.kind) {
    case "fault":
      return new Fault(error.explanation, { retryable: error.retryable });
    case "aborted":
      return new DOMException("The operation was aborted.", "AbortError");
    case "bug": {
      const bug = new BugError(error.message);
      if (error.stack !== "") bug.stack = error.stack;
      return bug;
    }
  }
}
