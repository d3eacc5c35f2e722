-- CreateTable
CREATE TABLE "SiteBandwidth" (
    "fabricId" TEXT NOT NULL PRIMARY KEY,
    "settingsJson" TEXT NOT NULL,
    CONSTRAINT "SiteBandwidth_fabricId_fkey" FOREIGN KEY ("fabricId") REFERENCES "Fabric" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Resynchronization" (
    "protectedItemId" TEXT NOT NULL PRIMARY KEY,
    "settingsJson" TEXT NOT NULL,
    "flagJson" TEXT,
    "lastJson" TEXT,
    CONSTRAINT "Resynchronization_protectedItemId_fkey" FOREIGN KEY ("protectedItemId") REFERENCES "ProtectedItem" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
