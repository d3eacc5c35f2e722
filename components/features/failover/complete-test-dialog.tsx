"use client";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { TextField } from "@/components/ui/text-field";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { FormDialog } from "@/components/ui/form-dialog";

/** Ends a test: the notes are kept, everything the test made is removed, and a listing proves it. */
export function CompleteTestDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  const [notes, setNotes] = useState("");
  const [complete, setComplete] = useState(false);
  return (
    <FormDialog
      {...frame}
      title={`Complete the test of ${item.properties.friendlyName}`}
      submitLabel="Complete test"
      disabledReason={complete ? null : "Tick the box to say that the test is complete."}
      onSubmit={() => onRun(failoverRequests.completeTest(item, notes))}
    >
      <p>
        The test machine and its disks are deleted. The job ends well only when a listing of the region and of the
        storage account shows that nothing of the test is left.
      </p>
      <TextField
        label="Notes"
        hint="What did you check, and what did you find? Kept with the evidence of this test."
        value={notes}
        onChange={setNotes}
        multiline
      />
      <Checkbox isSelected={complete} onChange={setComplete}>
        The test failover is complete
      </Checkbox>
    </FormDialog>
  );
}
