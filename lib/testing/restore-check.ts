import { openDisk } from "@/lib/engine/disk/open-disk";
import { materialise, type MaterialiseFormat } from "@/lib/engine/vault/materialise";
import type { ObjectReader } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { MemoryFileSystem } from "./memory-file-system";
import type { ModelDisk } from "./model-disk";
import { seededRandom } from "./seeded-random";
import { TestClock } from "./test-clock";
import { testKeys } from "./vault-harness";

/** Restores every disk of a point and compares it with what it was; throws at the first difference. */
export async function checkRestores(
  store: ObjectReader,
  pointName: string,
  disks: ReadonlyMap<string, ModelDisk>,
  keys = testKeys(),
  format: MaterialiseFormat = "vhd-fixed",
): Promise<void> {
  const context = { machine: "MACHINE-1", point: pointName };
  const vault = await openVaultReader(store, keys);
  const point = await openPoint(store, keys, pointName, context);
  for (const disk of point.disks) {
    const model = disks.get(disk.diskId);
    if (model === undefined) throw new Error(`the point has a disk that nobody knows: ${disk.diskId}`);
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    const result = await materialise({
      vault,
      disk,
      context,
      fileSystem,
      targetPath: "/replica/disk.vhd",
      format,
      random: seededRandom(3),
      clock: new TestClock(),
    });
    const restored = openDisk(fileSystem, "/replica/disk.vhd", "read");
    const difference = model.firstDifference(restored);
    restored.close();
    if (result.root !== disk.root) throw new Error(`disk ${disk.diskId} has another root`);
    if (difference !== null) throw new Error(`disk ${disk.diskId} differs in block ${difference}`);
  }
}
