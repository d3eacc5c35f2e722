import { Fault } from "@/lib/kernel/fault";
import {
  fileAccessDenied,
  fileAlreadyExists,
  fileNotFound,
  fileOperationFailed,
  notAFile,
  StorageFullFault,
  tooManyOpenFiles,
} from "@/lib/engine/disk/file-faults";

/** What the operating system says of a file, in our words. A Fault stays what it is. `operation` as in "failed to …". */
export function translateFileError(error: unknown, file: string, operation: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return new StorageFullFault(file, error);
    case "ENOENT":
    case "ENOTDIR":
      return fileNotFound(file, error);
    case "EEXIST":
      return fileAlreadyExists(file, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return fileAccessDenied(file, error);
    case "EISDIR":
      return notAFile(file, error);
    case "EMFILE":
    case "ENFILE":
      return tooManyOpenFiles(file, error);
    default:
      return fileOperationFailed(file, operation, error);
  }
}
