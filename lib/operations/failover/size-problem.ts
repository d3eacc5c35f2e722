import type { ProtectedItem } from "@/lib/domain/entities";
import { findSize, SIZES, sizesFor } from "@/lib/domain/sizes";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { sourceOf } from "../source-machine";

/** Why the machine cannot be made in the size that was chosen for it: null when it can, as far as its host has told. */
export async function sizeProblem(context: OperationContext, item: ProtectedItem): Promise<Explanation | null> {
  const { size } = item.target;
  const { machine } = await sourceOf(context, item);
  if (findSize(size) === null) {
    return problem(
      item,
      `the size ${size} does not exist any more`,
      "The table of sizes has changed since it was chosen.",
    );
  }
  if (machine === null) return null;
  const dataDiskCount = machine.disks.filter(({ id, role }) => role === "data" && item.diskIds.includes(id)).length;
  const fitting = sizesFor({ ...machine, dataDiskCount }, SIZES);
  if (fitting.length === 0 || fitting.some(({ name }) => name.toLowerCase() === size.toLowerCase())) return null;
  const needs = `${machine.cpuCount} cores, ${(machine.memoryBytes / 1024 ** 3).toFixed(2)} GB of memory and ${dataDiskCount} data disks`;
  return problem(
    item,
    `the size ${size} is too small for ${needs}`,
    "The machine got more cores, memory or disks since the size was chosen, or a smaller size was chosen.",
    ` The smallest that fits is ${fitting[0]?.name ?? ""}.`,
  );
}

function problem(item: ProtectedItem, because: string, causes: string, hint = ""): Explanation {
  return {
    code: "TargetSizeDoesNotFit",
    message: `${item.machineName} cannot be failed over: ${because}.`,
    possibleCauses: causes,
    recommendedAction: `Choose another size under the machine's target settings, then start again.${hint}`,
  };
}
