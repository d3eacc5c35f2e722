import { queryOptions } from "@tanstack/react-query";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { PolicyView } from "../views/policy";

export const policiesQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "policies"),
    queryFn: ({ signal }) => armList(api.policies(vault), PolicyView, signal),
  });
