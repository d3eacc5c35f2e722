import { Fault } from "@/lib/kernel/fault";

/** What every file system says when a file operation fails; adapters translate the operating system's codes into these. */
export class StorageFullFault extends Fault {
  override readonly name = "StorageFullFault";
  constructor(path: string, cause?: unknown) {
    super(
      {
        code: "StorageFull",
        message: `There is no space left to write '${path}'.`,
        possibleCauses: "The disk or the quota that holds this file is full.",
        recommendedAction: "Free space on that disk, or move the data to a larger one, then try again.",
      },
      { cause },
    );
  }
}

export function fileNotFound(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "FileNotFound",
      message: `The file '${path}' does not exist.`,
      possibleCauses: "It was moved, renamed or deleted, or the disk that holds it is not mounted.",
      recommendedAction: "Check the path, bring the file back, then try again.",
    },
    { cause },
  );
}

export function fileAlreadyExists(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "FileExists",
      message: `The file '${path}' exists already and is not overwritten.`,
      possibleCauses: "An earlier run left it, or two machines use the same path.",
      recommendedAction: "Choose another path, or remove the file if nobody needs it.",
    },
    { cause },
  );
}

export function fileAccessDenied(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "FileAccessDenied",
      message: `The file '${path}' may not be opened by the user that this program runs as.`,
      possibleCauses: "Its owner or its permissions do not allow it, or the disk is mounted read-only.",
      recommendedAction: "Give this user access to the file (for a source image: reading is enough), then try again.",
    },
    { cause },
  );
}

export function tooManyOpenFiles(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "TooManyOpenFiles",
      message: `The file '${path}' could not be opened because too many files are open.`,
      possibleCauses: "The limit of open files (ulimit -n) is low for the number of disks in use.",
      recommendedAction: "Raise the limit of open files and start the program again.",
    },
    { cause, retryable: true },
  );
}

export function notAFile(path: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "NotAFile",
      message: `'${path}' is not a regular file.`,
      possibleCauses: "The path names a folder, a device, a pipe or a socket.",
      recommendedAction: "Give the path of a disk image file.",
    },
    { cause },
  );
}

export function fileOperationFailed(path: string, operation: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "FileOperationFailed",
      message: `The operating system failed to ${operation} '${path}'${cause instanceof Error ? `: ${cause.message}` : ""}.`,
      possibleCauses: "The medium is damaged, was unplugged, or its network connection was lost.",
      recommendedAction: "Check the disk and the system log, then try again.",
    },
    { cause },
  );
}
