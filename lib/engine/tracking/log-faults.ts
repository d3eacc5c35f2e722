import { Fault } from "@/lib/kernel/fault";

export function writeLogDamaged(path: string, why: string): Fault {
  return new Fault({
    code: "WriteLogDamaged",
    message: `The write log '${path}' is damaged: ${why}. Which blocks changed is no longer known.`,
    possibleCauses: "The medium that holds the log is failing, or another program changed the file.",
    recommendedAction:
      "Nothing is lost: the next replication reads the whole disk. Check the medium if this happens again.",
  });
}

export function preserveLogDamaged(path: string, why: string): Fault {
  return new Fault({
    code: "PreserveLogDamaged",
    message: `The preserve log '${path}' is damaged: ${why}. The disk cannot be read as it was at the cut.`,
    possibleCauses: "The medium that holds the log is failing, or another program changed the file.",
    recommendedAction: "Discard what was read and take a new cut. Check the medium if this happens again.",
  });
}

export function cutVoid(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "CutVoid",
      message: `The cut that '${path}' belongs to has ended, so the disk can no longer be read as it was.`,
      possibleCauses:
        "The cut was released or replaced by a newer one, the host was restarted, or there was no space left to preserve overwritten blocks.",
      recommendedAction: "Discard what was read and take a new cut. If space ran out, free some on the host first.",
    },
    { cause, retryable: true },
  );
}

export function imageChangedWhileReading(path: string): Fault {
  return new Fault(
    {
      code: "ImageChangedWhileReading",
      message: `The image '${path}' was written by another program while it was read.`,
      possibleCauses: "A virtual machine that is not managed here runs on this image, or a tool changed it.",
      recommendedAction:
        "Shut down what uses the image, or run the machine on the host that is registered, then try again.",
    },
    { retryable: true },
  );
}
