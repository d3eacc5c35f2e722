import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import path from "node:path";
import { readIfPresent, removeFile, replaceFile } from "@/lib/adapters/certificates/private-files";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import { Fault } from "@/lib/kernel/fault";
import type { ReportKeys } from "@/lib/operations/ports/report-keys";

/** `FOLDER/report-<vault id>.pem`: PKCS #8, readable by the owner only. */
export function createReportKeyFiles(folder: string): ReportKeys {
  const fileOf = (vaultId: string): string => path.join(folder, `report-${vaultId}.pem`);

  function keyOf(vaultId: string): KeyObject {
    const file = fileOf(vaultId);
    const known = readKey(file);
    if (known !== null) return known;
    const { privateKey } = generateKeyPairSync("ed25519");
    replaceFile(file, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
    // As it is on the medium: what signs now must be what signs after a restart.
    return readKey(file) ?? privateKey;
  }

  return {
    publicKey: async (vaultId) => createPublicKey(keyOf(vaultId)).export({ type: "spki", format: "der" }),
    sign: async (vaultId, message) => sign(null, message, keyOf(vaultId)),
    delete: async (vaultId) => removeFile(fileOf(vaultId)),
  };
}

function readKey(file: string): KeyObject | null {
  let text: string | null;
  try {
    text = readIfPresent(file);
  } catch (error) {
    throw translateFileError(error, file, "read");
  }
  if (text === null) return null;
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === "ed25519") return key;
    throw damaged(file, null);
  } catch (error) {
    throw error instanceof Fault ? error : damaged(file, error);
  }
}

/** Not replaced by a new one: reports that others hold were signed with what is lost. */
function damaged(file: string, cause: unknown): Fault {
  return new Fault(
    {
      code: "ReportKeyDamaged",
      message: `The key that signs the reports of this vault, ${file}, is not an Ed25519 key.`,
      possibleCauses: "The file was edited or damaged.",
      recommendedAction:
        "Put the file back from a backup of the home folder. If there is none, move it away: a new key is made, with a new fingerprint.",
    },
    { cause },
  );
}
