import { Fault } from "@/lib/kernel/fault";

export function engineThreadDied(cause: Error): Fault {
  return new Fault(
    {
      code: "EngineThreadDied",
      message: "A worker thread of the replication engine ended unexpectedly.",
      possibleCauses: "The process ran out of memory, or a bug of ours.",
      recommendedAction: "Nothing: the work is tried again. If it recurs, send us the log of the program.",
    },
    { cause, retryable: true },
  );
}
