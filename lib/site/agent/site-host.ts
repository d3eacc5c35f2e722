import type { HostClient } from "@/lib/compute/host-client";

/** What the agent asks of the host beside it; `HostClient` is the real one. */
export type SiteHost = Pick<
  HostClient,
  | "status"
  | "machine"
  | "putMachine"
  | "start"
  | "stop"
  | "setTracking"
  | "cut"
  | "cutTogether"
  | "verifyCut"
  | "releaseCut"
  | "beginIncoming"
  | "endIncoming"
>;
