import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Job, JobStep } from "@/lib/jobs/job";
import type { JobStore } from "@/lib/jobs/job-store";

export interface JobStoreUnderTest {
  readonly store: JobStore;
  close(): Promise<void>;
}

const job = (changes: Partial<Job> = {}): Job => ({
  id: "job-1",
  vaultId: "vault-1",
  scenarioName: "TestFailover",
  friendlyName: "Test failover",
  state: "NotStarted",
  stateDescription: "NotStarted",
  input: { itemId: "item-1" },
  memory: {},
  targetId: "item-1",
  targetName: "sql-01",
  targetType: "ProtectionEntity",
  parentJobId: null,
  createdAt: "2026-11-22T08:00:00.000Z",
  startedAt: null,
  endedAt: null,
  cancelRequestedAt: null,
  cancelRequestedBy: null,
  errors: [],
  comments: null,
  ...changes,
});
const step = (index: number): JobStep => ({
  jobId: "job-1",
  index,
  name: `Step${index}`,
  friendlyName: `Step ${index}`,
  taskType: "Task",
  groupName: null,
  state: "NotStarted",
  startedAt: null,
  endedAt: null,
  progress: null,
  details: {},
  childJobId: null,
  errors: [],
});
const lease = (owner: string, leaseUntil = "2026-11-22T08:01:00.000Z") => ({ owner, leaseUntil });
const claim = (owner: string, now: string, takeOverFrom: string | null = null) => ({
  ...lease(owner),
  now,
  takeOverFrom,
});

