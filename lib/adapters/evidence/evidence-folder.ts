import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { replaceFile } from "@/lib/adapters/certificates/private-files";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";

const NAME = /^[0-9a-f]{64}\.png$/;
const VAULT_ID = /^[A-Za-z0-9-]{1,64}$/;

/** `FOLDER/<vault id>/<SHA-256 of the content>.png`, readable by the owner only. */
export function createEvidenceFolder(folder: string): EvidenceFiles {
  const placeOf = (vaultId: string): string => {
    if (!VAULT_ID.test(vaultId)) throw new TypeError("an id of a vault that cannot be a folder's name");
    return path.join(folder, vaultId);
  };
  return {
    async put(vaultId, content) {
      const sha256 = hashOf(content);
      const file = `${sha256}.png`;
      replaceFile(path.join(placeOf(vaultId), file), content, 0o600);
      return { file, sha256 };
    },
    async get(vaultId, file) {
      if (!NAME.test(file)) return null;
      const place = path.join(placeOf(vaultId), file);
      try {
        const content = await fs.readFile(place);
        return `${hashOf(content)}.png` === file ? content : null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw translateFileError(error, place, "read");
      }
    },
    async deleteVault(vaultId) {
      const place = placeOf(vaultId);
      await fs.rm(place, { recursive: true, force: true }).catch((error: unknown) => {
        throw translateFileError(error, place, "delete");
      });
    },
  };
}

const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
