import type { RecoveryPlanContext } from "./recovery-plan-context";

/** What a runbook that is tried by itself is given when nothing else is: a test failover of one machine, by its look. */
export const SAMPLE_CONTEXT: RecoveryPlanContext = {
  RecoveryPlanName: "trial",
  FailoverType: "Test",
  FailoverDirection: "PrimaryToSecondary",
  GroupId: "1",
  VmMap: {
    "7a1069c6-c1d6-49c5-8c5d-33bfce8dd183": {
      ResourceGroupName: "contoso",
      CloudServiceName: "contoso",
      RoleName: "CONTOSO-WEB-test",
    },
  },
};
