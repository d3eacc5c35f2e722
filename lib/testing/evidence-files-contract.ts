import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { EvidenceFiles } from "@/lib/operations/ports/evidence-files";

const text = (value: string) => new TextEncoder().encode(value);

/** Run by every implementation of the port. */
export function describeEvidenceFiles(name: string, open: () => Promise<EvidenceFiles> | EvidenceFiles): void {
  it(`${name}: gives back what was put, by its hash, in its vault only`, async () => {
    const files = await open();
    const kept = await files.put("vault-1", text("a picture"));
    expect(kept).toEqual({ sha256: createHash("sha256").update("a picture").digest("hex"), sizeBytes: 9 });
    expect(await files.put("vault-1", text("a picture"))).toEqual(kept);
    expect(Buffer.from((await files.get("vault-1", kept.sha256)) ?? []).toString()).toBe("a picture");
    expect(await files.get("vault-2", kept.sha256)).toBeNull();
    expect(await files.get("vault-1", "0".repeat(64))).toBeNull();
    expect(await files.get("vault-1", `../vault-1/${kept.sha256}`)).toBeNull();
    await files.deleteVault("vault-1");
    await files.deleteVault("vault-1");
    expect(await files.get("vault-1", kept.sha256)).toBeNull();
  });
}
