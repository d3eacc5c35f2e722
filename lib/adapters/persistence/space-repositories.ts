import type { VaultSample } from "@/lib/domain/space";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type * as db from "../../../prisma/generated/client";
import type { ControlDatabase } from "./database";

export function recoveryPointLockRepository(database: ControlDatabase): Repositories["recoveryPointLocks"] {
  return {
    put: async (lock) =>
      void (await database.write((client) =>
        client.recoveryPointLock.upsert({ where: { pointId: lock.pointId }, create: { ...lock }, update: { ...lock } }),
      )),
    list: (protectedItemId) => database.read.recoveryPointLock.findMany({ where: { point: { protectedItemId } } }),
    delete: async (pointId) =>
      void (await database.write((client) => client.recoveryPointLock.deleteMany({ where: { pointId } }))),
  };
}

export function vaultSampleRepository(database: ControlDatabase): Repositories["vaultSamples"] {
  return {
    add: async (sample) => {
      const { vaultId, at } = sample;
      const row = rowOf(sample);
      await database.write((client) =>
        client.vaultSample.upsert({ where: { vaultId_at: { vaultId, at } }, create: row, update: row }),
      );
    },
    list: async (vaultId) =>
      (await database.read.vaultSample.findMany({ where: { vaultId }, orderBy: { at: "asc" } })).map(sampleOf),
    forget: async (vaultId, instants) =>
      void (await database.write((client) =>
        client.vaultSample.deleteMany({ where: { vaultId, at: { in: [...instants] } } }),
      )),
  };
}

function rowOf({ machines, vaultId, at, ...bytes }: VaultSample) {
  return {
    ...{ vaultId, at, machinesJson: JSON.stringify(machines) },
    storedBytes: BigInt(bytes.storedBytes),
    logicalBytes: BigInt(bytes.logicalBytes),
    deduplicatedBytes: BigInt(bytes.deduplicatedBytes),
    compressedBytes: BigInt(bytes.compressedBytes),
    reclaimableBytes: BigInt(bytes.reclaimableBytes),
  };
}

function sampleOf(row: db.VaultSample): VaultSample {
  return {
    ...{ vaultId: row.vaultId, at: row.at },
    storedBytes: Number(row.storedBytes),
    logicalBytes: Number(row.logicalBytes),
    deduplicatedBytes: Number(row.deduplicatedBytes),
    compressedBytes: Number(row.compressedBytes),
    reclaimableBytes: Number(row.reclaimableBytes),
    machines: JSON.parse(row.machinesJson) as VaultSample["machines"],
  };
}
