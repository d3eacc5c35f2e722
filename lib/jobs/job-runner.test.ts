import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { MemoryJobStore } from "@/lib/testing/memory-job-store";
import { seededRandom } from "@/lib/testing/seeded-random";
import { Severable } from "@/lib/testing/severable";
import { TestClock } from "@/lib/testing/test-clock";
import type { Job } from "./job";
import { JobChanges } from "./job-changes";
import type { JobDefinition, StepContext } from "./job-definition";
import { JobRunner } from "./job-runner";
import { definitionRegistry, JobService } from "./job-service";

/** What jobs act on: effects with names, that survive kills, and refuse what a careless repetition would do twice. */
class World {
  readonly things = new Set<string>();
  readonly log: string[] = [];
  held: string | null = null;
  failures = new Map<string, number>();
  async make(name: string): Promise<void> {
    this.failIfPlanned(name);
    if (!this.things.has(name)) this.log.push(`made ${name}`);
    this.things.add(name);
  }
  async remove(name: string): Promise<void> {
    if (this.things.delete(name)) this.log.push(`removed ${name}`);
  }
  async letGo(): Promise<void> {
    this.held = null;
  }
  async hold(by: string): Promise<void> {
    this.held = by;
  }
  private failIfPlanned(name: string): void {
    const left = this.failures.get(name) ?? 0;
    if (left === 0) return;
    this.failures.set(name, left - 1);
    const explanation = { message: `${name} is full`, possibleCauses: "No space.", recommendedAction: "Make space." };
    throw new Fault({ code: "StorageFull", ...explanation });
  }
}

type Services = { world: World };
const make = (name: string) => async (context: StepContext<Services>) => {
  await context.services.world.make(name);
  return { details: { made: name } };
};
const remove = (name: string) => (context: StepContext<Services>) => context.services.world.remove(name);
const step = (name: string) => ({ name, friendlyName: `Make ${name}`, taskType: name });

const sample: JobDefinition<Services> = {
  scenarioName: "Sample",
  friendlyName: "Sample job",
  steps: (input) => [
    { ...step("folder"), run: make("folder"), undo: remove("folder") },
    ...["a", "b"].map((disk) => ({
      ...step(disk),
      groupName: "disks",
      lane: "disks",
      run: async (context: StepContext<Services>) => {
        await context.services.world.make(disk);
        context.progress(64, 64);
        context.remember({ [`root-${disk}`]: `hash of ${disk}` });
        return "done" as const;
      },
      undo: remove(disk),
    })),
    {
      ...step("ask"),
      run: async (context) => {
        if (input["ask"] !== true) return { skip: "nobody to ask" };
        return context.resumed
          ? { details: { said: context.resumed.comments } }
          : { suspend: "WaitingForManualAction" };
      },
    },
    { ...step("machine"), run: make("machine"), undo: remove("machine") },
  ],
  beforeRestart: (services, job) => services.world.hold(job.id),
  settle: (services) => services.world.letGo(),
};
const parent: JobDefinition<Services> = {
  scenarioName: "Parent",
  friendlyName: "Parent job",
  steps: () => [
    {
      ...step("child"),
      run: async (context) => {
        const target = { id: "t", name: "t", type: "T" };
        const request = { scenarioName: "Sample", vaultId: null, input: {}, target };
        const child = await context.runChild("only", request);
        if (child.state !== "Succeeded") {
          throw new Fault({ code: "ChildFailed", message: child.state, possibleCauses: "", recommendedAction: "" });
        }
        return "done";
      },
    },
  ],
};
const oneWay: JobDefinition<Services> = {
  scenarioName: "OneWay",
  friendlyName: "One way",
  steps: () => [
    { ...step("folder"), run: make("folder"), undo: remove("folder") },
    { ...step("switch"), irrevocable: true, run: make("switch"), undo: remove("switch") },
    { ...step("marked"), continueOnFailure: true, run: make("marked") },
    { ...step("after"), run: make("after") },
  ],
};

