import { vaultArmId } from "@/lib/contract/arm-id";
import type { CoverageResource, ReadinessResource, TrendsResource } from "@/lib/contract/readiness";
import type { Coverage, CoverageMachine } from "@/lib/domain/coverage";
import type { Vault } from "@/lib/domain/entities";
import type { ReadinessView } from "@/lib/operations/readiness/read-readiness";
import type { readTrends } from "@/lib/operations/readiness/read-trends";

const named = (vault: Vault, name: string) => ({
  ...{ id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/${name}`, name, type: `Secondsite.Recovery/${name}` },
});

export function presentReadiness(vault: Vault, { readAt, score, parts }: ReadinessView): ReadinessResource {
  return { ...named(vault, "readiness"), properties: { readAt, score, parts: parts.map((part) => ({ ...part })) } };
}

export function presentCoverage(vault: Vault, coverage: Coverage): CoverageResource {
  const { months, since, machineCount, testedCount, testedPercent, tested, untested, notProtectable } = coverage;
  return {
    ...named(vault, "coverage"),
    properties: {
      ...{ months, since, machineCount, testedCount, testedPercent, tested: tested.map(presentMachine) },
      untested: untested.map((machine) => ({ ...presentMachine(machine), way: { ...machine.way } })),
      notProtectable: notProtectable.map((machine) => {
        return { ...presentMachine(machine), reason: machine.notProtectable ?? "" };
      }),
    },
  };
}

function presentMachine(machine: CoverageMachine) {
  const { name, siteName, machineId, protectedItemName, plans, lastTestedAt } = machine;
  return { name, siteName, machineId, protectedItem: protectedItemName, plans: [...plans], lastTestedAt };
}

export function presentTrends(vault: Vault, trends: Awaited<ReturnType<typeof readTrends>>): TrendsResource {
  const { since, subjects, rpo, rto, points } = trends;
  return {
    ...named(vault, "trends"),
    properties: {
      ...{ since, subjects: [...subjects], rpo: { ...rpo }, rto: { ...rto } },
      points: points.map(({ drillId, ...point }) => ({ ...point, isDrill: drillId !== null })),
    },
  };
}
