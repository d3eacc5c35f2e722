"use client";
import { Checkbox } from "@/components/ui/checkbox";

interface Props {
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

/** Whether the replica starts before its disks are whole. */
export function StartInstantlyChoice({ value, onChange }: Props) {
  return (
    <Checkbox isSelected={value} onChange={onChange}>
      Start instantly
      <span className="block text-[0.8125rem] text-muted">
        The machine runs within seconds and reads from the vault what has not come yet; the disks are completed and
        verified behind it, and the job ends when they are. Otherwise they are complete and verified before the start.
      </span>
    </Checkbox>
  );
}
