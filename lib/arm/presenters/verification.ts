import { vaultArmId } from "@/lib/contract/arm-id";
import type { ItemVerificationView, VerificationView } from "@/lib/contract/verification";
import type { Vault } from "@/lib/domain/entities";
import { describeKind, describeProblem } from "@/lib/operations/describe-damage";
import type { ItemVerification } from "@/lib/operations/read-item-verification";
import type { KnownDamagedPoint, Look, Verification } from "@/lib/operations/read-verification";

export function presentVerification(vault: Vault, found: Verification): VerificationView {
  return {
    id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/verification`,
    name: "verification",
    type: "Secondsite.Recovery/verification",
    properties: {
      scrubs: { ...found.scrubs },
      running: found.runningJobId,
      lastCheck: found.newest && presentLook(found.newest),
      lastDataCheck: found.newestData && presentLook(found.newestData),
      coverage: found.newest && { ...found.newest.report.coverage },
      damagedObjects: found.damagedObjects.map((object) => ({
        ...object,
        kind: describeKind(object),
        meaning: describeProblem(object),
      })),
      damagedPoints: found.damagedPoints.map(presentPoint),
      unlistedPacks: [...found.unlistedPacks],
    },
  };
}

function presentLook({ jobId, report }: Look): NonNullable<VerificationView["properties"]["lastCheck"]> {
  const { check } = report;
  return {
    ...{ jobId, at: report.at, depth: report.depth, points: check.points, packs: check.packs },
    ...{ storedBytes: check.storedBytes, packsRead: check.packsRead, bytesRead: check.bytesRead },
    ...{ blobsVerified: check.blobsVerified, damagedObjects: report.damagedObjectCount },
    ...{ damagedPoints: report.damagedPointCount, orphanedPacks: check.orphans.packs },
    orphanedBytes: check.orphans.bytes,
  };
}

function presentPoint(point: KnownDamagedPoint): VerificationView["properties"]["damagedPoints"][number] {
  return {
    ...{ name: point.name, at: point.at, state: point.state, recoveryPointId: point.recoveryPointId },
    machineName: point.item?.machineName ?? point.machineId,
    protectedItem: point.item?.name ?? null,
    lostBytes: point.disks.reduce((sum, disk) => sum + disk.lostBytes, 0),
    disks: point.disks.map((disk) => ({
      ...{ diskId: disk.diskId, virtualSizeBytes: disk.virtualSizeBytes, lostBytes: disk.lostBytes },
      extents: disk.extents.map((extent) => ({ ...extent })),
      objects: [...disk.objects],
    })),
  };
}

export function presentItemVerification(itemArmId: string, found: ItemVerification): ItemVerificationView {
  const { newest, newestData, points, pointsSeen, damagedPoints } = found;
  const look = (one: Look | null) => one && { at: one.report.at, depth: one.report.depth, jobId: one.jobId };
  return {
    id: `${itemArmId}/providers/Secondsite.Recovery/verification`,
    name: "verification",
    type: "Secondsite.Recovery/verification",
    properties: {
      verdict: newest === null ? "NotChecked" : damagedPoints.length > 0 ? "Damaged" : "Sound",
      running: found.runningJobId,
      ...{ lastCheck: look(newest), lastDataCheck: look(newestData), points, pointsChecked: pointsSeen },
      damagedPoints: damagedPoints.map(presentPoint).map(({ recoveryPointId, at, state, lostBytes }) => {
        return { recoveryPointId, at, state, lostBytes };
      }),
    },
  };
}
