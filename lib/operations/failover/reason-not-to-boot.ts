import type { ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "../context";
import { sourceOf } from "../source-machine";

/** Null when the replica can be started; else why it will be verified only. */
export async function reasonNotToBoot(context: OperationContext, item: ProtectedItem): Promise<string | null> {
  const { machine: source } = await sourceOf(context, item);
  return source?.bootable === false ? notBootable(item) : context.region.unavailableReason();
}

function notBootable(item: ProtectedItem): string {
  return `${item.machineName} comes from a folder of disk images whose operating system the simulated region cannot run`;
}