/** How many of its steps ran at the same time at most, and which have begun. */
const seen = { running: 0, most: 0, begun: [] as number[] };
const wide: JobDefinition<Services> = {
  scenarioName: "Wide",
  friendlyName: "Wide",
  steps: (input) =>
    Array.from({ length: 12 }, (_, index) => ({
      ...step(`s${index}`),
      lane: "wide",
      laneWidth: 3,
      run: async (context: StepContext<Services>) => {
        seen.begun.push(index);
        seen.most = Math.max(seen.most, (seen.running += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
        seen.running -= 1;
        if (input["failAt"] === index) await context.services.world.make("full");
        return "done" as const;
      },
    })),
};
const askTwice: JobDefinition<Services> = {
  scenarioName: "AskTwice",
  friendlyName: "Ask twice",
  steps: () =>
    ["first", "second"].map((name) => ({
      ...step(name),
      run: async (context) =>
        context.resumed ? { details: { ...context.resumed } } : { suspend: "WaitingForManualAction" },
    })),
};

const TARGET = { id: "vm1", name: "vm1", type: "ProtectionEntity" };

class Installation {
  readonly store = new MemoryJobStore();
  readonly world = new World();
  readonly clock = new TestClock();
  readonly random = seededRandom(7);
  private processes = 0;

  process(severable = new Severable()): { runner: JobRunner<Services>; queue: JobService<Services>; owner: string } {
    const owner = `process ${(this.processes += 1)}`;
    const services = { world: severable.wrap(this.world) };
    const parts = {
      store: severable.wrap(this.store),
      definitions: definitionRegistry([sample, parent, oneWay, wide, askTwice]),
      services: () => services,
      changes: new JobChanges(),
      clock: this.clock,
      random: this.random,
      owner,
    };
    const runner = new JobRunner(parts, {
      isOwnerDead: (name) => name !== owner,
      onTrouble: (error) => {
        throw error;
      },
    });
    return { runner, queue: new JobService(parts), owner };
  }

  transcript(): string[] {
    return this.world.log.splice(0);
  }

  async ended(job: Job): Promise<void> {
    expect(["Succeeded", "Failed", "Cancelled"]).toContain(job.state);
    for (const item of await this.store.steps(job.id)) expect(item.state).not.toBe("InProgress");
    expect(await this.store.open()).toEqual([]);
    expect(this.world.held).toBeNull();
  }
}

/** Runs `story` once undisturbed to count its effects, then once for every effect, killed there and started again. */
async function killedEverywhere(
  prepare: (installation: Installation) => Promise<Job>,
  after: (installation: Installation, job: Job, transcript: string[]) => Promise<void>,
): Promise<number> {
  const counting = new Severable();
  const calm = new Installation();
  const id = (await prepare(calm)).id;
  const first = calm.process(counting);
  first.runner.start();
  const end = await first.queue.waitForEnd(id);
  await first.runner.stop();
  await calm.ended(end);
  const expected = calm.transcript();
  await after(calm, end, expected);
  for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
    const installation = new Installation();
    const job = await prepare(installation);
    const severable = new Severable(killAt);
    const doomed = installation.process(severable);
    doomed.runner.start();
    await Promise.race([severable.killed, doomed.queue.waitForEnd(job.id)]);
    severable.kill();
    const next = installation.process();
    next.runner.start();
    const ended = await next.queue.waitForEnd(job.id);
    await next.runner.stop();
    await installation.ended(ended);
    expect({ killAt, state: ended.state }).toEqual({ killAt, state: end.state });
    await after(installation, ended, installation.transcript());
  }
  return counting.calls;
}

const enqueue = (installation: Installation, scenarioName: string, input = {}) =>
  installation.process().queue.enqueue({ scenarioName, vaultId: "v", input, target: TARGET });

describe("the job runner", () => {
  it("finishes a job that was killed before and after every single effect, doing each thing once", async () => {
    const kills = await killedEverywhere(
      (installation) => enqueue(installation, "Sample"),
      async (installation, job, transcript) => {
        expect(job.state).toBe("Succeeded");
        expect([...transcript].sort()).toEqual(["made a", "made b", "made folder", "made machine"]);
        expect(transcript[0]).toBe("made folder");
        expect(transcript.at(-1)).toBe("made machine");
        expect(job.memory).toMatchObject({ "root-a": "hash of a", "root-b": "hash of b" });
        const steps = await installation.store.steps(job.id);
        expect(steps.map((item) => item.state)).toEqual([
          "Succeeded",
          "Succeeded",
          "Succeeded",
          "Skipped",
          "Succeeded",
        ]);
      },
    );
    expect(kills).toBeGreaterThan(30);
  });

  it("takes everything back when a step fails, wherever it is killed on the way back", async () => {
    await killedEverywhere(
      async (installation) => {
        installation.world.failures.set("machine", 99);
        return enqueue(installation, "Sample");
      },
      async (installation, job, transcript) => {
        expect(job.state).toBe("Failed");
        expect(installation.world.things.size).toBe(0);
        expect(transcript.slice(-3)).toEqual(["removed b", "removed a", "removed folder"]);
        expect(job.errors.map((error) => error.code)).toEqual(["StorageFull"]);
      },
    );
  });

  it("finishes a parent and its child, of which there is never a second one, killed anywhere", async () => {
    await killedEverywhere(
      (installation) => enqueue(installation, "Parent"),
      async (installation, job) => {
        expect(job.state).toBe("Succeeded");
        const children = await installation.store.list({ parentJobId: job.id });
        expect(children.map((child) => child.state)).toEqual(["Succeeded"]);
        expect((await installation.store.steps(job.id))[0]?.childJobId).toBe(children[0]?.id);
      },
    );
  });

  it("starts a failed job again from the step that failed, after an undo from the first one undone", async () => {
    const installation = new Installation();
    installation.world.failures.set("machine", 1);
    const { runner, queue } = installation.process();
    runner.start();
    const job = await queue.enqueue({ scenarioName: "Sample", vaultId: "v", input: {}, target: TARGET });
    const failed = await queue.waitForEnd(job.id);
    expect(queue.allowedActions(failed, await queue.steps(job.id))).toEqual(["Restart"]);
    await queue.restart(job.id);
    const ended = await queue.waitForEnd(job.id);
    await runner.stop();
    expect(ended.state).toBe("Succeeded");
    expect(ended.errors).toEqual([]);
    expect([...installation.world.things].sort()).toEqual(["a", "b", "folder", "machine"]);
    await installation.ended(ended);
  });

  it("halts for a person, keeps halting over a kill, and goes on with the comment", async () => {
    const installation = new Installation();
    const first = installation.process();
    first.runner.start();
    const job = await first.queue.enqueue({
      scenarioName: "Sample",
      vaultId: "v",
      input: { ask: true },
      target: TARGET,
    });
    await suspended(first.queue, job.id);
    await first.runner.stop();
    const second = installation.process();
    second.runner.start();
    const halted = await suspended(second.queue, job.id);
    expect(halted.stateDescription).toBe("WaitingForManualAction");
    expect(second.queue.allowedActions(halted, await second.queue.steps(job.id))).toEqual(["Cancel", "Resume"]);
    await expect(second.queue.resume(job.id, "  ")).rejects.toMatchObject({ code: "CommentsRequired" });
    await second.queue.resume(job.id, "Switched the load balancer");
    const ended = await second.queue.waitForEnd(job.id);
    await second.runner.stop();
    expect(ended.state).toBe("Succeeded");
    expect(ended.comments).toBe("Switched the load balancer");
    expect((await second.queue.steps(job.id))[3]?.details).toMatchObject({ said: "Switched the load balancer" });
    await expect(second.queue.resume(job.id, "again")).rejects.toMatchObject({ code: "JobActionNotAllowed" });
  });

  it("takes back a job that is cancelled while it waits for a person", async () => {
    const installation = new Installation();
    const { runner, queue } = installation.process();
    runner.start();
    const job = await queue.enqueue({ scenarioName: "Sample", vaultId: "v", input: { ask: true }, target: TARGET });
    await suspended(queue, job.id);
    await queue.cancel(job.id);
    const ended = await queue.waitForEnd(job.id);
    await runner.stop();
    expect(ended.state).toBe("Cancelled");
    expect(installation.world.things.size).toBe(0);
    await installation.ended(ended);
  });

  it("never takes back what lies behind the point of no return, and records a failure that does not stop it", async () => {
    const installation = new Installation();
    installation.world.failures.set("marked", 1);
    const { runner, queue } = installation.process();
    runner.start();
    const job = await queue.enqueue({ scenarioName: "OneWay", vaultId: "v", input: {}, target: TARGET });
    const ended = await queue.waitForEnd(job.id);
    expect(ended).toMatchObject({ state: "Failed", stateDescription: "PartiallySucceeded" });
    expect([...installation.world.things]).toEqual(["folder", "switch", "after"]);
    await queue.restart(job.id);
    expect((await queue.waitForEnd(job.id)).state).toBe("Succeeded");
    await runner.stop();
  });

  it("leaves a job alone while a living process holds it, and takes it when the lease has run out", async () => {
    const installation = new Installation();
    const job = await enqueue(installation, "Sample");
    const now = installation.clock.now();
    const leaseUntil = new Date(now.getTime() + 60_000).toISOString();
    const lease = { owner: "another machine", leaseUntil, now: now.toISOString(), takeOverFrom: null };
    expect(await installation.store.claim(job.id, lease)).toBe(true);
    const again = { ...lease, owner: "us" };
    expect(await installation.store.claim(job.id, again)).toBe(false);
    expect(await installation.store.claim(job.id, { ...again, takeOverFrom: "another machine" })).toBe(true);
    expect(await installation.store.update(job.id, { owner: "another machine" }, { job: { state: "Failed" } })).toBe(
      false,
    );
    const late = new Date(now.getTime() + 60_001).toISOString();
    expect(await installation.store.claim(job.id, { ...lease, owner: "third", now: late })).toBe(true);
  });

  it("runs as many steps of a lane at the same time as its width says, and begins no more once one has failed", async () => {
    Object.assign(seen, { running: 0, most: 0, begun: [] });
    const calm = new Installation();
    const run = async (installation: Installation, id: string) => {
      const { runner, queue } = installation.process();
      runner.start();
      const ended = await queue.waitForEnd(id);
      await runner.stop();
      return ended;
    };
    expect((await run(calm, (await enqueue(calm, "Wide")).id)).state).toBe("Succeeded");
    expect([seen.most, seen.begun.length]).toEqual([3, 12]);
    Object.assign(seen, { running: 0, most: 0, begun: [] });
    const failing = new Installation();
    failing.world.failures.set("full", 1);
    const failed = await run(failing, (await enqueue(failing, "Wide", { failAt: 1 })).id);
    expect(failed.state).toBe("Failed");
    expect(seen.begun.length).toBeLessThan(8);
    const states = (await failing.store.steps(failed.id)).map((one) => one.state);
    expect(states.filter((state) => state === "NotStarted").length).toBeGreaterThan(4);
    expect((await failing.process().queue.restart(failed.id)).state).toBe("NotStarted");
    expect((await run(failing, failed.id)).state).toBe("Succeeded");
    expect(new Set(seen.begun).size).toBe(12);
  });

  it("lets exactly one of several people resume a step, never the step after it, and tells the others who did", async () => {
    const installation = new Installation();
    const job = await enqueue(installation, "AskTwice");
    const { runner, queue } = installation.process();
    runner.start();
    const until = async (index: number) => {
      while (
        (await queue.steps(job.id))[index]?.state !== "Suspended" ||
        (await queue.get(job.id))?.state !== "Suspended"
      )
        await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await until(0);
    const both = await Promise.allSettled(
      ["Ann", "Bob"].map((by) => queue.resume(job.id, "Done.", { by, stepIndex: 0 })),
    );
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = both.find((one) => one.status === "rejected") as PromiseRejectedResult;
    expect(lost.reason).toMatchObject({ kind: "conflict", message: expect.stringMatching(/(Ann|Bob) resumed it at/) });
    await until(1);
    await expect(queue.resume(job.id, "Late.", { stepIndex: 0 })).rejects.toMatchObject({ kind: "conflict" });
    expect((await queue.steps(job.id))[1]?.state).toBe("Suspended");
    await queue.resume(job.id, "Done too.", { by: "Eve", evidence: [{ fileName: "a.png" }] });
    expect((await queue.waitForEnd(job.id)).state).toBe("Succeeded");
    await runner.stop();
    expect((await queue.steps(job.id))[1]?.details).toMatchObject({ by: "Eve", evidence: [{ fileName: "a.png" }] });
  });
});

async function suspended(queue: JobService<Services>, jobId: string): Promise<Job> {
  for (;;) {
    const job = await queue.get(jobId);
    if (job?.state === "Suspended") return job;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
