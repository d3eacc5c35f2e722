import type { Repositories } from "@/lib/operations/ports/repositories";
import {
  automationAccountRepository,
  automationVariableRepository,
  runbookRepository,
  runbookRunRepository,
} from "./automation-repositories";
import type { ControlDatabase } from "./database";
import {
  eventRepository,
  protectedItemRepository,
  recoveryPlanRepository,
  recoveryPointRepository,
  resynchronizationRepository,
} from "./protection-repositories";
import { drillRepository, drillRunRepository } from "./drill-repositories";
import { evidenceNoteRepository, evidenceSettingsRepository } from "./evidence-repositories";
import { failoverRecordRepository } from "./failover-record-repository";
import { replicationHistoryRepository } from "./replication-history-repository";
import { recoveryPointLockRepository, vaultSampleRepository } from "./space-repositories";
import { deployedMachineRepository, storageAccountRepository, virtualNetworkRepository } from "./region-repositories";
import {
  bandwidthRepository,
  containerMappingRepository,
  fabricRepository,
  policyRepository,
  providerRepository,
  registrationKeyRepository,
  vaultRepository,
} from "./site-repositories";

export function createSqliteRepositories(database: ControlDatabase): Repositories {
  return {
    vaults: vaultRepository(database),
    fabrics: fabricRepository(database),
    registrationKeys: registrationKeyRepository(database),
    bandwidth: bandwidthRepository(database),
    providers: providerRepository(database),
    policies: policyRepository(database),
    containerMappings: containerMappingRepository(database),
    protectedItems: protectedItemRepository(database),
    resynchronizations: resynchronizationRepository(database),
    recoveryPoints: recoveryPointRepository(database),
    recoveryPointLocks: recoveryPointLockRepository(database),
    vaultSamples: vaultSampleRepository(database),
    replicationHistory: replicationHistoryRepository(database),
    recoveryPlans: recoveryPlanRepository(database),
    failoverRecords: failoverRecordRepository(database),
    evidenceSettings: evidenceSettingsRepository(database),
    evidenceNotes: evidenceNoteRepository(database),
    drills: drillRepository(database),
    drillRuns: drillRunRepository(database),
    deployedMachines: deployedMachineRepository(database),
    virtualNetworks: virtualNetworkRepository(database),
    storageAccounts: storageAccountRepository(database),
    events: eventRepository(database),
    automationAccounts: automationAccountRepository(database),
    runbooks: runbookRepository(database),
    automationVariables: automationVariableRepository(database),
    runbookRuns: runbookRunRepository(database),
  };
}
