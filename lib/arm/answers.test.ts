import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { accepted } from "./answers";
import type { Call } from "./route";

const vault = { subscriptionId: "s", resourceGroup: "contoso", name: "v" } as Parameters<typeof accepted>[1];
const answer = (apiVersion: string) =>
  accepted({ origin: "http://127.0.0.1:3000", apiVersion } as Call, vault, { id: "j1" } as Job, "/vaults/v");

describe("the addresses of an accepted job", () => {
  it("are read with the caller's version where Site Recovery speaks it", () => {
    expect(answer("2023-06-01").headers.get("azure-asyncoperation")).toMatch(
      /replicationJobs\/j1\?api-version=2023-06-01$/,
    );
    expect(answer("2023-06-01").headers.get("location")).toMatch(/operationresults\/j1\?api-version=2023-06-01$/);
  });

  it("are read with a version that they speak when our own namespace has started the job", () => {
    expect(answer("2026-11-01").headers.get("azure-asyncoperation")).toMatch(/\?api-version=2024-04-01$/);
    expect(answer("2026-11-01").headers.get("location")).toMatch(/\?api-version=2024-04-01$/);
  });

  it("keep a vault's version for the vault, though its jobs do not speak it", () => {
    expect(answer("2025-02-01").headers.get("azure-asyncoperation")).toMatch(/\?api-version=2024-04-01$/);
    expect(answer("2025-02-01").headers.get("location")).toMatch(/\?api-version=2025-02-01$/);
  });
});
