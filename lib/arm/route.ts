import type { z } from "zod";
import type { Vault } from "@/lib/domain/entities";
import type { OperationContext } from "@/lib/operations/context";

export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

/** Names in braces: ParamNames<"/a/{x}/b/{y}"> is "x" | "y". */
export type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

/** One request on its way to its handler: matched, checked, its body read and valid. */
export interface Call<Params extends string = string, Body = unknown> {
  readonly context: OperationContext;
  readonly params: Readonly<Record<Params, string>>;
  readonly body: Body;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Scheme and authority that the client used, for absolute addresses in answers. */
  readonly origin: string;
  readonly apiVersion: string;
  /** Ends with the client's connection. */
  readonly signal: AbortSignal;
}

export type VaultCall<Params extends string, Body = unknown> = Call<Params, Body> & { readonly vault: Vault };

/** What a resource declares; the router, the error funnel and /openapi.json are made of these. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  /** Empty: the address takes no api-version (health and the like). */
  readonly apiVersions: readonly string[];
  readonly body: z.ZodType | null;
  /** True when a request without a body is answered with the body `{}`. */
  readonly bodyOptional: boolean;
  /** Of the body's JSON; null or left out: as all others (read-body). */
  readonly bodyBytesMax?: number | null;
  /** The body is plain text (a script), and what the handler gets is a string. */
  readonly textBody: boolean;
  /** Of the 200 answer, for the API's description. */
  readonly answer: z.ZodType | null;
  readonly longRunning: boolean;
  handle(call: Call): Promise<Response>;
}

interface RouteInput<Path extends string, Schema extends z.ZodType | undefined> {
  readonly method: Method;
  readonly path: Path;
  readonly summary: string;
  readonly apiVersions: readonly string[];
  readonly body?: Schema;
  readonly bodyOptional?: boolean;
  readonly bodyBytesMax?: number;
  /** `body` is then a schema of a string. */
  readonly textBody?: boolean;
  readonly answer?: z.ZodType;
  readonly longRunning?: boolean;
  handle(
    call: Call<ParamNames<Path>, Schema extends z.ZodType ? z.infer<Schema> : undefined>,
  ): Promise<Response> | Response;
}

/** Declares a route: the handler sees exactly the path's names and the body's type. */
export function route<const Path extends string, Schema extends z.ZodType | undefined = undefined>(
  input: RouteInput<Path, Schema>,
): Route {
  return {
    method: input.method,
    path: input.path,
    summary: input.summary,
    apiVersions: input.apiVersions,
    body: input.body ?? null,
    bodyOptional: input.bodyOptional ?? false,
    bodyBytesMax: input.bodyBytesMax ?? null,
    textBody: input.textBody ?? false,
    answer: input.answer ?? null,
    longRunning: input.longRunning ?? false,
    // The router hands over exactly what the declaration promises; the types end at this seam.
    handle: async (call) => input.handle(call as Parameters<typeof input.handle>[0]),
  };
}
