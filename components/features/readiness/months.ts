import { COVERAGE_MONTHS, DEFAULT_COVERAGE_MONTHS } from "@/lib/domain/coverage";

export const monthOptions = COVERAGE_MONTHS.map((months) => ({
  value: String(months),
  label: months === 1 ? "Last month" : `Last ${months} months`,
}));
export const DEFAULT_MONTHS = String(DEFAULT_COVERAGE_MONTHS);
