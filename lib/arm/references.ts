import { nameInArmId } from "@/lib/contract/arm-id";
import { Refusal } from "@/lib/kernel/fault";

/** The name out of an id of the given type in a body. A bare name is taken too: people write scripts by hand. */
export function nameFromReference(id: string, type: string, target: string): string {
  if (!id.includes("/") && id !== "") return id;
  const name = nameInArmId(id, type);
  if (name) return name;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidResourceId",
      message: `${target}: ${JSON.stringify(id.slice(0, 200))} is not the id of a resource of type ${type}.`,
      possibleCauses: "The id belongs to a resource of another type, or was cut off.",
      recommendedAction: `Send the id as a list of ${type} shows it.`,
    },
    target,
  );
}

export function storageAccountNameFrom(id: string, target: string): string {
  return nameFromReference(id, "storageAccounts", target);
}
