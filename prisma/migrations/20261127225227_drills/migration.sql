-- CreateTable
CREATE TABLE "Drill" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "vaultId" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "drillJson" TEXT NOT NULL,
    CONSTRAINT "Drill_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "DrillRun" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "drillId" TEXT NOT NULL,
    "occurrence" TEXT NOT NULL,
    "startedBy" TEXT NOT NULL,
    "dueAt" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "runJson" TEXT NOT NULL,
    CONSTRAINT "DrillRun_drillId_fkey" FOREIGN KEY ("drillId") REFERENCES "Drill" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Drill_id_key" ON "Drill"("id");

-- CreateIndex
CREATE UNIQUE INDEX "Drill_vaultId_nameKey_key" ON "Drill"("vaultId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "DrillRun_id_key" ON "DrillRun"("id");

-- CreateIndex
CREATE INDEX "DrillRun_drillId_dueAt_idx" ON "DrillRun"("drillId", "dueAt");

-- CreateIndex
CREATE INDEX "DrillRun_state_idx" ON "DrillRun"("state");

-- CreateIndex
CREATE UNIQUE INDEX "DrillRun_drillId_occurrence_key" ON "DrillRun"("drillId", "occurrence");
