import { parseArmError, unreachable } from "./arm-error";
import type { StartedOperation } from "./long-running";

export interface TextAnswer {
  readonly text: string;
  readonly etag: string | null;
}

/** Reads or writes what is text and not JSON: the text of a runbook, what it printed. Throws `ArmError` as armRequest does. */
export async function armText(
  method: "GET" | "PUT",
  path: string,
  options: { readonly text?: string; readonly etag?: string | null; readonly signal?: AbortSignal } = {},
): Promise<TextAnswer> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(options.text === undefined ? {} : { "content-type": "text/plain; charset=utf-8" }),
      ...(options.etag ? { "if-match": options.etag } : {}),
    },
    body: options.text ?? null,
    signal: options.signal ?? null,
    cache: "no-store",
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable(cause);
  });
  const text = await response.text();
  if (!response.ok) throw parseArmError(response.status, jsonOrNull(text));
  return { text, etag: response.headers.get("etag") };
}

/** For verbs that are done when they are answered. */
export const DONE_AT_ONCE: StartedOperation = { body: null, statusPath: null, jobId: null, vaultName: null };

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
