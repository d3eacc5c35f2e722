import { queryOptions } from "@tanstack/react-query";
import { armGet, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";

const isOver = (state: string) => ["Succeeded", "Failed", "Cancelled"].includes(state);

/** Newest first. */
export const jobsQuery = (vault: string) =>
  queryOptions({
    queryKey: [...keys.jobs(vault), "all"],
    queryFn: async ({ signal }) => {
      const jobs = await armList(api.jobs(vault), ReplicationJobResource, signal);
      return jobs.sort((a, b) => (b.properties.startTime ?? "9").localeCompare(a.properties.startTime ?? "9"));
    },
  });

/** One job. While it runs it is read every second: its steps count bytes faster than events tell. */
export const jobQuery = (vault: string, job: string) =>
  queryOptions({
    queryKey: [...keys.jobs(vault), "one", job.toLowerCase()],
    queryFn: ({ signal }) => armGet(api.job(vault, job), ReplicationJobResource, signal),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.properties.state) ? false : 1_000),
  });
