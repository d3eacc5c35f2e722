"use client";
import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { machineName } from "./plan-machines";
import type { PlanChoice } from "./plan-requests";
import { directionText, runOrder } from "./run-order";

/** The direction of a run and what it will do, in its order, before anybody agrees to it. */
export function RunPreview(
  props: Pick<PlanChoice, "failoverType" | "direction"> & {
    readonly vaultName: string;
    readonly plan: RecoveryPlanResource;
    readonly onChangeDirection?: (() => void) | null;
  },
) {
  const { primaryFabricFriendlyName, groups } = props.plan.properties;
  const items = useQuery(protectedItemsQuery(props.vaultName)).data ?? [];
  return (
    <section aria-label="Order of the run" className="rounded-md border border-line bg-sunken px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">{directionText(props.direction, primaryFabricFriendlyName)}</p>
        {props.onChangeDirection ? <Button onPress={props.onChangeDirection}>Change direction</Button> : null}
      </div>
      <ol className="mt-1 flex list-decimal flex-col gap-0.5 pl-5 text-[0.8125rem]">
        {runOrder(groups, props, (id) => machineName(items, id)).map((line) => (
          <li key={line} className="wrap-anywhere">
            {line}
          </li>
        ))}
      </ol>
    </section>
  );
}
