import fs from "node:fs";
import path from "node:path";

/** What a VMware machine's configuration says of it. Source of the keys: files that Workstation and ESXi write. */
export interface VmxMachine {
  readonly displayName: string | null;
  readonly memoryBytes: number | null;
  readonly cpuCount: number | null;
  readonly osType: "Windows" | "Linux" | "Other";
  readonly generation: 1 | 2;
  readonly sharedBus: boolean;
  /** As they are named, boot disk first. */
  readonly diskNames: readonly string[];
}

const BYTES_MAX = 256 * 1024;
const MIB = 1024 ** 2;
const LINE = /^\s*([A-Za-z0-9_.:]+)\s*=\s*"([^"]*)"\s*$/;
const DEVICE = /^(ide|scsi|sata|nvme)(\d+):(\d+)\.filename$/;
const LINUX = /linux|ubuntu|debian|rhel|centos|sles|suse|fedora|photon|asianux|mandriva|redhat|rocky|alma/i;

/** Null when the file is no such configuration, or has no disks. */
export function readVmx(file: string): VmxMachine | null {
  if (fs.statSync(file).size > BYTES_MAX) return null;
  const settings = new Map<string, string>();
  for (const line of fs.readFileSync(file, "utf8").split(/\r?\n/)) {
    const found = LINE.exec(line);
    if (found) settings.set((found[1] ?? "").toLowerCase(), found[2] ?? "");
  }
  const diskNames = disksOf(settings);
  if (diskNames.length === 0) return null;
  const guest = settings.get("guestos") ?? "";
  return {
    displayName: settings.get("displayname")?.trim() || null,
    memoryBytes: positive(settings.get("memsize"), MIB),
    cpuCount: positive(settings.get("numvcpus"), 1),
    osType: /^win/i.test(guest) ? "Windows" : LINUX.test(guest) ? "Linux" : "Other",
    generation: settings.get("firmware")?.toLowerCase() === "efi" ? 2 : 1,
    sharedBus: [...settings].some(([key, value]) => /^scsi\d+\.sharedbus$/.test(key) && !/^(none|)$/i.test(value)),
    diskNames,
  };
}

/** In the order of buses and places; drives for discs, and what is switched off, are none. */
function disksOf(settings: ReadonlyMap<string, string>): string[] {
  const buses = ["ide", "scsi", "sata", "nvme"];
  return [...settings]
    .flatMap(([key, name]) => {
      const found = DEVICE.exec(key);
      if (!found || !/\.vmdk$/i.test(name)) return [];
      const device = key.slice(0, -".filename".length);
      if (settings.get(`${device}.present`)?.toUpperCase() === "FALSE") return [];
      if (/cdrom|floppy/i.test(settings.get(`${device}.devicetype`) ?? "")) return [];
      const order = buses.indexOf(found[1] ?? "") * 1e6 + Number(found[2]) * 1e3 + Number(found[3]);
      return [{ name, order }];
    })
    .sort((a, b) => a.order - b.order)
    .map(({ name }) => name);
}

function positive(text: string | undefined, unit: number): number | null {
  const value = Number(text);
  return Number.isSafeInteger(value * unit) && value > 0 ? value * unit : null;
}

export const isVmx = (name: string): boolean => /\.vmx$/i.test(name);

/** The name that a machine has where its configuration gives none. */
export const nameOfVmx = (file: string): string => path.basename(file).replace(/\.vmx$/i, "");
