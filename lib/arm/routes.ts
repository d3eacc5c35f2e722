import { z } from "zod";
import { planDocumentSchema } from "@/lib/contract/plan-document-schema";
import { ok } from "./answers";
import { describeApi } from "./open-api";
import { operationResultRoutes } from "./operation-results";
import { recoveryRoutes } from "./recovery-routes";
import { automationAccountRoutes } from "./resources/automation-accounts";
import { automationJobRoutes } from "./resources/automation-jobs";
import { automationRunbookRoutes } from "./resources/automation-runbooks";
import { automationVariableRoutes } from "./resources/automation-variables";
import { bandwidthRoutes } from "./resources/bandwidth";
import { consoleRoutes } from "./resources/consoles";
import { containerMappingRoutes } from "./resources/container-mappings";
import { containerRoutes } from "./resources/containers";
import { estateSiteRoutes } from "./resources/estate-sites";
import { evidenceRoutes } from "./resources/evidence";
import { evidenceSettingsRoutes } from "./resources/evidence-settings";
import { fabricRoutes } from "./resources/fabrics";
import { hypervisorRoutes } from "./resources/hypervisors";
import { liveEventRoutes } from "./resources/live-events";
import { monitoringRoutes } from "./resources/monitoring";
import { operationStatusRoutes } from "./resources/operation-status";
import { policyRoutes } from "./resources/policies";
import { protectableItemRoutes } from "./resources/protectable-items";
import { providerRoutes } from "./resources/providers";
import { regionRoutes } from "./resources/region";
import { registrationRoutes } from "./resources/registration";
import { spaceRoutes } from "./resources/space";
import { storageAccountRoutes } from "./resources/storage-accounts";
import { vaultKeyRoutes } from "./resources/vault-keys";
import { systemRoutes } from "./resources/system";
import { vaultViewRoutes } from "./resources/vault-views";
import { vaultRoutes } from "./resources/vaults";
import { verificationRoutes } from "./resources/verification";
import { virtualNetworkRoutes } from "./resources/virtual-networks";
import { route, type Route } from "./route";

const declared: readonly Route[] = [
  ...systemRoutes,
  ...vaultRoutes,
  ...operationStatusRoutes,
  ...vaultViewRoutes,
  ...spaceRoutes,
  ...verificationRoutes,
  ...evidenceRoutes,
  ...evidenceSettingsRoutes,
  ...monitoringRoutes,
  ...fabricRoutes,
  ...registrationRoutes,
  ...bandwidthRoutes,
  ...providerRoutes,
  ...containerRoutes,
  ...protectableItemRoutes,
  ...policyRoutes,
  ...containerMappingRoutes,
  ...recoveryRoutes,
  ...regionRoutes,
  ...hypervisorRoutes,
  ...storageAccountRoutes,
  ...vaultKeyRoutes,
  ...virtualNetworkRoutes,
  ...estateSiteRoutes,
  ...consoleRoutes,
  ...liveEventRoutes,
  ...automationAccountRoutes,
  ...automationRunbookRoutes,
  ...automationVariableRoutes,
  ...automationJobRoutes,
];

const resources: readonly Route[] = [...declared, ...operationResultRoutes(declared)];

/** Everything that exists. A resource adds its list above. */
export const routes: readonly Route[] = [
  ...resources,
  route({
    method: "GET",
    path: "/recovery-plan.schema.json",
    summary: "The JSON schema of recovery plans as YAML documents.",
    apiVersions: [],
    answer: z.object({}).loose(),
    handle: () => ok(planDocumentSchema()),
  }),
  route({
    method: "GET",
    path: "/openapi.json",
    summary: "This description.",
    apiVersions: [],
    answer: z.object({}).loose(),
    handle: ({ context }) => ok(describeApi(resources, context.settings.version)),
  }),
];
