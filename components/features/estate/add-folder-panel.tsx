"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { ErrorBar } from "@/components/ui/message-bar";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import type { ArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { resourceNameProblem } from "@/lib/domain/names";

/** Makes a site of a folder of disk images on this computer. */
export function AddFolderPanel({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [folder, setFolder] = useState("");
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const close = () => {
    operation.clearError();
    setName("");
    setFolder("");
    setSubmitted(false);
    onClose();
  };
  const submit = () => {
    setSubmitted(true);
    if (resourceNameProblem(name, "site") || folder.trim() === "") return;
    operation.run({
      title: "Add site",
      subject: name,
      start: () =>
        startOperation("PUT", api.estateSite(name), { properties: { folder: folder.trim() } }, { onlyNew: true }),
      onAccepted: close,
    });
  };
  const nameProblem = wasSubmitted ? resourceNameProblem(name, "site") : null;
  const refusal = operation.error;
  const about = fieldOf(refusal);
  const refused = (field: "name" | "folder") => (refusal && about === field ? sentence(refusal) : null);
  return (
    <SidePanel
      title="Add a folder as a site"
      description="Its disk images are served by a host process of their own, as a Hyper-V host serves its machines."
      isOpen={isOpen}
      onClose={close}
      onSubmit={submit}
      submitLabel="Add site"
      busy={operation.isStarting}
      message={refusal && about === null ? <ErrorBar error={refusal} /> : null}
    >
      <TextField
        label="Name of the site"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        error={nameProblem ? `${nameProblem.message} ${nameProblem.possibleCauses}` : refused("name")}
        autoComplete="off"
      />
      <TextField
        label="Folder"
        isRequired
        value={folder}
        onChange={setFolder}
        mono
        hint="The full path of a folder on this computer with .vhd, .img or .raw files. The images of a sub-folder are the disks of one machine."
        error={wasSubmitted && folder.trim() === "" ? "Name a folder." : refused("folder")}
        autoComplete="off"
      />
    </SidePanel>
  );
}

/** The estate's refusals name no property; their codes say what they are about. */
function fieldOf(refusal: ArmError | null): "name" | "folder" | null {
  if (/^(FolderNotFound|NoImagesFound|MachineSettingsNotValid)$/.test(refusal?.code ?? "")) return "folder";
  return refusal?.code.startsWith("SiteName") ? "name" : null;
}

const sentence = (refusal: ArmError) =>
  [refusal.message, refusal.possibleCauses, refusal.recommendedAction].filter((part) => part !== "").join(" ");
