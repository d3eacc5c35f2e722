/**
 * Sizes of machines in the simulated region: the A series and the Dv2 series of the classic portal's time. The machines
 * that really run get the memory of their source; a size is what Azure would charge for.
 */
export interface MachineSize {
  readonly name: string;
  readonly cpuCoresCount: number;
  readonly memoryInGB: number;
  readonly maxDataDiskCount: number;
  readonly maxNicsCount: number;
}

export const DEFAULT_SIZE = "Standard_A1";

const size = (
  name: string,
  cpuCoresCount: number,
  memoryInGB: number,
  maxDataDiskCount: number,
  maxNicsCount: number,
): MachineSize => ({ name, cpuCoresCount, memoryInGB, maxDataDiskCount, maxNicsCount });

export const SIZES: readonly MachineSize[] = [
  size("Standard_A0", 1, 0.75, 1, 1),
  size("Standard_A1", 1, 1.75, 2, 1),
  size("Standard_A2", 2, 3.5, 4, 1),
  size("Standard_A3", 4, 7, 8, 2),
  size("Standard_A4", 8, 14, 16, 4),
  size("Standard_D1_v2", 1, 3.5, 2, 1),
  size("Standard_D2_v2", 2, 7, 4, 2),
  size("Standard_D3_v2", 4, 14, 8, 4),
  size("Standard_D4_v2", 8, 28, 16, 8),
];

export function findSize(name: string): MachineSize | null {
  return SIZES.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase()) ?? null;
}

/** The smallest sizes that have the cores, memory and data disks of a machine, smallest first. */
export function sizesFor<Size extends Omit<MachineSize, "maxNicsCount">>(
  machine: { readonly cpuCount: number; readonly memoryBytes: number; readonly dataDiskCount: number },
  sizes: readonly Size[],
): Size[] {
  const memoryInGB = machine.memoryBytes / 1024 ** 3;
  const fits = (size: Size) =>
    size.cpuCoresCount >= machine.cpuCount &&
    size.memoryInGB >= memoryInGB &&
    size.maxDataDiskCount >= machine.dataDiskCount;
  return sizes.filter(fits).sort((a, b) => a.memoryInGB - b.memoryInGB || a.cpuCoresCount - b.cpuCoresCount);
}
