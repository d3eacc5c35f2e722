import { assert, BugError } from "@/lib/kernel/assert";
import type { JobError, JobStep } from "./job";
import type { JobDefinition, StepDefinition, StepOutcome } from "./job-definition";
import { explanationOf } from "./error-of";
import type { ExecutionParts } from "./execution-parts";
import { JobRecord, LeaseLost } from "./job-record";
import { isSettled } from "./job-states";
import { runnerMemory } from "./runner-memory";
import { stepContext } from "./step-context";

/** Runs one job that this process has claimed, until it ends, suspends, or the process has to let go of it. */
export class JobExecution<S> {
  private readonly cancelling = new AbortController();
  private readonly leaving = new AbortController();
  private record!: JobRecord<S>;

  constructor(
    private readonly parts: ExecutionParts<S>,
    private readonly jobId: string,
  ) {}

  /** A person wants it to end: running steps are asked to stop, then everything done is taken back. */
  cancel(): void {
    this.cancelling.abort();
  }

  /** Leaves everything as a kill would; the next runner goes on. */
  letGo(): void {
    this.leaving.abort();
  }

  /** @throws LeaseLost, or whatever the store throws: then another runner takes the job over. */
  async run(): Promise<void> {
    this.record = await JobRecord.load(this.parts, this.jobId);
    const definition = this.parts.definitions.get(this.record.job.scenarioName);
    if (!definition || !this.matches(definition)) return this.endUnknown(definition);
    const steps = definition.steps(this.record.job.input);
    if (runnerMemory(this.record.job).undoing === null) {
      await this.record.started();
      const ended = await this.forward(steps);
      if (!ended) return;
      if (ended === "Succeeded" || ended === "PartiallySucceeded" || ended === "Stays")
        return this.end(definition, ended);
      await this.record.turnBack(ended);
    }
    await this.backward(steps);
    if (this.lettingGo) return;
    await this.end(definition, runnerMemory(this.record.job).undoing?.outcome ?? "Failed");
  }

  /** Null: suspended, or this process lets go. Stays: failed past the point of no return. */
  private async forward(
    steps: readonly StepDefinition<S>[],
  ): Promise<"Succeeded" | "PartiallySucceeded" | "Failed" | "Cancelled" | "Stays" | null> {
    for (const batch of batches(steps)) {
      // Killed between the failure of a step and the turning back: the failure stands, the step is not tried again.
      if (batch.some((index) => this.step(index).state === "Failed" && !this.passedOver(steps, index))) {
        return this.pastReturn(steps) ? "Stays" : "Failed";
      }
      const todo = batch.filter((index) => !isSettled(this.step(index).state) && !this.passedOver(steps, index));
      if (todo.length === 0) continue;
      if (this.lettingGo) return null;
      if (await this.cancelWanted(steps)) return "Cancelled";
      const results = await this.runTogether(steps, todo);
      if (this.lettingGo) return null;
      if (results.includes("failed") || results.includes("notBegun")) {
        if (await this.cancelWanted(steps)) return "Cancelled";
        return this.pastReturn(steps) ? "Stays" : "Failed";
      }
      if (results.includes("suspended")) {
        await this.record.suspended();
        return null;
      }
    }
    return this.record.steps.some((step) => step.state === "Failed") ? "PartiallySucceeded" : "Succeeded";
  }

  /** A step that failed in this attempt and did not stop the job. */
  private passedOver(steps: readonly StepDefinition<S>[], index: number): boolean {
    return at(steps, index).continueOnFailure === true && this.step(index).state === "Failed";
  }

