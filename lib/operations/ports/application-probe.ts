export interface ProbeAnswer {
  readonly passed: boolean;
  /** What was seen, for people. */
  readonly detail: string;
}

/** One attempt to reach a service from this machine. Never throws for what the service does; the signal ends it early. */
export interface ApplicationProbe {
  connect(host: string, port: number, limits: ProbeLimits): Promise<ProbeAnswer>;
  /** Redirects are not followed: what answers is what was asked. `matches` sees the first 64 KiB of the body. */
  get(
    url: string,
    wanted: { readonly status: number | null; readonly matches: ((body: string) => boolean) | null },
    limits: ProbeLimits,
  ): Promise<ProbeAnswer>;
}

export interface ProbeLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
