import { queryOptions } from "@tanstack/react-query";
import { HypervisorHost } from "@/lib/contract/portal";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

/** What the machines of the region and of each site run on. */
export const hypervisorsQuery = () =>
  queryOptions({
    queryKey: keys.hypervisors(),
    queryFn: ({ signal }) => armList(api.hypervisors(), HypervisorHost, signal),
  });
