-- AlterTable
ALTER TABLE "Vault" ADD COLUMN "planGroupsMax" INTEGER;

-- AlterTable
ALTER TABLE "RecoveryPlan" ADD COLUMN "testedAt" TEXT;
ALTER TABLE "RecoveryPlan" ADD COLUMN "testedHash" TEXT;
