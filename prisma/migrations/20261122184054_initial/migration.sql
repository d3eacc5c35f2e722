-- CreateTable
CREATE TABLE "Vault" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "resourceGroup" TEXT NOT NULL,
    "subscriptionKey" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "storageAccount" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "resourceId" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    "passphraseSetAt" TEXT,
    "authorityCertificate" TEXT,
    "tagsJson" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Fabric" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "internalIdentifier" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    CONSTRAINT "Fabric_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RegistrationKey" (
    "fabricId" TEXT NOT NULL PRIMARY KEY,
    "certificateSha256" TEXT NOT NULL,
    "issuedAt" TEXT NOT NULL,
    "expiresAt" TEXT NOT NULL,
    CONSTRAINT "RegistrationKey_fabricId_fkey" FOREIGN KEY ("fabricId") REFERENCES "Fabric" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Provider" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "fabricId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "hostName" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "certificateSha256" TEXT NOT NULL,
    "registeredAt" TEXT NOT NULL,
    "lastHeartbeatAt" TEXT,
    "inventoryJson" TEXT NOT NULL,
    CONSTRAINT "Provider_fabricId_fkey" FOREIGN KEY ("fabricId") REFERENCES "Fabric" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Policy" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "replicationIntervalSeconds" INTEGER NOT NULL,
    "recoveryPointHistoryHours" INTEGER NOT NULL,
    "applicationConsistentFrequencyHours" INTEGER NOT NULL,
    "storageAccount" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    CONSTRAINT "Policy_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ContainerMapping" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "fabricId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "policyId" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    CONSTRAINT "ContainerMapping_fabricId_fkey" FOREIGN KEY ("fabricId") REFERENCES "Fabric" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ProtectedItem" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "fabricId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "policyId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "machineId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "testFailoverState" TEXT NOT NULL,
    "activeLocation" TEXT NOT NULL,
    "diskIdsJson" TEXT NOT NULL,
    "targetJson" TEXT NOT NULL,
    "heldByJobId" TEXT,
    "failoverRecoveryPointId" TEXT,
    "lastTestFailoverAt" TEXT,
    "lastFailoverAt" TEXT,
    "replicationErrorJson" TEXT,
    "createdAt" TEXT NOT NULL,
    "evidenceJson" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    CONSTRAINT "ProtectedItem_fabricId_fkey" FOREIGN KEY ("fabricId") REFERENCES "Fabric" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RecoveryPoint" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "protectedItemId" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "disksJson" TEXT NOT NULL,
    "sourceBytesRead" BIGINT NOT NULL,
    "changedBytes" BIGINT NOT NULL,
    "storedBytes" BIGINT NOT NULL,
    "ordersJson" TEXT,
    "final" BOOLEAN NOT NULL,
    CONSTRAINT "RecoveryPoint_protectedItemId_fkey" FOREIGN KEY ("protectedItemId") REFERENCES "ProtectedItem" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RecoveryPlan" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "fabricId" TEXT NOT NULL,
    "groupsJson" TEXT NOT NULL,
    "heldByJobId" TEXT,
    "lastTestFailoverAt" TEXT,
    "lastPlannedFailoverAt" TEXT,
    "lastUnplannedFailoverAt" TEXT,
    "createdAt" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    CONSTRAINT "RecoveryPlan_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "DeployedMachine" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "protectedItemId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "recoveryPointId" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "networkName" TEXT,
    "folder" TEXT NOT NULL,
    "disksJson" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "firstLineMs" REAL,
    "createdAt" TEXT NOT NULL,
    CONSTRAINT "DeployedMachine_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "VirtualNetwork" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "resourceGroup" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "addressSpace" TEXT NOT NULL,
    "subnetsJson" TEXT NOT NULL,
    "isolated" BOOLEAN NOT NULL
);

-- CreateTable
CREATE TABLE "StorageAccount" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "resourceGroup" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "VaultEvent" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "affectedObject" TEXT NOT NULL,
    "jobId" TEXT,
    CONSTRAINT "VaultEvent_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Job" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT,
    "scenarioName" TEXT NOT NULL,
    "friendlyName" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "stateDescription" TEXT NOT NULL,
    "inputJson" TEXT NOT NULL,
    "memoryJson" TEXT NOT NULL,
    "targetId" TEXT NOT NULL,
    "targetName" TEXT NOT NULL,
    "targetType" TEXT NOT NULL,
    "parentJobId" TEXT,
    "createdAt" TEXT NOT NULL,
    "startedAt" TEXT,
    "endedAt" TEXT,
    "cancelRequestedAt" TEXT,
    "errorsJson" TEXT NOT NULL,
    "comments" TEXT,
    "owner" TEXT,
    "leaseUntil" TEXT
);

