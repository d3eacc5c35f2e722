-- CreateTable
CREATE TABLE "AutomationAccount" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "resourceGroup" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Runbook" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "draft" TEXT,
    "draftChangedAt" TEXT,
    "publishedVersion" INTEGER,
    "createdAt" TEXT NOT NULL,
    "changedAt" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    CONSTRAINT "Runbook_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "AutomationAccount" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RunbookVersion" (
    "runbookId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "publishedAt" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,

    PRIMARY KEY ("runbookId", "number"),
    CONSTRAINT "RunbookVersion_runbookId_fkey" FOREIGN KEY ("runbookId") REFERENCES "Runbook" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "AutomationVariable" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "isEncrypted" BOOLEAN NOT NULL,
    "value" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    "changedAt" TEXT NOT NULL,
    CONSTRAINT "AutomationVariable_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "AutomationAccount" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RunbookRun" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "attempt" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "runbookId" TEXT NOT NULL,
    "runbookName" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER,
    "textSha256" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "processId" INTEGER,
    "processStart" TEXT,
    "createdAt" TEXT NOT NULL,
    "startedAt" TEXT,
    "endedAt" TEXT,
    "exitCode" INTEGER,
    "outputBytes" BIGINT,
    "outputSha256" TEXT,
    "startedBy" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "problemJson" TEXT,
    CONSTRAINT "RunbookRun_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "AutomationAccount" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "AutomationAccount_id_key" ON "AutomationAccount"("id");

-- CreateIndex
CREATE UNIQUE INDEX "AutomationAccount_scopeKey_nameKey_key" ON "AutomationAccount"("scopeKey", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Runbook_id_key" ON "Runbook"("id");

-- CreateIndex
CREATE UNIQUE INDEX "Runbook_accountId_nameKey_key" ON "Runbook"("accountId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "AutomationVariable_id_key" ON "AutomationVariable"("id");

-- CreateIndex
CREATE UNIQUE INDEX "AutomationVariable_accountId_nameKey_key" ON "AutomationVariable"("accountId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "RunbookRun_id_key" ON "RunbookRun"("id");

-- CreateIndex
CREATE INDEX "RunbookRun_accountId_idx" ON "RunbookRun"("accountId");

-- CreateIndex
CREATE INDEX "RunbookRun_jobId_idx" ON "RunbookRun"("jobId");

-- CreateIndex
CREATE UNIQUE INDEX "RunbookRun_key_attempt_key" ON "RunbookRun"("key", "attempt");
