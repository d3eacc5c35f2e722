import { Refusal } from "@/lib/kernel/fault";
import type { Route } from "./route";

type Segment = { readonly literal: string } | { readonly param: string };
interface Compiled {
  readonly segments: readonly Segment[];
  readonly routes: Map<string, Route>;
}

export interface PathMatch {
  readonly route: Route | null;
  readonly params: Readonly<Record<string, string>>;
  /** Methods that this address takes, for the Allow header. */
  readonly methods: readonly string[];
}

/** Finds the route of an address. Literals win over names; case is ignored; names come out decoded and checked. */
export class PathMatcher {
  readonly #bySegmentCount = new Map<number, Compiled[]>();

  constructor(routes: readonly Route[]) {
    const byPath = new Map<string, Compiled>();
    for (const route of routes) {
      const segments = compile(route.path);
      // Two routes of one address must share one entry, whatever they call their parameters.
      const key = segments.map((segment) => ("literal" in segment ? segment.literal : "{}")).join("/");
      const known = byPath.get(key);
      const compiled = known ?? { segments, routes: new Map<string, Route>() };
      if (compiled.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
      compiled.routes.set(route.method, route);
      if (known) continue;
      byPath.set(key, compiled);
      const list = this.#bySegmentCount.get(segments.length) ?? [];
      list.push(compiled);
      this.#bySegmentCount.set(segments.length, list);
    }
    for (const list of this.#bySegmentCount.values()) list.sort(moreLiteralFirst);
  }

  /** @returns null when no address of this form exists. @throws Refusal for a name that cannot be a name. */
  match(method: string, pathname: string): PathMatch | null {
    const parts = pathname.replace(/\/+$/, "").split("/").slice(1);
    for (const compiled of this.#bySegmentCount.get(parts.length) ?? []) {
      const raw = matchSegments(compiled.segments, parts);
      if (!raw) continue;
      const route = compiled.routes.get(method) ?? null;
      const names = route ? namesOf(route.path) : [...raw.keys()];
      const values = [...raw.values()];
      const params: Record<string, string> = {};
      names.forEach((name, index) => (params[name] = decodeName(values[index] ?? "")));
      return { route, params, methods: [...compiled.routes.keys()] };
    }
    return null;
  }
}

function compile(path: string): Segment[] {
  return path
    .split("/")
    .slice(1)
    .map((part) => (part.startsWith("{") ? { param: part.slice(1, -1) } : { literal: part.toLowerCase() }));
}

function namesOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1] ?? "");
}

function moreLiteralFirst(a: Compiled, b: Compiled): number {
  const count = (compiled: Compiled) => compiled.segments.filter((segment) => "literal" in segment).length;
  return count(b) - count(a);
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Map<string, string> | null {
  const found = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? "";
    if ("literal" in segment) {
      if (part.toLowerCase() !== segment.literal) return null;
    } else {
      if (part === "") return null;
      found.set(segment.param, part);
    }
  }
  return found;
}

const NAME_BYTES_MAX = 260;

/** A name never holds a separator, a control character or a dot segment, however it was encoded. */
function decodeName(raw: string): string {
  let name: string;
  try {
    name = decodeURIComponent(raw);
  } catch {
    throw badName(raw.slice(0, 80));
  }

  if (/[/\\\u0000-\u001f\u007f]/.test(name) || name === "." || name === ".." || name.length > NAME_BYTES_MAX) {
    throw badName(name.slice(0, 80));
  }
  return name;
}

function badName(name: string): Refusal {
  return new Refusal("invalid", {
    code: "InvalidResourceName",
    message: `${JSON.stringify(name)} cannot be the name of a resource.`,
    possibleCauses:
      "The address holds a name with a slash, a backslash, a control character or dots only, or one that is badly encoded or too long.",
    recommendedAction: "Use the name as a list of the resources shows it, percent-encoded once.",
  });
}
