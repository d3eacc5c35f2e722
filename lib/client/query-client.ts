import { QueryClient } from "@tanstack/react-query";
import { ArmError } from "./arm-error";

/** A refusal does not become a success by asking again; a server that is away does. */
function retry(failureCount: number, error: unknown): boolean {
  return error instanceof ArmError && (error.status === 0 || error.status === 503) && failureCount < 5;
}

export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry, staleTime: 2_000, retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000) },
      mutations: { retry: false },
    },
  });
