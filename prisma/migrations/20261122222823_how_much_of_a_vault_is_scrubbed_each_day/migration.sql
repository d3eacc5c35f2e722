-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Vault" (
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
    "tagsJson" TEXT NOT NULL,
    "scrubMiBPerDay" INTEGER NOT NULL DEFAULT 4096
);
INSERT INTO "new_Vault" ("authorityCertificate", "createdAt", "id", "location", "name", "nameKey", "passphraseSetAt", "resourceGroup", "resourceId", "scopeKey", "seq", "state", "storageAccount", "subscriptionId", "subscriptionKey", "tagsJson") SELECT "authorityCertificate", "createdAt", "id", "location", "name", "nameKey", "passphraseSetAt", "resourceGroup", "resourceId", "scopeKey", "seq", "state", "storageAccount", "subscriptionId", "subscriptionKey", "tagsJson" FROM "Vault";
DROP TABLE "Vault";
ALTER TABLE "new_Vault" RENAME TO "Vault";
CREATE UNIQUE INDEX "Vault_id_key" ON "Vault"("id");
CREATE INDEX "Vault_subscriptionKey_idx" ON "Vault"("subscriptionKey");
CREATE UNIQUE INDEX "Vault_scopeKey_nameKey_key" ON "Vault"("scopeKey", "nameKey");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
