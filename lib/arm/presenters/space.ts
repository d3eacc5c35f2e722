import { vaultArmId } from "@/lib/contract/arm-id";
import type { RetentionView, SpaceView } from "@/lib/contract/space";
import type { Vault } from "@/lib/domain/entities";
import type { VaultSample } from "@/lib/domain/space";
import type { RetentionPlan } from "@/lib/operations/space/apply-retention";
import type { SpaceFigures } from "@/lib/operations/space/read-space";

export function presentSpace(vault: Vault, figures: SpaceFigures): SpaceView {
  const latest = figures.samples.at(-1) ?? null;
  return {
    id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/space`,
    name: "space",
    type: "Secondsite.Recovery/space",
    properties: {
      storedBytes: figures.storedBytes,
      latest: latest && presentSample(latest),
      samples: figures.samples.map(presentSample),
      machines: (latest?.machines ?? []).map((machine) => ({
        ...machine,
        machineName: figures.machineNames.get(machine.machineId) ?? machine.machineId,
      })),
      lastReclaim: presentReclaim(figures),
    },
  };
}

function presentSample({ vaultId: _vault, machines: _machines, ...sample }: VaultSample) {
  return sample;
}

function presentReclaim({ lastJob }: SpaceFigures): SpaceView["properties"]["lastReclaim"] {
  if (lastJob === null) return null;
  const { bytesBefore, space } = lastJob.memory as {
    readonly bytesBefore?: number;
    readonly space?: { readonly storedBytes: number; readonly announcedBytes: number };
  };
  return {
    ...{ jobId: lastJob.id, state: lastJob.state, endedAt: lastJob.endedAt },
    bytesBefore: bytesBefore ?? null,
    bytesAfter: space?.storedBytes ?? null,
    announcedBytes: space?.announcedBytes ?? null,
  };
}

export function presentRetention(itemId: string, plan: RetentionPlan): RetentionView {
  return {
    id: `${itemId}/providers/Secondsite.Recovery/retention`,
    name: "retention",
    type: "Secondsite.Recovery/retention",
    properties: {
      recoveryPointHistoryHours: plan.historyHours,
      heldBack: plan.heldBack,
      points: plan.verdicts.map(({ point, keep, reason, goesAt }) => {
        const lock = plan.locks.get(point.id);
        return {
          ...{ recoveryPointId: point.id, at: point.at, keep, reason, goesAt },
          lock: lock ? { reason: lock.reason, lockedAt: lock.lockedAt } : null,
        };
      }),
    },
  };
}
