import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { ArmError } from "../arm-error";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** What a plan's action needs to know of automation, whatever else its resources say. */
const Account = z.object({ id: z.string(), name: z.string() });
const Runbook = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({ runbookType: z.string(), publishedVersion: z.number().nullish() }),
});
const Variable = z.object({ id: z.string(), name: z.string(), properties: z.object({ isEncrypted: z.boolean() }) });
export type RunbookChoice = z.infer<typeof Runbook>;

/** The automation accounts of the portal's resource group. */
export const automationAccountsQuery = () =>
  queryOptions({
    queryKey: keys.automation("accounts"),
    queryFn: ({ signal }) => armList(api.automation(), Account, signal),
  });

const ofAccount = <T extends z.ZodType>(kind: "runbooks" | "variables", account: string | null, item: T) =>
  queryOptions({
    queryKey: keys.automation(kind, account ?? ""),
    queryFn: async ({ signal }): Promise<z.output<T>[]> => {
      if (account === null) return [];
      try {
        return await armList(api.automation(account, kind), item, signal);
      } catch (error) {
        // The account of an older plan may be gone: then it has nothing to choose from.
        if (error instanceof ArmError && error.status === 404) return [];
        throw error;
      }
    },
    enabled: account !== null,
  });

export const runbookChoicesQuery = (account: string | null) => ofAccount("runbooks", account, Runbook);
export const variableChoicesQuery = (account: string | null) => ofAccount("variables", account, Variable);
