import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { ApplicationProbe, ProbeAnswer } from "@/lib/operations/ports/application-probe";
import type { ReportKeys } from "@/lib/operations/ports/report-keys";

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
