"use client";
import { JobByName } from "@/components/features/jobs/job-by-name";
import { JobCommands } from "@/components/features/jobs/job-commands";
import { JobDetail } from "@/components/features/jobs/job-detail";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { useRouteName } from "@/components/shell/use-route-name";
import { pages } from "@/lib/client/paths";

export default function JobPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <JobByName vaultName={vaultName} jobName={useRouteName("job")}>
        {(job) => {
          const title = job.properties.friendlyName ?? job.properties.scenarioName;
          return (
            <>
              <PageTitle>{title}</PageTitle>
              <SubHeader title={title} back={{ href: pages.vaultTab(vaultName, "jobs"), label: "Jobs" }} />
              <JobCommands job={job} vaultName={vaultName} />
              <JobDetail job={job} vaultName={vaultName} />
            </>
          );
        }}
      </JobByName>
    </PageBody>
  );
}
