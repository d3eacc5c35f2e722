import type { Explanation } from "@/lib/kernel/fault";
import type { Job, JobError, JobStep } from "./job";
import type { StepContext } from "./job-definition";
import type { ExecutionParts } from "./execution-parts";
import { hasEnded } from "./job-states";
import type { JobRecord, StepFindings } from "./job-record";
import { JobService } from "./job-service";
import { runnerMemory } from "./runner-memory";

const PROGRESS_WRITE_MS = 1_000;
const PROGRESS_SHOW_MS = 250;

/** The step's view of the running job, and `finish`, which hands over what it gathered. */
export function stepContext<S>(
  parts: ExecutionParts<S>,
  record: JobRecord<S>,
  index: number,
  signal: AbortSignal,
): { readonly context: StepContext<S>; readonly finish: () => StepFindings } {
  const gathered = { remembered: {} as Record<string, unknown>, details: {} as Record<string, unknown> };
  const warnings: JobError[] = [];
  const shown: JobError[] = [];
  const warningOf = (explanation: Explanation): JobError => ({
    ...explanation,
    at: parts.clock.now().toISOString(),
    stepName: record.step(index).name,
    severity: "Warning",
  });
  const meter = new ProgressMeter(parts, record, index, () => gathered.details);
  const attempt = runnerMemory(record.job).attempt;
  const context: StepContext<S> = {
    services: parts.services(),
    get job() {
      return record.job;
    },
    get step() {
      return record.step(index);
    },
    get memory() {
      return record.job.memory;
    },
    signal,
    resumed: runnerMemory(record.job).resumes[String(index)] ?? null,
    attempt,
    remember: (patch) => void Object.assign(gathered.remembered, patch),
    checkpoint: (patch) => record.remember(patch),
    progress: (bytesDone, bytesTotal) => meter.set({ bytesDone, bytesTotal }),
    report: (details) => void Object.assign(gathered.details, details),
    async reportNow(found) {
      Object.assign(gathered.details, found);
      const details = { ...record.step(index).details, ...gathered.details };
      await record.stepProgress(index, { progress: meter.current, details });
    },
    warn: (explanation) => void warnings.push(warningOf(explanation)),
    async warnNow(explanation) {
      const warning = warningOf(explanation);
      await record.stepWarned(index, warning);
      shown.push(warning);
    },
    runChild: (key, request) => runChild(parts, record, { index, key: `${index}/${attempt}/${key}`, request, signal }),
  };
  return { context, finish: () => ({ ...gathered, progress: meter.current, warnings, shown }) };
}

class ProgressMeter<S> {
  current: JobStep["progress"];
  private shownAt = -Infinity;
  private writtenAt: number;
  private writing = false;

  constructor(
    private readonly parts: ExecutionParts<S>,
    private readonly record: JobRecord<S>,
    private readonly index: number,
    private readonly details: () => Record<string, unknown>,
  ) {
    this.current = record.step(index).progress;
    this.writtenAt = parts.clock.monotonicMs();
  }

  set(progress: NonNullable<JobStep["progress"]>): void {
    this.current = progress;
    const { job } = this.record;
    this.parts.changes.setProgress(job.id, this.index, progress);
    const now = this.parts.clock.monotonicMs();
    if (now - this.shownAt >= PROGRESS_SHOW_MS) {
      this.shownAt = now;
      this.parts.changes.publish(job, { ...this.record.step(this.index), progress });
    }
    if (now - this.writtenAt >= PROGRESS_WRITE_MS && !this.writing) this.write(now);
  }

  private write(now: number): void {
    this.writtenAt = now;
    this.writing = true;
    const details = { ...this.record.step(this.index).details, ...this.details() };
    const done = () => void (this.writing = false);
    // A write that fails here fails again, visibly, when the step's end is written.
    this.record.stepProgress(this.index, { progress: this.current, details }).then(done, done);
  }
}

interface ChildRequest {
  readonly index: number;
  readonly key: string;
  readonly request: Parameters<StepContext<unknown>["runChild"]>[1];
  readonly signal: AbortSignal;
}

/** The child's id is written before the child is made, so that a repeated step finds the one it started. */
async function runChild<S>(parts: ExecutionParts<S>, record: JobRecord<S>, child: ChildRequest): Promise<Job> {
  const queue = new JobService(parts);
  const id = runnerMemory(record.job).children[child.key] ?? parts.random.uuid();
  await record.setChild(child.index, child.key, id);
  if ((await parts.store.get(id)) === null) {
    await queue.enqueue({ ...child.request, id, parentJobId: record.job.id });
  }
  try {
    return await queue.waitForEnd(id, child.signal);
  } catch (error) {
    if (child.signal.aborted && (await record.cancelRequested())) await cancelChild(queue, id);
    throw error;
  }
}

async function cancelChild<S>(queue: JobService<S>, id: string): Promise<void> {
  const job = await queue.get(id);
  if (job === null || hasEnded(job.state)) return;
  const allowed = queue.allowedActions(job, await queue.steps(id));
  if (allowed.includes("Cancel")) await queue.cancel(id);
  await queue.waitForEnd(id);
}
