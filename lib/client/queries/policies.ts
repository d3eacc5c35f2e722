import { queryOptions } from "@tanstack/react-query";
import { PolicyResource } from "@/lib/contract/policies";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

export const policiesQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "policies"),
    queryFn: ({ signal }) => armList(api.policies(vault), PolicyResource, signal),
  });

/** The policy that a protection group or a protected item names; undefined while the policies are not known. */
export const policyOf = (
  policies: readonly PolicyResource[] | undefined,
  { properties }: { readonly properties: { readonly policyId: string } },
) => policies?.find((one) => one.id.toLowerCase() === properties.policyId.toLowerCase());
