import { createHash } from "node:crypto";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";

/** The twin of the folder of evidence files. */
export class MemoryEvidenceFiles implements EvidenceFiles {
  readonly files = new Map<string, Uint8Array>();

  async put(vaultId: string, bytes: Uint8Array) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.files.set(`${vaultId}/${sha256}`, Uint8Array.from(bytes));
    return { sha256, sizeBytes: bytes.byteLength };
  }

  async get(vaultId: string, sha256: string) {
    return this.files.get(`${vaultId}/${sha256}`) ?? null;
  }
}
