import { Fault, Refusal } from "@/lib/kernel/fault";
import type { Reading } from "@/lib/domain/readiness-readings";

/** What the world, or a rule, keeps from being read is unknown, and says why. A defect of ours is not hidden so. */
export async function known<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { known: true, value: await read() };
  } catch (error) {
    if (error instanceof Fault || error instanceof Refusal) return { known: false, why: error.message };
    throw error;
  }
}
