-- CreateTable
CREATE TABLE "FailoverRecord" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "declaredAt" TEXT NOT NULL,
    "recordJson" TEXT NOT NULL,
    CONSTRAINT "FailoverRecord_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "FailoverRecord_id_key" ON "FailoverRecord"("id");

-- CreateIndex
CREATE INDEX "FailoverRecord_vaultId_declaredAt_idx" ON "FailoverRecord"("vaultId", "declaredAt");
