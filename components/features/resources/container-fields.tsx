"use client";
import { fieldProblem } from "@/components/shell/field-problem";
import { PasswordField } from "@/components/ui/password-field";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { ArmError } from "@/lib/client/arm-error";
import { containerNameProblem, DEFAULT_CONTAINER } from "@/lib/domain/azure-storage";

/** Where a storage account's vaults lie. */
export interface Backing {
  readonly kind: "folder" | "azureBlob";
  readonly connectionString: string;
  readonly container: string;
}

export const FOLDER: Backing = { kind: "folder", connectionString: "", container: DEFAULT_CONTAINER };
const CONNECTION = "properties.azureBlob";
const CONTAINER = "properties.azureBlob.container";
/** What errors of the service name these fields. */
export const CONTAINER_TARGETS = [CONNECTION, CONTAINER];

const missing = {
  code: "StorageConnectionMissing",
  message: "Enter the connection string.",
  possibleCauses: "It is empty.",
  recommendedAction: "Copy it from the storage account's Access keys in Azure.",
};

export function backingProblem(backing: Backing) {
  if (backing.kind === "folder") return null;
  return backing.connectionString.trim() === "" ? missing : containerNameProblem(backing.container);
}

/** As the API takes it. */
export function propertiesOf({ kind, connectionString, container }: Backing) {
  return kind === "folder" ? {} : { azureBlob: { connectionString: connectionString.trim(), container } };
}

/** A folder of this computer, or a container of a real storage account with what opens it. */
export function ContainerFields(props: {
  readonly value: Backing;
  readonly onChange: (value: Backing) => void;
  readonly wasSubmitted: boolean;
  readonly error: ArmError | null;
}) {
  const { value, onChange, wasSubmitted } = props;
  const isMissing = wasSubmitted && value.connectionString.trim() === "";
  return (
    <>
      <Select
        label="Where vaults keep their data"
        isRequired
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind: kind === "azureBlob" ? "azureBlob" : "folder" })}
        options={[
          { value: "folder", label: "A folder on this computer", hint: "Nothing leaves it." },
          { value: "azureBlob", label: "Azure Blob Storage", hint: "A real storage account of yours; Azure bills it." },
        ]}
      />
      {value.kind === "azureBlob" ? (
        <>
          <PasswordField
            label="Connection string"
            value={value.connectionString}
            onChange={(connectionString) => onChange({ ...value, connectionString })}
            hint="From the account's Access keys in Azure. It is tried now, stored for this portal only, and never shown again."
            error={fieldProblem(isMissing ? missing : null, props.error, CONNECTION)}
          />
          <TextField
            label="Container"
            isRequired
            value={value.container}
            onChange={(container) => onChange({ ...value, container })}
            hint="Made when it is missing. Vaults are encrypted before they go there."
            error={fieldProblem(wasSubmitted ? containerNameProblem(value.container) : null, props.error, CONTAINER)}
            autoComplete="off"
          />
        </>
      ) : null}
    </>
  );
}
