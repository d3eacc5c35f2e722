import type { MachineDefinition } from "./host-protocol";

const MIB = 1024 * 1024;

/**
 * The configuration (.vmx) that VMware's products keep beside a machine's disks, which it names without a path. Source of
 * the keys: files that Workstation writes. The disks are on IDE, boot disk first, as the host gives them to the guest: at
 * most four.
 */
export function vmxOf(definition: MachineDefinition): string {
  const { id, name, memoryBytes, cpuCount, disks } = definition;
  const settings: [key: string, value: string][] = [
    [".encoding", "UTF-8"],
    ["config.version", "8"],
    ["virtualHW.version", "14"],
    ["displayName", name],
    ["guestOS", "other"],
    ["firmware", "bios"],
    ["uuid.bios", biosUuid(id)],
    ["memsize", String(memoryBytes / MIB)],
    ["numvcpus", String(cpuCount)],
    ["serial0.present", "TRUE"],
  ];
  for (const [index, disk] of disks.entries()) {
    const device = `ide${Math.floor(index / 2)}:${index % 2}`;
    settings.push([`${device}.present`, "TRUE"], [`${device}.fileName`, disk.name]);
  }
  return settings.map(([key, value]) => `${key} = "${value}"\n`).join("");
}

/** `56 4d …-… …`: sixteen bytes with a hyphen in the middle. */
function biosUuid(id: string): string {
  const bytes = id.replaceAll("-", "").match(/../g) ?? [];
  return `${bytes.slice(0, 8).join(" ")}-${bytes.slice(8).join(" ")}`;
}
