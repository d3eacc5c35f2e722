import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { ApplicationProbe, ProbeAnswer } from "@/lib/operations/ports/application-probe";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";
import type { ReportKeys } from "@/lib/operations/ports/report-keys";

export class MemoryEvidenceFiles implements EvidenceFiles {
  readonly files = new Map<string, Uint8Array>();
  /** The next put fails, as a full disk does. */
  failNext: Error | null = null;

  async put(vaultId: string, content: Uint8Array): Promise<{ file: string; sha256: string }> {
    const error = this.failNext;
    this.failNext = null;
    if (error) throw error;
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.files.set(`${vaultId}/${sha256}.png`, content);
    return { file: `${sha256}.png`, sha256 };
  }

  async get(vaultId: string, file: string): Promise<Uint8Array | null> {
    return this.files.get(`${vaultId}/${file}`) ?? null;
  }

  async deleteVault(vaultId: string): Promise<void> {
    for (const name of this.files.keys()) if (name.startsWith(`${vaultId}/`)) this.files.delete(name);
  }
}

export class MemoryReportKeys implements ReportKeys {
  readonly keys = new Map<string, KeyObject>();

  async publicKey(vaultId: string): Promise<Uint8Array> {
    return createPublicKey(this.#key(vaultId)).export({ type: "spki", format: "der" });
  }

  async sign(vaultId: string, message: Uint8Array): Promise<Uint8Array> {
    return sign(null, message, this.#key(vaultId));
  }

  async delete(vaultId: string): Promise<void> {
    this.keys.delete(vaultId);
  }

  #key(vaultId: string): KeyObject {
    const key = this.keys.get(vaultId) ?? generateKeyPairSync("ed25519").privateKey;
    this.keys.set(vaultId, key);
    return key;
  }
}

/** Answers what it was given, in turn; then as the last one. */
export class MemoryProbe implements ApplicationProbe {
  answers: ProbeAnswer[] = [{ passed: true, detail: "it answered" }];
  readonly asked: string[] = [];

  connect = async (host: string, port: number): Promise<ProbeAnswer> => this.#next(`${host}:${port}`);
  get = async (url: string): Promise<ProbeAnswer> => this.#next(url);

  #next(what: string): ProbeAnswer {
    this.asked.push(what);
    const [answer] = this.answers.length > 1 ? this.answers.splice(0, 1) : this.answers;
    return answer ?? { passed: false, detail: "nothing answers" };
  }
}
