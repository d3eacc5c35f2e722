import { Refusal } from "@/lib/kernel/fault";
import { list } from "./answers";
import type { Call } from "./route";

const TAKE_MAX = 1000;

/** A query option by its name, whatever its case, with or without the dollar sign. Null when it is absent or empty. */
export function queryOption(query: URLSearchParams, name: string): string | null {
  const wanted = name.toLowerCase();
  const found = [...query].find(([key]) => key.toLowerCase().replace(/^\$/, "") === wanted)?.[1];
  return found === undefined || found === "" ? null : found;
}

/**
 * One page of a list by `$take` (1000 at most) and `$skipToken`, with the address of the next one. A token is
 * the place in the list: rows that come or go between two pages may show twice or not at all, as in the service.
 */
export function page<T>(
  call: Pick<Call, "query" | "origin">,
  path: string,
  rows: readonly T[],
  present: (row: T) => unknown,
): Response {
  const take = Math.min(wholeNumber(call.query, "take", 1) ?? TAKE_MAX, TAKE_MAX);
  const skip = wholeNumber(call.query, "skipToken", 0) ?? 0;
  const until = skip + take;
  const shown = rows.slice(skip, until).map(present);
  return list(shown, until < rows.length ? nextLink(call, path, until) : null);
}

function nextLink(call: Pick<Call, "query" | "origin">, path: string, skip: number): string {
  const query = new URLSearchParams();
  for (const [name, value] of call.query) {
    if (name.toLowerCase().replace(/^\$/, "") !== "skiptoken") query.append(name, value);
  }
  query.set("$skipToken", String(skip));
  return `${call.origin}${path}?${query.toString()}`;
}

function wholeNumber(query: URLSearchParams, name: string, least: number): number | null {
  const given = queryOption(query, name);
  if (given === null) return null;
  if (/^\d{1,9}$/.test(given) && Number(given) >= least) return Number(given);
  throw new Refusal(
    "invalid",
    {
      code: "InvalidQueryOption",
      message: `$${name} is ${JSON.stringify(given.slice(0, 40))}; it must be a whole number, ${least} or more.`,
      possibleCauses: "The address was written by hand, or a token was cut off on its way.",
      recommendedAction: "Leave the option out, or follow the nextLink of the page before as it is.",
    },
    `$${name}`,
  );
}
