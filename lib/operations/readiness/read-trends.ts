import { monthsBefore } from "@/lib/domain/coverage";
import type { Vault } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { trendsOf, type Trends } from "@/lib/domain/readiness-trends";
import type { OperationContext } from "../context";

/** What runs measured over so many months: of the whole vault, or of what has this name (a plan, a machine). */
export async function readTrends(
  context: OperationContext,
  vault: Vault,
  of: { readonly months: number; readonly subjectName: string | null },
): Promise<Trends & { readonly since: string; readonly subjects: readonly string[] }> {
  const since = monthsBefore(context.clock.now(), of.months).toISOString();
  const records = await context.repositories.failoverRecords.list(vault.id, { since });
  const { subjectName } = of;
  const chosen = records.filter(({ subject }) => subjectName === null || sameName(subject.name, subjectName));
  const subjects = [...new Set(records.map(({ subject }) => subject.name))].sort((a, b) => a.localeCompare(b));
  return { ...trendsOf(chosen), since, subjects };
}
