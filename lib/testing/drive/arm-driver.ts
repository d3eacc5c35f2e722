import { setTimeout as delay } from "node:timers/promises";

/** What a script sees of the API: plain fetch, ARM bodies as they come. */
export interface ArmJob {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly properties: {
    readonly scenarioName: string;
    readonly friendlyName: string;
    readonly state: string;
    readonly stateDescription: string;
    readonly tasks: readonly Record<string, unknown>[];
    readonly errors: readonly {
      readonly serviceErrorDetails?: { readonly code?: string; readonly message?: string };
    }[];
    readonly allowedActions: readonly string[];
  };
}

export class ArmError extends Error {
  override readonly name = "ArmError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body: unknown,
  ) {
    super(`${String(status)} ${code}: ${message}`);
  }
}

export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const RESOURCE_GROUP = "contoso";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers`;
const VERSIONS: Record<string, string> = { "microsoft.recoveryservices": "2023-06-01" };

export const paths = {
  vault: (vault: string) => `${GROUP}/Microsoft.RecoveryServices/vaults/${vault}`,
  ours: `${GROUP}/Secondsite.Recovery`,
  network: (name: string) => `${GROUP}/Microsoft.Network/virtualNetworks/${name}`,
  storageAccount: (name: string) => `${GROUP}/Microsoft.Storage/storageAccounts/${name}`,
  automationAccount: (name: string) => `${GROUP}/Microsoft.Automation/automationAccounts/${name}`,
  virtualMachines: `${GROUP}/Microsoft.Compute/virtualMachines`,
};

/** A string is sent as it is: the text of a runbook. */
const bodyOf = (body: unknown): RequestInit =>
  typeof body === "string"
    ? { body, headers: { "content-type": "text/plain" } }
    : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };

export class ArmDriver {
  constructor(readonly origin: string) {}

  /** @throws ArmError with the service's code for every answer from 400 on. */
  async send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ body: T; headers: Headers; status: number }> {
    // An extension resource ends below its own provider: the last one in the path decides.
    const provider = [...path.matchAll(/\/providers\/([^/]+)/gi)].at(-1)?.[1]?.toLowerCase() ?? "";
    const version = VERSIONS[provider] ?? "2026-11-01";
    const url = `${this.origin}${path}${path.includes("?") ? "&" : "?"}api-version=${version}`;
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : bodyOf(body)),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const parsed = (text === "" ? {} : isJson ? JSON.parse(text) : text) as T & {
      error?: { code?: string; message?: string; details?: { code?: string }[] };
    };
    if (!response.ok) {
      const code = parsed.error?.details?.[0]?.code ?? parsed.error?.code ?? "Unknown";
      throw new ArmError(response.status, code, `${method} ${path}: ${parsed.error?.message ?? text}`, parsed);
    }
    return { body: parsed, headers: response.headers, status: response.status };
  }

  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    return (await this.send<T>("GET", path)).body;
  }

  /** Starts long work and returns its job's path; null when it was answered at once. */
  async begin(method: string, path: string, body?: unknown): Promise<string | null> {
    const { headers } = await this.send(method, path, body);
    const operation = headers.get("azure-asyncoperation");
    return operation === null ? null : new URL(operation).pathname;
  }

  /** Starts long work and waits for its end. @throws Error with the job's own error when it did not succeed. */
  async run(method: string, path: string, body?: unknown): Promise<ArmJob | null> {
    const job = await this.begin(method, path, body);
    return job === null ? null : this.untilJobEnds(job);
  }

  /** Survives a server that is away for a moment (a chaos run kills it). */
  async untilJobEnds(jobPath: string, options: { seconds?: number; stopAt?: readonly string[] } = {}): Promise<ArmJob> {
    const stopAt = options.stopAt ?? ["Succeeded", "Failed", "Cancelled"];
    const job = await this.until(
      `job ${jobPath}`,
      async () => {
        const found = await this.get<ArmJob>(jobPath);
        return stopAt.includes(found.properties.state) || found.properties.state === "Failed" ? found : null;
      },
      options.seconds ?? 180,
    );
    if (job.properties.state === "Failed" && !stopAt.includes("FailedIsFine")) {
      const messages = job.properties.errors.map(
        (error) => `${error.serviceErrorDetails?.code ?? ""} ${error.serviceErrorDetails?.message ?? ""}`,
      );
      throw new Error(`${job.properties.friendlyName} failed: ${messages.join("; ")}`);
    }
    return job;
  }

  /** Polls until `probe` answers something; a refused connection counts as "not yet". */
  async until<T>(what: string, probe: () => Promise<T | null>, seconds = 60): Promise<T> {
    const deadline = performance.now() + seconds * 1000;
    let last: unknown = null;
    for (;;) {
      try {
        const found = await probe();
        if (found !== null) return found;
        last = null;
      } catch (error) {
        if (error instanceof ArmError && error.status < 500) throw error;
        last = error;
      }
      if (performance.now() > deadline) {
        throw new Error(`waited ${String(seconds)} s for ${what}${last instanceof Error ? `: ${last.message}` : ""}`);
      }
      await delay(200);
    }
  }
}
