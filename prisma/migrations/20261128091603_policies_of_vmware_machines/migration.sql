-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Policy" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "provider" TEXT NOT NULL DEFAULT 'HyperVReplicaAzure',
    "replicationIntervalSeconds" INTEGER NOT NULL,
    "recoveryPointHistoryHours" INTEGER NOT NULL,
    "applicationConsistentFrequencyHours" INTEGER NOT NULL,
    "crashConsistentFrequencyMinutes" INTEGER,
    "recoveryPointThresholdMinutes" INTEGER,
    "storageAccount" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    CONSTRAINT "Policy_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Policy" ("applicationConsistentFrequencyHours", "createdAt", "id", "name", "nameKey", "recoveryPointHistoryHours", "replicationIntervalSeconds", "seq", "storageAccount", "vaultId") SELECT "applicationConsistentFrequencyHours", "createdAt", "id", "name", "nameKey", "recoveryPointHistoryHours", "replicationIntervalSeconds", "seq", "storageAccount", "vaultId" FROM "Policy";
DROP TABLE "Policy";
ALTER TABLE "new_Policy" RENAME TO "Policy";
CREATE UNIQUE INDEX "Policy_id_key" ON "Policy"("id");
CREATE UNIQUE INDEX "Policy_vaultId_nameKey_key" ON "Policy"("vaultId", "nameKey");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
