import { queryOptions } from "@tanstack/react-query";
import { EstateSite } from "@/lib/contract/portal";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** The on-premises sites that run on this computer, with their processes and machines. */
export const estateQuery = () =>
  queryOptions({
    queryKey: keys.estate(),
    queryFn: ({ signal }) => armList(api.estateSites(), EstateSite, signal),
    refetchInterval: 3_000,
  });
