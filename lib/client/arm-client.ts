import { z } from "zod";
import { ArmError, parseArmError, unexpectedAnswer, unreachable } from "./arm-error";

export type Method = "GET" | "PUT" | "PATCH" | "POST" | "DELETE";

/** One request to the API on the page's own origin. Throws `ArmError` for everything that is not an answer of 2xx. */
export async function armRequest(
  method: Method,
  path: string,
  options: {
    body?: unknown;
    signal?: AbortSignal | undefined;
    /** The resource must not exist yet (If-None-Match: *): a PUT makes it or is refused, it never overwrites. */
    onlyNew?: boolean;
  } = {},
): Promise<{ readonly response: Response; readonly body: unknown }> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: "application/json",
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...(options.onlyNew ? { "if-none-match": "*" } : {}),
    },
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
    cache: "no-store",
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable(cause);
  });
  const body = await readBody(response);
  if (!response.ok) throw parseArmError(response.status, body);
  return { response, body };
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (response.ok) throw unexpectedAnswer(response.status, "The answer was not JSON.", cause);
    return null;
  }
}

export function parseBody<T extends z.ZodType>(schema: T, body: unknown, path: string): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0];
  throw unexpectedAnswer(
    200,
    `The answer of ${path.split("?")[0] ?? path} is not what this page expects: ${where?.path.join(".") ?? ""} ${where?.message ?? ""}.`,
    parsed.error,
  );
}

export async function armGet<T extends z.ZodType>(path: string, schema: T, signal?: AbortSignal): Promise<z.output<T>> {
  const { body } = await armRequest("GET", path, { signal });
  return parseBody(schema, body, path);
}

/** All pages of a list: follows `nextLink` to its end. */
export async function armList<T extends z.ZodType>(
  path: string,
  item: T,
  signal?: AbortSignal,
): Promise<z.output<T>[]> {
  const page = z.object({ value: z.array(item), nextLink: z.string().nullish() });
  const all: z.output<T>[] = [];
  let next: string | null = path;
  while (next !== null) {
    const answer: z.output<typeof page> = await armGet(next, page, signal);
    all.push(...answer.value);
    next = answer.nextLink ? samePath(answer.nextLink) : null;
  }
  return all;
}

/** Links in answers are absolute and may name the other door (TLS); the page asks its own. */
export function samePath(link: string): string {
  const url = new URL(link, "http://same.origin");
  return `${url.pathname}${url.search}`;
}

/** The resource, or null when it does not exist. Other errors are thrown. */
export async function armGetOrNull<T extends z.ZodType>(
  path: string,
  schema: T,
  signal?: AbortSignal,
): Promise<z.output<T> | null> {
  try {
    return await armGet(path, schema, signal);
  } catch (error) {
    if (error instanceof ArmError && error.status === 404) return null;
    throw error;
  }
}
