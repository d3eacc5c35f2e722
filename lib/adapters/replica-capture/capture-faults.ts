import { Fault } from "@/lib/kernel/fault";

export function replicaNotOff(name: string, power: string): Fault {
  return new Fault({
    code: "ReplicaNotOff",
    message: `${name} is ${power} in the region; its last changes can be taken only when it is off.`,
    possibleCauses: "It was started again after it was shut down for the failback.",
    recommendedAction: "Shut it down and run the failback again: only what has changed since is sent.",
  });
}

export function replicaNotWhole(name: string): Fault {
  return new Fault(
    {
      code: "ReplicaNotWhole",
      message: `${name} was started instantly, and its disks have not come from the vault completely.`,
      possibleCauses: "They are still being completed behind the running machine.",
      recommendedAction: "Wait until the machine's page says that its disks are complete, then try again.",
    },
    { retryable: true },
  );
}

export function captureVoid(name: string): Fault {
  return new Fault(
    {
      code: "CutVoid",
      message: `What was read of ${name} is not one instant: its host restarted meanwhile, or the machine was started or removed.`,
      possibleCauses: "The region's compute host was killed and started again, or the replica was changed meanwhile.",
      recommendedAction: "Try again: what has been stored is not stored again.",
    },
    { retryable: true },
  );
}
