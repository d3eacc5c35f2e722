/**
 * When points are due: at every interval, on a fixed grid, so that they do not drift by the time that a cycle takes. It
 * says when to cut and knows nothing of how bytes travel: a source whose writes stream all the time can cut by it too.
 *
 * A cycle that takes longer than the interval is followed by the next at once; intervals that passed meanwhile without
 * a point of their own are counted as missed.
 */
export class CutSchedule {
  #intervalMs: number;
  /** The instant of the grid that the newest point stands for; null before the first. */
  #coveredMs: number | null;
  #notBeforeMs: number;

  /** `coveredMs`: when the newest point was cut, on the clock of `nowMs`; null when there is none. */
  constructor(intervalMs: number, coveredMs: number | null, nowMs: number) {
    this.#intervalMs = intervalMs;
    this.#coveredMs = coveredMs;
    this.#notBeforeMs = nowMs;
  }

  get dueMs(): number {
    const due = this.#coveredMs === null ? this.#notBeforeMs : this.#coveredMs + this.#intervalMs;
    return Math.max(due, this.#notBeforeMs);
  }

  setInterval(intervalMs: number): void {
    this.#intervalMs = intervalMs;
  }

  /** After a failure: not before then. */
  postpone(untilMs: number): void {
    this.#notBeforeMs = untilMs;
  }

  /** Due now, and what was before is nobody's miss: the machine was failed over meanwhile, or protection began. */
  restart(nowMs: number): void {
    this.#coveredMs = null;
    this.#notBeforeMs = nowMs;
  }

  /**
   * A point was cut at `cutMs`. Returns how many intervals of the grid went by before it without a point. One that comes
   * before it is due (somebody asked for it) begins the grid anew.
   */
  covered(cutMs: number): number {
    const before = this.#coveredMs;
    const passed = before === null ? 0 : Math.floor((cutMs - before) / this.#intervalMs);
    this.#coveredMs = before === null || passed < 1 ? cutMs : before + passed * this.#intervalMs;
    this.#notBeforeMs = cutMs;
    return Math.max(0, passed - 1);
  }
}
