/**
 * The formats of disk images, as every room and every message names them. `differencing` ones hold what changed since
 * their parent file; `vmdk-flat` and `vmdk-split` are a descriptor with one or several extent files beside it.
 */
export const DISK_FORMATS = [
  "raw",
  "vhd-fixed",
  "vhd-dynamic",
  "vhd-differencing",
  "vhdx-fixed",
  "vhdx-dynamic",
  "vhdx-differencing",
  "vmdk-flat",
  "vmdk-sparse",
  "vmdk-split",
  "vmdk-stream",
  "qcow2",
] as const;

export type DiskFormat = (typeof DISK_FORMATS)[number];

/** What a host makes a disk in, when a machine comes to it that it does not have: VHD and VHDX, or VMDK; each one file. */
export const HOST_DISK_FORMATS = [
  "vhd-fixed",
  "vhd-dynamic",
  "vhdx-fixed",
  "vhdx-dynamic",
  "vmdk-sparse",
] as const satisfies readonly DiskFormat[];

export type HostDiskFormat = (typeof HOST_DISK_FORMATS)[number];

const LABELS: Readonly<Record<DiskFormat, string>> = {
  raw: "raw",
  "vhd-fixed": "VHD, fixed",
  "vhd-dynamic": "VHD, dynamic",
  "vhd-differencing": "VHD, differencing",
  "vhdx-fixed": "VHDX, fixed",
  "vhdx-dynamic": "VHDX, dynamic",
  "vhdx-differencing": "VHDX, differencing",
  "vmdk-flat": "VMDK, flat",
  "vmdk-sparse": "VMDK, sparse",
  "vmdk-split": "VMDK, split",
  "vmdk-stream": "VMDK, stream-optimised",
  qcow2: "qcow2",
};

/** For people: `VHDX, dynamic`. A name that this version does not know is shown as it is. */
export function diskFormatLabel(format: string): string {
  return (LABELS as Readonly<Record<string, string | undefined>>)[format] ?? format;
}
