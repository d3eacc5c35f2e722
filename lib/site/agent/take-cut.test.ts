import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import { ReplicatingHost } from "@/lib/testing/replicating-host";
import type { FreezeOutcome, QuiesceHooks } from "./quiesce-hooks";

const KIB = 1024;
const hourly = { frequencySeconds: 3_600, lastAttemptAt: null };
const failure = (code: string): Explanation => ({ code, message: code, possibleCauses: "-", recommendedAction: "-" });

let world: ReplicatingHost;
let happened: string[];
let freezes: FreezeOutcome;
let thawProblem: Explanation | null;

const hooks: QuiesceHooks = {
  freeze: async ({ id }) => {
    happened.push(`freeze ${id}`);
    return freezes;
  },
  thaw: async ({ id }) => {
    happened.push(`thaw ${id}`);
    return thawProblem;
  },
  thawLeftovers: async () => undefined,
};

beforeEach(async () => {
  world = new ReplicatingHost();
  await world.listen();
  happened = [];
  freezes = { state: "frozen" };
  thawProblem = null;
  const put = world.store.put.bind(world.store);
  world.store.put = async (name, bytes) => {
    if (name.startsWith("points/")) happened.push("commit");
    await put(name, bytes);
  };
});
afterEach(() => world.close());

const replicator = (changes = {}) =>
  world.replicator(world.desired("m1", { applicationConsistent: hourly, ...changes }), { hooks });

describe("a point that is to be application-consistent", () => {
  it("is, when the workload was frozen before the cut; it goes on right after it, long before anything is sent", async () => {
    await world.addMachine("m1", 128 * KIB);
    const machine = replicator();
    await machine.replicateNow(false);
    expect(happened).toEqual(["freeze m1", "thaw m1", "commit"]);
    expect(world.points[0]).toMatchObject({ kind: "ApplicationConsistent", quiesceProblem: null });
    // Not again before the policy's hour is over.
    await machine.replicateNow(false);
    expect(world.points[1]).toMatchObject({ kind: "CrashConsistent", quiesceProblem: null });
    expect(happened.filter((what) => what.startsWith("freeze"))).toHaveLength(1);
  });

  it("keeps the workload frozen until an image is read that nobody preserves", async () => {
    await world.addMachine("m1", 128 * KIB, false);
    const read = world.client.verifyCut.bind(world.client);
    world.client.verifyCut = async (id, cutId) => {
      happened.push("read");
      return read(id, cutId);
    };
    await replicator().replicateNow(false);
    expect(happened).toEqual(["freeze m1", "read", "thaw m1", "commit"]);
    expect(world.points[0]?.kind).toBe("ApplicationConsistent");
  });

  it("falls back to crash-consistent and says why when the freeze fails; the workload is let go on", async () => {
    await world.addMachine("m1", 128 * KIB);
    freezes = { state: "failed", problem: failure("FreezeHookTimedOut") };
    await replicator().replicateNow(false);
    expect(happened).toEqual(["freeze m1", "thaw m1", "commit"]);
    expect(world.points[0]).toMatchObject({ kind: "CrashConsistent", quiesceProblem: { code: "FreezeHookTimedOut" } });
  });

  it("says what went wrong with letting the workload go on, and is consistent all the same", async () => {
    await world.addMachine("m1", 128 * KIB);
    thawProblem = failure("ThawHookFailed");
    await replicator().replicateNow(false);
    expect(world.points[0]).toMatchObject({
      kind: "ApplicationConsistent",
      quiesceProblem: { code: "ThawHookFailed" },
    });
  });

  it("lets the workload go on when there is no cut, and when the image cannot be read", async () => {
    await world.addMachine("m1", 128 * KIB, false);
    const cut = world.client.cut.bind(world.client);
    world.client.cut = () => Promise.reject(new Fault(failure("ComputeHostUnreachable")));
    await expect(replicator().replicateNow(false)).rejects.toThrow("ComputeHostUnreachable");
    world.client.cut = cut;
    world.client.verifyCut = async () => false;
    await expect(replicator().replicateNow(false)).rejects.toMatchObject({ code: "CutVoid" });
    expect(happened).toEqual(["freeze m1", "thaw m1", "freeze m1", "thaw m1"]);
  });

  it("is crash-consistent with a note where there is nothing to ask, and is asked for again only after the time", async () => {
    await world.addMachine("m1", 128 * KIB);
    freezes = { state: "none", problem: failure("QuiesceNotAvailable") };
    await replicator().replicateNow(false);
    expect(happened).toEqual(["freeze m1", "commit"]);
    expect(world.points[0]).toMatchObject({ kind: "CrashConsistent", quiesceProblem: { code: "QuiesceNotAvailable" } });
    const attempt = { ...hourly, lastAttemptAt: new Date().toISOString() };
    await replicator({ applicationConsistent: attempt }).replicateNow(false);
    await replicator({ applicationConsistent: null }).replicateNow(false);
    expect(world.points.slice(1).map((point) => point.quiesceProblem)).toEqual([null, null]);
  });

  it("is not asked of a machine whose last changes are sent: it is off", async () => {
    await world.addMachine("m1", 128 * KIB);
    await world.host.stop("m1");
    await replicator().replicateNow(true);
    expect(happened).toEqual(["commit"]);
    expect(world.points[0]).toMatchObject({ final: true, kind: "CrashConsistent", quiesceProblem: null });
  });
});
