import http from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { refusedAtTheDoor } from "@/lib/arm/router";
import { guardRequest, type GuardPolicy } from "@/lib/arm/guard-request";
import { guardTarget } from "@/lib/arm/guard-target";
import { Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { sendFetchResponse } from "./node-http";

/** The first door: Next's pages and routes on plain http, loopback only. */
export function createHttpDoor(options: {
  readonly policy: GuardPolicy;
  readonly random: Random;
  readonly next: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): http.Server {
  return http.createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      options.onError(error);
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusedByGuard(request, options.policy);
    if (refusal) {
      await sendFetchResponse(refusedAtTheDoor(refusal, options.random.uuid()), response);
      return;
    }
    request.url = withLowerCaseRoot(request.url ?? "/");
    await options.next(request, response);
  }
}

export function refusedByGuard(request: IncomingMessage, policy: GuardPolicy): Refusal | null {
  const headers = new Headers();
  for (const name of ["host", "origin", "sec-fetch-site", "sec-fetch-mode"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  try {
    guardRequest(headers, policy);
    guardTarget(request.method ?? "", request.url ?? "");
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Next matches its route folders by case; Azure's ids say `/Subscriptions/` and `/subscriptions/` for the same thing. */
export function withLowerCaseRoot(url: string): string {
  return url.replace(/^\/(subscriptions|providers)(?=\/|\?|$)/i, (root) => root.toLowerCase());
}
