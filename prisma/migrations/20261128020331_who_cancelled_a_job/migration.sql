-- AlterTable
ALTER TABLE "Job" ADD COLUMN "cancelRequestedBy" TEXT;
