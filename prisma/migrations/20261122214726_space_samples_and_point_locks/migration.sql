-- CreateTable
CREATE TABLE "RecoveryPointLock" (
    "pointId" TEXT NOT NULL PRIMARY KEY,
    "reason" TEXT NOT NULL,
    "lockedAt" TEXT NOT NULL,
    CONSTRAINT "RecoveryPointLock_pointId_fkey" FOREIGN KEY ("pointId") REFERENCES "RecoveryPoint" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "VaultSample" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "vaultId" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "storedBytes" BIGINT NOT NULL,
    "logicalBytes" BIGINT NOT NULL,
    "deduplicatedBytes" BIGINT NOT NULL,
    "compressedBytes" BIGINT NOT NULL,
    "reclaimableBytes" BIGINT NOT NULL,
    "machinesJson" TEXT NOT NULL,
    CONSTRAINT "VaultSample_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "VaultSample_vaultId_at_key" ON "VaultSample"("vaultId", "at");
