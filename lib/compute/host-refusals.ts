import { Fault, Refusal } from "@/lib/kernel/fault";

export function machineUnknown(id: string): Refusal {
  return new Refusal("notFound", {
    code: "MachineNotFound",
    message: `There is no machine '${id}' on this host.`,
    possibleCauses: "It was removed, or it belongs to another host.",
    recommendedAction: "List the host's machines.",
  });
}

export function diskUnknown(machineName: string, id: string): Refusal {
  return new Refusal("notFound", {
    code: "DiskNotFound",
    message: `The machine '${machineName}' has no disk '${id}'.`,
    possibleCauses: "The disk was removed from the machine since it was protected.",
    recommendedAction: "Look at the machine's disks and choose again.",
  });
}

export function machineNotBootable(name: string): Refusal {
  return new Refusal("notAllowed", {
    code: "MachineNotBootable",
    message: `The machine '${name}' cannot be started here.`,
    possibleCauses: "It comes from a folder of disk images: its images are served for replication only.",
    recommendedAction: "Start it where it lives, or run a test failover to start its replica.",
  });
}

export function hypervisorUnavailable(name: string, reason: string): Fault {
  return new Fault({
    code: "HypervisorUnavailable",
    message: `The machine '${name}' was not started. ${reason}`,
    possibleCauses: "This computer has no hypervisor that can be used.",
    recommendedAction: "Install what is missing and start the machine again. Its disks are untouched.",
  });
}

export function badRequest(reason: string): Refusal {
  return new Refusal("invalid", {
    code: "RequestNotValid",
    message: `The compute host cannot use this request: ${reason}`,
    possibleCauses: "The program that sent it has another version, or a bug.",
    recommendedAction: "Bring both to the same version.",
  });
}

export function diskNotWhole(name: string): Refusal {
  return new Refusal("conflict", {
    code: "DiskNotWhole",
    message: `'${name}' was started instantly and has not come from the vault completely.`,
    possibleCauses: "It is still being completed behind the running machine.",
    recommendedAction: "Wait until its virtual machine's page says that the disk is complete, then try again.",
  });
}

export function hypervisorNotUsable(reason: string): Refusal {
  return new Refusal("conflict", {
    code: "HypervisorUnavailable",
    message: `This hypervisor cannot be chosen. ${reason}`,
    possibleCauses: "It is not installed on this computer.",
    recommendedAction: "Install it and choose it again, or stay with the one that is chosen.",
  });
}

export function synchronizationIncomplete(name: string, stage: "writing" | "moreToCome"): Refusal {
  const message =
    stage === "writing"
      ? `The disks of '${name}' are being made what its replica is, or that was interrupted: they may be a mixture.`
      : `The disks of '${name}' are an earlier state of its replica, whose last changes have not come yet.`;
  return new Refusal("conflict", {
    code: "SynchronizationIncomplete",
    message,
    possibleCauses: "A failback synchronizes this machine, was cancelled, or its host or agent was stopped meanwhile.",
    recommendedAction: "Let the failback go on, or start it again: it synchronizes again and sends only what differs.",
  });
}

export function machineNotOff(name: string, power: string): Refusal {
  return new Refusal("conflict", {
    code: "MachineNotOff",
    message: `'${name}' is ${power}; its disks can be replaced only while it is off.`,
    possibleCauses: "It was started again after it was shut down.",
    recommendedAction: "Shut it down first. What it has written since its failover will be overwritten.",
  });
}

export function imageChangedSince(name: string, diskId: string): Refusal {
  return new Refusal("conflict", {
    code: "ImageChanged",
    message: `Disk ${diskId} of '${name}' was written by another program since it was proven.`,
    possibleCauses: "Another program uses the disk image.",
    recommendedAction: "Make sure that nothing else uses the image, then synchronize again.",
  });
}
