-- CreateTable
CREATE TABLE "EvidenceSetting" (
    "ownerId" TEXT NOT NULL PRIMARY KEY,
    "vaultId" TEXT NOT NULL,
    "settingsJson" TEXT NOT NULL,
    CONSTRAINT "EvidenceSetting_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "EvidenceNote" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "recordId" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "who" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    CONSTRAINT "EvidenceNote_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "EvidenceNote_id_key" ON "EvidenceNote"("id");

-- CreateIndex
CREATE INDEX "EvidenceNote_recordId_idx" ON "EvidenceNote"("recordId");
