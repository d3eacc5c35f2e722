import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { replaceFile } from "@/lib/adapters/certificates/private-files";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import { Fault } from "@/lib/kernel/fault";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";

const SHA256 = /^[0-9a-f]{64}$/;
/** Ids of vaults are ours; a name from outside must never become a path. */
const VAULT_ID = /^[A-Za-z0-9-]{1,64}$/;

/** One folder a vault, one file each, named by its hash; readable by the owner only. */
export function createEvidenceFiles(folder: string): EvidenceFiles {
  const fileOf = (vaultId: string, sha256: string) =>
    VAULT_ID.test(vaultId) && SHA256.test(sha256) ? path.join(folder, vaultId, sha256) : null;
  return {
    async put(vaultId, bytes) {
      const sha256 = hashOf(bytes);
      const file = fileOf(vaultId, sha256);
      if (file === null) throw new Error(`${vaultId} is not the id of a vault`);
      replaceFile(file, bytes, 0o600);
      return { sha256, sizeBytes: bytes.byteLength };
    },
    async get(vaultId, sha256) {
      const file = fileOf(vaultId, sha256);
      if (file === null) return null;
      let bytes: Buffer;
      try {
        bytes = await fs.readFile(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
      if (hashOf(bytes) !== sha256) throw damaged(sha256);
      return bytes;
    },
    async deleteVault(vaultId) {
      if (!VAULT_ID.test(vaultId)) throw new Error(`${vaultId} is not the id of a vault`);
      const place = path.join(folder, vaultId);
      await fs.rm(place, { recursive: true, force: true }).catch((error: unknown) => {
        throw translateFileError(error, place, "delete");
      });
    },
  };
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function damaged(sha256: string): Fault {
  return new Fault({
    code: "EvidenceFileDamaged",
    message: `The evidence file ${sha256} does not hold the bytes that were attached.`,
    possibleCauses: "It was changed in the home folder, or its disk is failing.",
    recommendedAction: "Restore the file from a backup of the home folder; its SHA-256 is its name.",
  });
}
