import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

/** Whether the plan as it is now has been proven by a test of all of its machines. */
export function TestedState(props: { readonly plan: RecoveryPlanResource; readonly hasUnsavedChanges: boolean }) {
  const { tested } = props.plan.properties;
  if (tested === null) return <StatusBadge tone="unknown">Never tested</StatusBadge>;
  const isCurrent = tested.isCurrent && !props.hasUnsavedChanges;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <StatusBadge tone={isCurrent ? "good" : "warn"}>
        {isCurrent ? "Tested" : tested.isCurrent ? "Your changes are not tested" : "Changed since its last test"}
      </StatusBadge>
      <span className="text-[0.8125rem] text-muted">
        {isCurrent ? "on" : "last test on"} <ExactTime at={tested.at} />
      </span>
    </span>
  );
}
