import type { Method } from "@/lib/client/arm-client";
import { api } from "@/lib/client/paths";
import type { DrillBody } from "@/lib/contract/drills";

/** A verb of the API on a drill, ready to be sent. */
export interface DrillRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

export const drillRequests = {
  save: (vault: string, name: string, properties: DrillBody["properties"]): DrillRequest => ({
    method: "PUT",
    path: api.drill(vault, name),
    body: { properties },
  }),
  enable: (vault: string, name: string, enabled: boolean): DrillRequest => ({
    method: "PATCH",
    path: api.drill(vault, name),
    body: { properties: { enabled } },
  }),
  run: (vault: string, name: string): DrillRequest => ({ method: "POST", path: api.drill(vault, name, "run") }),
  skipNext: (vault: string, name: string): DrillRequest => ({
    method: "POST",
    path: api.drill(vault, name, "skipNext"),
  }),
  remove: (vault: string, name: string): DrillRequest => ({ method: "DELETE", path: api.drill(vault, name) }),
};
