-- AlterTable
ALTER TABLE "ProtectedItem" ADD COLUMN "consistencyGroup" TEXT;

-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN "groupJson" TEXT;
ALTER TABLE "RecoveryPoint" ADD COLUMN "groupStamp" TEXT;
ALTER TABLE "RecoveryPoint" ADD COLUMN "quiesceProblemJson" TEXT;

-- CreateTable
CREATE TABLE "ReplicationCycle" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "protectedItemId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TEXT NOT NULL,
    "registeredAt" TEXT NOT NULL,
    "durationMs" REAL NOT NULL,
    "sourceBytesRead" BIGINT NOT NULL,
    "changedBytes" BIGINT NOT NULL,
    "sentBytes" BIGINT NOT NULL,
    "writeLogBytes" BIGINT,
    "rpoBeforeSeconds" REAL,
    "rpoAfterSeconds" REAL NOT NULL,
    "missedIntervals" INTEGER NOT NULL,
    CONSTRAINT "ReplicationCycle_protectedItemId_fkey" FOREIGN KEY ("protectedItemId") REFERENCES "ProtectedItem" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ReplicationHour" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "protectedItemId" TEXT NOT NULL,
    "hour" TEXT NOT NULL,
    "cycles" INTEGER NOT NULL,
    "applicationConsistent" INTEGER NOT NULL,
    "missedIntervals" INTEGER NOT NULL,
    "durationMsMax" REAL NOT NULL,
    "sourceBytesRead" BIGINT NOT NULL,
    "changedBytes" BIGINT NOT NULL,
    "sentBytes" BIGINT NOT NULL,
    "writeLogBytesMax" BIGINT NOT NULL,
    "rpoSecondsMax" REAL NOT NULL,
    CONSTRAINT "ReplicationHour_protectedItemId_fkey" FOREIGN KEY ("protectedItemId") REFERENCES "ProtectedItem" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "ReplicationCycle_protectedItemId_registeredAt_idx" ON "ReplicationCycle"("protectedItemId", "registeredAt");

-- CreateIndex
CREATE UNIQUE INDEX "ReplicationCycle_protectedItemId_objectName_key" ON "ReplicationCycle"("protectedItemId", "objectName");

-- CreateIndex
CREATE UNIQUE INDEX "ReplicationHour_protectedItemId_hour_key" ON "ReplicationHour"("protectedItemId", "hour");

-- CreateIndex
CREATE INDEX "RecoveryPoint_groupStamp_idx" ON "RecoveryPoint"("groupStamp");
