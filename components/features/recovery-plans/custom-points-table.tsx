"use client";
import { useQueries } from "@tanstack/react-query";
import { formatDateTime, formatPlural } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { recoveryPointsQuery } from "@/lib/client/queries/protected-items";
import type { MachinePointWire } from "@/lib/contract/plan-validation";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { chosenPoints, pointUnits, type Moment } from "./custom-points";

const PROCESSED = "processed";

/** The machines of the plan, each with its recovery point; a consistency group has one instant for all of its machines. */
export function CustomPointsTable(props: {
  readonly vaultName: string;
  readonly items: readonly ProtectedItemResource[];
  readonly chosen: ReadonlyMap<string, string>;
  readonly onChange: (chosen: ReadonlyMap<string, string>, points: readonly MachinePointWire[]) => void;
}) {
  const lists = useQueries({ queries: props.items.map((item) => recoveryPointsQuery(props.vaultName, item)) });
  const units = pointUnits(props.items.map((item, index) => ({ item, points: lists[index]?.data ?? [] })));
  const choose = (key: string, value: string) => {
    const chosen = new Map(props.chosen);
    if (value === PROCESSED) chosen.delete(key);
    else chosen.set(key, value);
    props.onChange(chosen, chosenPoints(units, chosen));
  };
  return (
    <table aria-label="Recovery points by machine" className="w-full border-collapse text-left">
      <thead className="text-[0.75rem] text-muted">
        <tr>
          <th scope="col" className="py-1 pr-3 font-medium">
            Machine
          </th>
          <th scope="col" className="py-1 font-medium">
            Recovery point
          </th>
        </tr>
      </thead>
      <tbody>
        {units.map((unit) => {
          const names = unit.machines.map(({ item }) => item.properties.friendlyName).join(", ");
          return (
            <tr key={unit.key} className="border-t border-line align-top">
              <th scope="row" className="py-2 pr-3 font-normal wrap-anywhere">
                {names}
                {unit.group === null ? null : (
                  <span className="block text-[0.8125rem] text-muted">Consistency group {unit.group}: one instant</span>
                )}
              </th>
              <td className="w-3/5 py-1.5">
                <Select
                  hideLabel
                  label={`Recovery point of ${names}`}
                  options={[
                    { value: PROCESSED, label: "Latest processed", hint: "The newest that is in the vault." },
                    ...unit.moments.map(momentOption),
                  ]}
                  value={props.chosen.get(unit.key) ?? PROCESSED}
                  onChange={(value) => choose(unit.key, value)}
                />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function momentOption({ key, at, isApplicationConsistent, orders }: Moment) {
  const kind = isApplicationConsistent ? "Application-consistent" : "Crash-consistent";
  return {
    value: key,
    label: formatDateTime(at),
    hint: orders === null ? kind : `${kind}, ${formatPlural(orders, "order")} on disk`,
  };
}