-- CreateTable
CREATE TABLE "JobStep" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "jobId" TEXT NOT NULL,
    "stepIndex" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "friendlyName" TEXT NOT NULL,
    "taskType" TEXT NOT NULL,
    "groupName" TEXT,
    "state" TEXT NOT NULL,
    "startedAt" TEXT,
    "endedAt" TEXT,
    "progressJson" TEXT,
    "detailsJson" TEXT NOT NULL,
    "childJobId" TEXT,
    "errorsJson" TEXT NOT NULL,
    CONSTRAINT "JobStep_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Vault_id_key" ON "Vault"("id");

-- CreateIndex
CREATE INDEX "Vault_subscriptionKey_idx" ON "Vault"("subscriptionKey");

-- CreateIndex
CREATE UNIQUE INDEX "Vault_scopeKey_nameKey_key" ON "Vault"("scopeKey", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Fabric_id_key" ON "Fabric"("id");

-- CreateIndex
CREATE UNIQUE INDEX "Fabric_internalIdentifier_key" ON "Fabric"("internalIdentifier");

-- CreateIndex
CREATE UNIQUE INDEX "Fabric_vaultId_nameKey_key" ON "Fabric"("vaultId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Provider_id_key" ON "Provider"("id");

-- CreateIndex
CREATE UNIQUE INDEX "Provider_certificateSha256_key" ON "Provider"("certificateSha256");

-- CreateIndex
CREATE INDEX "Provider_vaultId_idx" ON "Provider"("vaultId");

-- CreateIndex
CREATE UNIQUE INDEX "Provider_fabricId_nameKey_key" ON "Provider"("fabricId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Policy_id_key" ON "Policy"("id");

-- CreateIndex
CREATE UNIQUE INDEX "Policy_vaultId_nameKey_key" ON "Policy"("vaultId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "ContainerMapping_id_key" ON "ContainerMapping"("id");

-- CreateIndex
CREATE INDEX "ContainerMapping_vaultId_idx" ON "ContainerMapping"("vaultId");

-- CreateIndex
CREATE UNIQUE INDEX "ContainerMapping_fabricId_nameKey_key" ON "ContainerMapping"("fabricId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "ProtectedItem_id_key" ON "ProtectedItem"("id");

-- CreateIndex
CREATE INDEX "ProtectedItem_vaultId_idx" ON "ProtectedItem"("vaultId");

-- CreateIndex
CREATE INDEX "ProtectedItem_providerId_idx" ON "ProtectedItem"("providerId");

-- CreateIndex
CREATE INDEX "ProtectedItem_policyId_idx" ON "ProtectedItem"("policyId");

-- CreateIndex
CREATE UNIQUE INDEX "ProtectedItem_fabricId_nameKey_key" ON "ProtectedItem"("fabricId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "ProtectedItem_fabricId_machineId_key" ON "ProtectedItem"("fabricId", "machineId");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPoint_id_key" ON "RecoveryPoint"("id");

-- CreateIndex
CREATE INDEX "RecoveryPoint_protectedItemId_at_idx" ON "RecoveryPoint"("protectedItemId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPoint_protectedItemId_objectName_key" ON "RecoveryPoint"("protectedItemId", "objectName");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPlan_id_key" ON "RecoveryPlan"("id");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPlan_vaultId_nameKey_key" ON "RecoveryPlan"("vaultId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "DeployedMachine_id_key" ON "DeployedMachine"("id");

-- CreateIndex
CREATE INDEX "DeployedMachine_vaultId_idx" ON "DeployedMachine"("vaultId");

-- CreateIndex
CREATE INDEX "DeployedMachine_protectedItemId_idx" ON "DeployedMachine"("protectedItemId");

-- CreateIndex
CREATE UNIQUE INDEX "VirtualNetwork_scopeKey_nameKey_key" ON "VirtualNetwork"("scopeKey", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "StorageAccount_nameKey_key" ON "StorageAccount"("nameKey");

-- CreateIndex
CREATE INDEX "StorageAccount_scopeKey_idx" ON "StorageAccount"("scopeKey");

-- CreateIndex
CREATE UNIQUE INDEX "VaultEvent_id_key" ON "VaultEvent"("id");

-- CreateIndex
CREATE INDEX "VaultEvent_vaultId_at_idx" ON "VaultEvent"("vaultId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Job_id_key" ON "Job"("id");

-- CreateIndex
CREATE INDEX "Job_vaultId_createdAt_idx" ON "Job"("vaultId", "createdAt");

-- CreateIndex
CREATE INDEX "Job_state_idx" ON "Job"("state");

-- CreateIndex
CREATE INDEX "Job_targetId_idx" ON "Job"("targetId");

-- CreateIndex
CREATE INDEX "Job_parentJobId_idx" ON "Job"("parentJobId");

-- CreateIndex
CREATE UNIQUE INDEX "JobStep_jobId_stepIndex_key" ON "JobStep"("jobId", "stepIndex");
