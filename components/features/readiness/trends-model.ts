import type { TimeRow } from "@/components/ui/time-chart";
import type { TrendsResource } from "@/lib/contract/readiness";

type Properties = TrendsResource["properties"];
type Measure = "rpo" | "rto";

/** One row a run in which the figure was measured; the target beside it. */
export function trendRows({ points }: Properties, measure: Measure): TimeRow[] {
  return points.flatMap((point) => {
    const seconds = measure === "rpo" ? point.rpoSeconds : point.rtoSeconds;
    const target = measure === "rpo" ? point.rpoTargetSeconds : point.rtoTargetSeconds;
    return seconds === null ? [] : [{ at: Date.parse(point.at), measured: seconds, target }];
  });
}

/** One sentence of figures. */
export function trendSummary(properties: Properties, measure: Measure, format: (seconds: number) => string): string {
  const { newestSeconds, medianSeconds, worstSeconds, withTargetCount, withinTargetCount } = properties[measure];
  if (newestSeconds === null || medianSeconds === null || worstSeconds === null) return "";
  const figures = `Newest ${format(newestSeconds)}, median ${format(medianSeconds)}, worst ${format(worstSeconds)}`;
  const within = withTargetCount === 0 ? "no target set" : `${withinTargetCount} of ${withTargetCount} within target`;
  return `${figures}; ${within}.`;
}
