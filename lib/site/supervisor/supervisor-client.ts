import http from "node:http";
import { z } from "zod";
import type { DemoName } from "@/lib/contract/demo-site";
import { Fault, Refusal, type RefusalKind } from "@/lib/kernel/fault";
import { ProcessList, SiteList, SiteStatus } from "./supervisor-protocol";

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
  }),
});
const REFUSALS: Readonly<Record<number, RefusalKind>> = { 400: "invalid", 404: "notFound", 409: "conflict" };
const ANSWER_MS = 120_000;

/** Talks to the supervisor of a home. Nobody there: Fault SupervisorNotRunning. What it refuses: the same Refusal. */
export class SupervisorClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async processes(): Promise<ProcessList["processes"]> {
    return (await this.#ask("GET", "/processes", ProcessList)).processes;
  }

  async list(): Promise<SiteStatus[]> {
    return (await this.#ask("GET", "/sites", SiteList)).sites;
  }

  addFolder(name: string, folder: string): Promise<SiteStatus> {
    return this.#ask("PUT", sitePath(name), SiteStatus, { folder });
  }

  /** Answers when it was made, which takes seconds, and its host answers. One that is there is as good. */
  addDemo(name: string, demo: DemoName): Promise<SiteStatus> {
    return this.#ask("PUT", sitePath(name), SiteStatus, { demo });
  }

  async remove(name: string): Promise<void> {
    await this.#ask("DELETE", sitePath(name), z.null());
  }

  fail(name: string): Promise<SiteStatus> {
    return this.#ask("POST", `${sitePath(name)}/fail`, SiteStatus);
  }

  restore(name: string): Promise<SiteStatus> {
    return this.#ask("POST", `${sitePath(name)}/restore`, SiteStatus);
  }

  restartAgent(name: string): Promise<SiteStatus> {
    return this.#ask("POST", `${sitePath(name)}/agent/restart`, SiteStatus);
  }

  register(name: string, credentialsXml: string, passphrase: string): Promise<SiteStatus> {
    return this.#ask("POST", `${sitePath(name)}/register`, SiteStatus, { credentialsXml, passphrase });
  }

  async #ask<T extends z.ZodType>(method: string, path: string, answer: T, body?: unknown): Promise<z.output<T>> {
    const { status, text } = await this.#exchange(method, path, body === undefined ? null : JSON.stringify(body));
    if (status >= 200 && status < 300) return answer.parse(text === "" ? null : JSON.parse(text));
    const explanation = Failure.parse(JSON.parse(text)).error;
    const kind = REFUSALS[status];
    throw kind === undefined ? new Fault(explanation, { retryable: status === 503 }) : new Refusal(kind, explanation);
  }

  #exchange(method: string, path: string, body: string | null): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = http.request({
        socketPath: this.#socketPath,
        ...{ method, path, signal: AbortSignal.timeout(ANSWER_MS) },
        headers: { connection: "close", ...(body === null ? {} : { "content-type": "application/json" }) },
      });
      request.on("error", (error) => reject(notRunning(error)));
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => (text += piece));
        response.on("error", (error) => reject(notRunning(error)));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      request.end(body ?? undefined);
    });
  }
}

function sitePath(name: string): string {
  return `/sites/${encodeURIComponent(name)}`;
}

function notRunning(cause: unknown): Fault {
  return new Fault(
    {
      code: "SupervisorNotRunning",
      message: "The supervisor of this home folder does not answer.",
      possibleCauses: "Secondsite is not running on this home folder, or it was started without its supervisor.",
      recommendedAction: "Start it with `npm run demo` or `npx secondsite serve`.",
    },
    { cause, retryable: true },
  );
}
