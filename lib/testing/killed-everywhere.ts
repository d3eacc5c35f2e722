import type { Job } from "@/lib/jobs/job";
import { RecoveryWorld } from "./recovery-world";
import { Severable } from "./severable";

/**
 * Runs a story once undisturbed, then once for every effect that its jobs have, killed before or after that effect and
 * finished by the next process (every third point by default: odd, so that both kinds of point are met). `check` sees every end; all must be alike. Returns the number of kills.
 */
export async function killedEverywhere(
  prepare: (world: RecoveryWorld) => Promise<Job>,
  check: (world: RecoveryWorld, job: Job, killAt: number | null) => Promise<void>,
  every = 3,
): Promise<number> {
  const counting = new Severable();
  const calm = new RecoveryWorld();
  await check(calm, await runIn(calm, await prepare(calm), counting), null);
  let kills = 0;
  for (let killAt = 1; killAt <= counting.calls; killAt += every) {
    const world = new RecoveryWorld();
    const job = await prepare(world);
    const severable = new Severable(killAt);
    const doomed = world.process(severable);
    doomed.runner.start();
    await Promise.race([severable.killed, doomed.context.jobs.waitForEnd(job.id)]);
    severable.kill();
    kills += 1;
    await check(world, await world.run(job), killAt);
  }
  return kills;
}

async function runIn(world: RecoveryWorld, job: Job, severable: Severable): Promise<Job> {
  const { context, runner } = world.process(severable);
  runner.start();
  const ended = await context.jobs.waitForEnd(job.id);
  await runner.stop();
  return ended;
}
