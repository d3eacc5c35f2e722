import { createHash } from "node:crypto";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";

/** The twin of the folder of evidence files. */
export class MemoryEvidenceFiles implements EvidenceFiles {
  readonly files = new Map<string, Uint8Array>();
  /** The next put fails, as a full disk does. */
  failNext: Error | null = null;

  async put(vaultId: string, bytes: Uint8Array) {
    const error = this.failNext;
    this.failNext = null;
    if (error) throw error;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.files.set(`${vaultId}/${sha256}`, Uint8Array.from(bytes));
    return { sha256, sizeBytes: bytes.byteLength };
  }

  async get(vaultId: string, sha256: string) {
    return this.files.get(`${vaultId}/${sha256}`) ?? null;
  }

  async deleteVault(vaultId: string) {
    for (const name of this.files.keys()) if (name.startsWith(`${vaultId}/`)) this.files.delete(name);
  }
}
