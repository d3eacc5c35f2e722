import { RestError } from "@azure/storage-blob";
import { objectNotFound } from "@/lib/engine/vault/object-store";
import { Fault } from "@/lib/kernel/fault";

/**
 * What the blob service or the way to it said, in words with a cure. Faults: ObjectNotFound, StorageContainerMissing,
 * StorageAccessRefused, StorageNotReachable and StorageFailed (both retryable). Bugs pass as they are.
 */
export function translateBlobError(error: unknown, what: string, container: string): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof RestError)) return isNetworkError(error) ? notReachable(container, error) : error;
  const { statusCode, code } = error;
  if (statusCode === undefined) return notReachable(container, error);
  if (code === "ContainerNotFound" || code === "ContainerBeingDeleted") return containerMissing(container, error);
  if (statusCode === 404) return objectNotFound(what, error);
  if (statusCode === 401 || statusCode === 403) return refused(container, code, error);
  return new Fault(
    {
      code: "StorageFailed",
      message: `The storage account answered ${String(statusCode)}${code ? ` (${code})` : ""} for ${what}.`,
      possibleCauses: "The service is busy or limits the account, or the account is being moved, disabled or deleted.",
      recommendedAction: "Look at the storage account in Azure; the operation is tried again.",
    },
    { cause: error, retryable: true },
  );
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z_]+$/.test(String(error.code));
}

function notReachable(container: string, cause: unknown): Fault {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const reason = code === "" ? "" : ` (${code})`;
  return new Fault(
    {
      code: "StorageNotReachable",
      message: `The storage at ${container} does not answer${reason}.`,
      possibleCauses:
        "The network between this machine and Azure is down, a proxy is in the way, or the name is wrong.",
      recommendedAction: "Check the network and the endpoint; replication goes on by itself when the storage answers.",
    },
    { cause, retryable: true },
  );
}

function refused(container: string, code: string | undefined, cause: unknown): Fault {
  return new Fault(
    {
      code: "StorageAccessRefused",
      message: `The storage at ${container} refuses the key${code ? ` (${code})` : ""}.`,
      possibleCauses:
        "The account's key was regenerated, it is another account's, shared keys are disabled, a firewall of the account keeps this machine out, or this machine's clock is wrong.",
      recommendedAction: "Enter the account's present key at the storage account, and check its network rules.",
    },
    { cause, retryable: true },
  );
}

function containerMissing(container: string, cause: unknown): Fault {
  return new Fault(
    {
      code: "StorageContainerMissing",
      message: `The container ${container} is gone.`,
      possibleCauses: "It was deleted in Azure, with everything in it.",
      recommendedAction: "Restore the deleted container in Azure (soft delete), within its retention period.",
    },
    { cause, retryable: true },
  );
}
