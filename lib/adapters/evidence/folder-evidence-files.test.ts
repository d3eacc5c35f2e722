import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { describeEvidenceFiles } from "@/lib/testing/evidence-files-contract";
import { MemoryEvidenceFiles } from "@/lib/testing/memory-evidence-files";
import { createEvidenceFiles } from "./folder-evidence-files";

const made: string[] = [];
const folder = () => {
  const name = fs.mkdtempSync(path.join(os.tmpdir(), "evidence-"));
  made.push(name);
  return name;
};
afterEach(() => {
  for (const name of made.splice(0)) fs.rmSync(name, { recursive: true });
});

describeEvidenceFiles("a folder", () => createEvidenceFiles(folder()));
describeEvidenceFiles("memory", () => new MemoryEvidenceFiles());

it("is for the owner only, and says when somebody changed a file", async () => {
  const name = folder();
  const files = createEvidenceFiles(name);
  const { sha256 } = await files.put("vault-1", Buffer.from("before"));
  const file = path.join(name, "vault-1", sha256);
  expect(fs.statSync(file).mode & 0o077).toBe(0);
  fs.writeFileSync(file, "after!");
  await expect(files.get("vault-1", sha256)).rejects.toMatchObject({ code: "EvidenceFileDamaged" });
});
