"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { formatBytes } from "@/components/ui/format";
import { ErrorBar } from "@/components/ui/message-bar";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { VMWARE_DEMO } from "@/lib/contract/demo-site";
import { resourceNameProblem } from "@/lib/domain/names";

/** Makes a second demonstration site, whose machines are VMware's. */
export function AddDemoPanel({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState<string>(VMWARE_DEMO.siteName);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const close = () => {
    operation.clearError();
    setName(VMWARE_DEMO.siteName);
    setSubmitted(false);
    onClose();
  };
  const submit = () => {
    setSubmitted(true);
    if (resourceNameProblem(name, "site")) return;
    operation.run({
      title: "Add VMware demo site",
      subject: name,
      start: () => startOperation("PUT", api.estateSite(name), { properties: { demo: "vmware" } }, { onlyNew: true }),
      onAccepted: close,
    });
  };
  const nameProblem = wasSubmitted ? resourceNameProblem(name, "site") : null;
  const refusal = operation.error;
  const isAboutName = refusal?.code.startsWith("SiteName") ?? false;
  const refused = isAboutName
    ? [refusal?.message, refusal?.possibleCauses, refusal?.recommendedAction].join(" ")
    : null;
  return (
    <SidePanel
      title="Add a VMware demo site"
      description="A second demonstration site, whose machines have .vmx configurations and VMDK disks and really run."
      isOpen={isOpen}
      onClose={close}
      onSubmit={submit}
      submitLabel="Add site"
      busy={operation.isStarting}
      message={refusal && !isAboutName ? <ErrorBar error={refusal} /> : null}
    >
      <TextField
        label="Name of the site"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        error={nameProblem ? `${nameProblem.message} ${nameProblem.possibleCauses}` : refused}
        autoComplete="off"
      />
      <p>{`Makes ${VMWARE_DEMO.machines.join(" and ")}, starts them, and serves them from a host process of their own.`}</p>
      <p>
        {`Their disks take ${formatBytes(VMWARE_DEMO.diskBytes)} in the home folder, and more as their guests write. Removing the site deletes them.`}
      </p>
    </SidePanel>
  );
}
