import { Fault } from "@/lib/kernel/fault";
import { goneRefusal, nameTakenRefusal } from "@/lib/operations/ports/repository-refusals";
import { Prisma } from "../../../prisma/generated/client";

/** Runs a write and says what went wrong in our words: what it was about is known only here. */
export async function translated<T>(about: { kind: string; name: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError) {
      if (error.code === "P2002") throw nameTakenRefusal(about.kind, about.name);
      if (error.code === "P2025") throw goneRefusal(about.kind, about.name);
    }
    throw error;
  }
}

/** Faults of the medium, whatever the statement was. */
export function mediumFault(error: unknown): unknown {
  const text = error instanceof Error ? error.message : "";
  if (!/disk is full|SQLITE_FULL|ENOSPC/.test(text)) return error;
  return new Fault(
    {
      code: "StorageFull",
      message: "The disk that holds the home folder is full: the change could not be written.",
      possibleCauses: "Vault data, replicas or something else filled the disk.",
      recommendedAction:
        "Free space on the disk. Nothing that was written before is lost; what waited goes on by itself.",
    },
    { cause: error, retryable: true },
  );
}
