-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_RecoveryPoint" (
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
    "fromReplica" BOOLEAN NOT NULL DEFAULT false,
    "quiesceProblemJson" TEXT,
    "groupStamp" TEXT,
    "groupJson" TEXT,
    CONSTRAINT "RecoveryPoint_protectedItemId_fkey" FOREIGN KEY ("protectedItemId") REFERENCES "ProtectedItem" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_RecoveryPoint" ("at", "changedBytes", "disksJson", "final", "groupJson", "groupStamp", "id", "kind", "objectName", "ordersJson", "protectedItemId", "quiesceProblemJson", "seq", "sourceBytesRead", "storedBytes") SELECT "at", "changedBytes", "disksJson", "final", "groupJson", "groupStamp", "id", "kind", "objectName", "ordersJson", "protectedItemId", "quiesceProblemJson", "seq", "sourceBytesRead", "storedBytes" FROM "RecoveryPoint";
DROP TABLE "RecoveryPoint";
ALTER TABLE "new_RecoveryPoint" RENAME TO "RecoveryPoint";
CREATE UNIQUE INDEX "RecoveryPoint_id_key" ON "RecoveryPoint"("id");
CREATE INDEX "RecoveryPoint_protectedItemId_at_idx" ON "RecoveryPoint"("protectedItemId", "at");
CREATE INDEX "RecoveryPoint_groupStamp_idx" ON "RecoveryPoint"("groupStamp");
CREATE UNIQUE INDEX "RecoveryPoint_protectedItemId_objectName_key" ON "RecoveryPoint"("protectedItemId", "objectName");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
