import type { OnDemandDisks, OnDemandProgress, OnDemandRequest } from "@/lib/operations/ports/on-demand-disks";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import type { MemoryReplicaFolders } from "./memory-replica-folders";
import { take, testRoot, type MemoryVaultData } from "./memory-vault-data";

/** Disks that are usable at once and proven when the test lets them be (at once by default). */
export class MemoryOnDemandDisks implements OnDemandDisks {
  readonly served = new Map<string, { readonly request: OnDemandRequest; readonly root: string }>();
  readonly opened: string[] = [];
  /** False: nothing is proven for the moment. */
  completes = true;
  problem: Explanation | null = null;
  /** What `remains` claims is left, whatever was closed. */
  stubborn: string | null = null;

  constructor(
    private readonly folders: MemoryReplicaFolders,
    private readonly vaultData: MemoryVaultData,
  ) {}

  async open(request: OnDemandRequest): Promise<void> {
    if (this.served.has(request.path)) return;
    const point = this.vaultData.points.get(request.pointObjectName);
    if (!point || take(this.vaultData.failures, request.diskId)) {
      const message = `A pack of ${request.machineName} in ${request.pointObjectName} is missing.`;
      throw new Fault({
        code: "PackMissing",
        message,
        possibleCauses: "Deleted.",
        recommendedAction: "Another point.",
      });
    }
    const root = testRoot(request.diskId, point.orders);
    this.folders.files.set(request.path, { root, orders: point.orders });
    this.served.set(request.path, { request, root });
    this.opened.push(request.path);
  }

  progress(path: string): OnDemandProgress | null {
    const disk = this.served.get(path);
    if (!disk) return null;
    const common = { bytesTotal: 1024, bytesPerSecond: null, bytesDemanded: 512, problem: this.problem };
    if (!this.completes || this.problem) return { ...common, phase: "hydrating", bytesDone: 256, proof: null };
    const proof = {
      ...{ root: disk.root, bytesWritten: 1024, bytesVerified: 1024, seconds: 0.1, at: "2026-01-05T08:00:01.000Z" },
      holesProvenBy: "read" as const,
    };
    return { ...common, phase: "hydrated", bytesDone: 1024, proof };
  }

  async close(folder: string): Promise<void> {
    for (const path of this.served.keys()) if (path.startsWith(`${folder}/`)) this.served.delete(path);
  }

  async remains(folder: string): Promise<string[]> {
    const served = [...this.served.keys()].filter((path) => path.startsWith(`${folder}/`));
    return [...served, ...(this.stubborn === null ? [] : [this.stubborn])];
  }
}