/** Run by every implementation of the job store. */
export function describeJobStore(name: string, open: () => Promise<JobStoreUnderTest>): void {
  describe(`job store: ${name}`, () => {
    let tested: JobStoreUnderTest;
    let store: JobStore;
    beforeEach(async () => {
      tested = await open();
      store = tested.store;
    });
    afterEach(() => tested.close());

    it("gives back a job and its steps as they were put in", async () => {
      await store.create(job(), [step(0), step(1)]);
      expect(await store.get("job-1")).toEqual(job());
      expect(await store.steps("job-1")).toEqual([step(0), step(1)]);
      await expect(store.create(job(), [])).rejects.toThrow();
      expect(await store.steps("job-1")).toHaveLength(2);
    });

    it("gives the lease to one of two claimants, and to a third once it has run out", async () => {
      await store.create(job(), []);
      const now = "2026-11-22T08:00:30.000Z";
      const claims = await Promise.all([store.claim("job-1", claim("a", now)), store.claim("job-1", claim("b", now))]);
      expect(claims).toEqual([true, false]);
      expect(await store.claim("job-1", claim("a", now))).toBe(true);
      expect(await store.claim("job-1", claim("c", now, "x"))).toBe(false);
      expect(await store.claim("job-1", claim("c", "2026-11-22T08:01:00.000Z"))).toBe(true);
      expect(await store.renew("job-1", lease("a"))).toBe(false);
      expect(await store.renew("job-1", lease("c"))).toBe(true);
    });

    it("lets a dead owner's job be taken over before its lease has run out", async () => {
      await store.create(job(), []);
      const now = "2026-11-22T08:00:01.000Z";
      await store.claim("job-1", claim("dead", now));
      expect(await store.claim("job-1", claim("next", now, "dead"))).toBe(true);
      expect((await store.open())[0]).toMatchObject({ owner: "next" });
    });

    it("refuses the writes of an owner that lost its lease, wholly", async () => {
      await store.create(job(), [step(0)]);
      await store.claim("job-1", claim("a", "2026-11-22T08:00:00.000Z"));
      const changes = { job: { state: "Failed" as const }, steps: [{ index: 0, state: "Failed" as const }] };
      expect(await store.update("job-1", { owner: "b" }, changes)).toBe(false);
      expect(await store.get("job-1")).toEqual(job());
      expect(await store.steps("job-1")).toEqual([step(0)]);
      expect(await store.update("gone", {}, changes)).toBe(false);
    });

    it("writes the job and its steps in one go, and only what is given", async () => {
      await store.create(job(), [step(0), step(1)]);
      await store.claim("job-1", claim("a", "2026-11-22T08:00:00.000Z"));
      const guard = { owner: "a", states: ["NotStarted"] as const };
      const cancel = { cancelRequestedAt: "earlier", cancelRequestedBy: "ann" };
      const written = await store.update("job-1", guard, {
        job: { state: "Succeeded", memory: { folder: "x" }, endedAt: "later", ...cancel },
        steps: [{ index: 1, state: "Succeeded", progress: { bytesDone: 2 ** 40, bytesTotal: 2 ** 40 } }],
        releaseLease: true,
      });
      expect(written).toBe(true);
      const expected = job({ state: "Succeeded", memory: { folder: "x" }, endedAt: "later", ...cancel });
      expect(await store.get("job-1")).toEqual(expected);
      expect(await store.steps("job-1")).toEqual([
        step(0),
        { ...step(1), state: "Succeeded", progress: { bytesDone: 2 ** 40, bytesTotal: 2 ** 40 } },
      ]);
      expect(await store.update("job-1", guard, {})).toBe(false);
      expect(await store.open()).toEqual([]);
      expect(await store.claim("job-1", claim("b", "2026-11-22T09:00:00.000Z"))).toBe(false);
    });

    it("checks the guard of an update that only writes steps", async () => {
      await store.create(job(), [step(0)]);
      await store.claim("job-1", claim("a", "2026-11-22T08:00:00.000Z"));
      const changes = { steps: [{ index: 0, details: { found: 3 } }] };
      expect(await store.update("job-1", { owner: "b" }, changes)).toBe(false);
      expect(await store.update("job-1", { owner: "a" }, changes)).toBe(true);
      expect((await store.steps("job-1"))[0]?.details).toEqual({ found: 3 });
    });

    it("forgets jobs with their steps, but none that has not ended", async () => {
      await store.create(job(), [step(0)]);
      await store.create(job({ id: "waiting", state: "Suspended" }), []);
      await store.forget(["job-1", "waiting", "unknown"]);
      expect((await store.list({})).map(({ id }) => id).sort()).toEqual(["job-1", "waiting"]);
      await store.claim("job-1", claim("a", "2026-11-22T08:00:00.000Z"));
      await store.update("job-1", { owner: "a" }, { job: { state: "Failed" } });
      await store.forget(["job-1"]);
      expect((await store.list({})).map(({ id }) => id)).toEqual(["waiting"]);
      expect(await store.steps("job-1")).toEqual([]);
    });

    it("checks the states of steps that a guard names", async () => {
      await store.create(job(), [{ ...step(0), state: "Suspended" }, step(1)]);
      const changes = { job: { state: "InProgress" as const }, steps: [{ index: 0, state: "InProgress" as const }] };
      const guard = { stepStates: [{ index: 0, state: "Suspended" as const }] };
      const written = await Promise.all([store.update("job-1", guard, changes), store.update("job-1", guard, changes)]);
      expect(written).toEqual([true, false]);
      expect(await store.update("job-1", { stepStates: [{ index: 9, state: "NotStarted" }] }, changes)).toBe(false);
    });

    it("finds jobs by every condition, newest first", async () => {
      const at = (minute: number) => `2026-11-22T08:0${minute}:00.000Z`;
      await store.create(job({ id: "a", createdAt: at(1) }), []);
      await store.create(job({ id: "b", createdAt: at(2), state: "Suspended", scenarioName: "EnableDr" }), []);
      await store.create(job({ id: "c", createdAt: at(2), vaultId: null, parentJobId: "a", targetId: "t" }), []);
      const ids = async (query: Parameters<JobStore["list"]>[0]) => (await store.list(query)).map((found) => found.id);
      expect(await ids({})).toEqual(["c", "b", "a"]);
      expect(await ids({ vaultId: "vault-1", limit: 1 })).toEqual(["b"]);
      expect(await ids({ states: ["Suspended", "Failed"] })).toEqual(["b"]);
      expect(await ids({ scenarioNames: ["EnableDr"] })).toEqual(["b"]);
      expect(await ids({ parentJobId: "a", targetId: "t" })).toEqual(["c"]);
      expect(await ids({ createdFrom: at(1), createdUntil: at(1) })).toEqual(["a"]);
      expect([await ids({ skip: 1 }), await ids({ skip: 1, limit: 1 }), await ids({ skip: 3 })]).toEqual([
        ["b", "a"],
        ["b"],
        [],
      ]);
      expect((await store.open()).map((found) => found.job.id)).toEqual(["a", "c"]);
      await store.deleteOfVault("vault-1");
      expect(await ids({})).toEqual(["c"]);
    });
  });
}
