-- AlterTable
ALTER TABLE "StorageAccount" ADD COLUMN "blobJson" TEXT;
