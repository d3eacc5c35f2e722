/** The file of a replica's disk: unique by its index; the name is for people, with nothing in it that a path could stumble over. */
export function fileName(index: number, diskName: string): string {
  const stem = diskName.replace(/\.[A-Za-z0-9]{1,5}$/, "").replace(/[^A-Za-z0-9-]+/g, "-");
  return `${index}-${stem.slice(0, 60) || "disk"}.vhd`;
}

/** As the source reported it; of a disk that it reports no longer, the first counts as the boot disk. */
export function roleOf(reported: { readonly role: "os" | "data" } | undefined, index: number): "os" | "data" {
  return reported?.role ?? (index === 0 ? "os" : "data");
}