  /**
   * Waits for all of them, also when one throws: nothing may go on behind the back of whoever comes next. Of a lane with a
   * width, those whose turn has not come are not begun any more once one has failed or the job is to end.
   */
  private async runTogether(
    steps: readonly StepDefinition<S>[],
    indices: readonly number[],
  ): Promise<("went" | "failed" | "suspended" | "notBegun")[]> {
    const [first] = indices;
    const width = first === undefined ? indices.length : (at(steps, first).laneWidth ?? indices.length);
    const waiting = [...indices];
    const results: ("went" | "failed" | "suspended")[] = [];
    let stopped = false;
    const turns = Array.from({ length: Math.min(width, indices.length) }, async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        try {
          const result = await this.runStep(at(steps, index), index);
          results.push(result);
          stopped ||= result === "failed";
        } catch (error) {
          stopped = true;
          throw error;
        }
        if (stopped || this.lettingGo) return;
        if (this.cancelling.signal.aborted && !this.pastReturn(steps)) return;
      }
    });
    for (const turn of await Promise.allSettled(turns)) if (turn.status === "rejected") throw turn.reason;
    return [...results, ...waiting.map(() => "notBegun" as const)];
  }

  private async runStep(definition: StepDefinition<S>, index: number): Promise<"went" | "failed" | "suspended"> {
    await this.record.stepStarted(index);
    // A step past the point of no return hears only of this process ending, not of a cancellation that came too late.
    const final = definition.irrevocable === true;
    const { context, finish } = stepContext(this.parts, this.record, index, final ? this.leaving.signal : this.signal);
    let outcome: StepOutcome;
    try {
      outcome = await definition.run(context);
    } catch (error) {
      if (this.lettingGo || error instanceof LeaseLost) throw error;
      const cancelled = this.cancelling.signal.aborted && !final;
      await this.record.stepFailed(index, cancelled ? null : this.errorOf(error, definition.name), finish());
      return definition.continueOnFailure === true && !cancelled ? "went" : "failed";
    }
    if (this.lettingGo) return "went";
    await this.record.stepDone(index, outcome, finish());
    return typeof outcome === "object" && "suspend" in outcome ? "suspended" : "went";
  }

  private async backward(steps: readonly StepDefinition<S>[]): Promise<void> {
    for (const step of [...this.record.steps].reverse()) {
      const undoing = runnerMemory(this.record.job).undoing;
      assert(undoing, "going backward without having turned back");
      if (this.lettingGo) return;
      if (step.state === "NotStarted" || step.state === "Skipped" || undoing.undone.includes(step.index)) continue;
      await this.undoStep(at(steps, step.index), step.index);
    }
  }

  private async undoStep(definition: StepDefinition<S>, index: number): Promise<void> {
    if (definition.undo === undefined) return;
    // Undoing is not cancelled by the cancellation that caused it, only by the end of this process.
    const { context } = stepContext(this.parts, this.record, index, this.leaving.signal);
    let error: JobError | null = null;
    try {
      await definition.undo(context);
    } catch (problem) {
      if (this.lettingGo || problem instanceof LeaseLost) throw problem;
      error = this.errorOf(problem, definition.name);
    }
    if (!this.lettingGo) await this.record.stepUndone(index, error);
  }

  private async end(
    definition: JobDefinition<S>,
    how: "Succeeded" | "PartiallySucceeded" | "Stays" | "Failed" | "Cancelled",
  ): Promise<void> {
    const state = how === "Succeeded" || how === "Cancelled" ? how : "Failed";
    await definition.settle?.(this.parts.services(), this.record.job, { state, errors: this.record.job.errors });
    if (this.lettingGo) return;
    const descriptions = { Succeeded: "Completed", PartiallySucceeded: "PartiallySucceeded", Cancelled: "Cancelled" };
    await this.record.ended(state, how === "Stays" || how === "Failed" ? "Failed" : descriptions[how]);
  }

  private async endUnknown(definition: JobDefinition<S> | undefined): Promise<void> {
    const error = this.errorOf(
      new BugError(
        definition
          ? `the steps of ${this.record.job.scenarioName} are not those that the job was made with`
          : `there is no definition for ${this.record.job.scenarioName}`,
      ),
      null,
    );
    await definition?.settle?.(this.parts.services(), this.record.job, { state: "Failed", errors: [error] });
    await this.record.ended("Failed", "Failed", [error]);
  }

  private matches(definition: JobDefinition<S>): boolean {
    const names = definition.steps(this.record.job.input).map((step) => step.name);
    return JSON.stringify(names) === JSON.stringify(this.record.steps.map((step) => step.name));
  }

  private async cancelWanted(steps: readonly StepDefinition<S>[]): Promise<boolean> {
    if (this.pastReturn(steps)) return false;
    return this.cancelling.signal.aborted || (await this.record.cancelRequested());
  }

  private pastReturn(steps: readonly StepDefinition<S>[]): boolean {
    return this.record.steps.some((step) => at(steps, step.index).irrevocable === true && step.state !== "NotStarted");
  }

  private get lettingGo(): boolean {
    return this.leaving.signal.aborted;
  }

  private get signal(): AbortSignal {
    return AbortSignal.any([this.cancelling.signal, this.leaving.signal]);
  }

  private step(index: number): JobStep {
    return at(this.record.steps, index);
  }

  private errorOf(error: unknown, stepName: string | null): JobError {
    return { ...explanationOf(error), at: this.parts.clock.now().toISOString(), stepName, severity: "Error" };
  }
}

function batches(steps: readonly { readonly lane?: string }[]): number[][] {
  const result: number[][] = [];
  steps.forEach((step, index) => {
    const previous = result.at(-1);
    const sameLane = step.lane !== undefined && index > 0 && steps[index - 1]?.lane === step.lane;
    if (sameLane && previous) previous.push(index);
    else result.push([index]);
  });
  return result;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert(item !== undefined, `no step ${index}`);
  return item;
}
