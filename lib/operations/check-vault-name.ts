import { vaultNameProblem } from "@/lib/domain/names";
import type { OperationContext } from "./context";
import type { ResourceGroupScope } from "./ports/repositories";

export interface NameCheck {
  readonly nameAvailable: boolean;
  readonly reason?: "AlreadyExists" | "Invalid";
  readonly message?: string;
}

export async function checkVaultName(
  context: OperationContext,
  input: ResourceGroupScope & { readonly name: string },
): Promise<NameCheck> {
  const problem = vaultNameProblem(input.name);
  if (problem)
    return { nameAvailable: false, reason: "Invalid", message: `${problem.message} ${problem.possibleCauses}` };
  const existing = await context.repositories.vaults.find(input, input.name);
  if (!existing) return { nameAvailable: true };
  return {
    nameAvailable: false,
    reason: "AlreadyExists",
    message: `A vault named ${existing.name} already exists in the resource group ${existing.resourceGroup}.`,
  };
}
