import { queryOptions } from "@tanstack/react-query";
import { VerificationView } from "@/lib/contract/verification";
import { armGet } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** What is known of the vault's soundness. Live events about the vault refresh it; the interval is for what they miss. */
export const verificationQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "verification"),
    queryFn: ({ signal }) => armGet(api.verification(vault), VerificationView, signal),
    refetchInterval: 10_000,
  });
