import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { vault, type Context, type List } from "./site-to-azure";

interface Listed {
  readonly name: string;
  readonly properties: {
    readonly kind: string;
    readonly subject: { readonly type: string };
    readonly machines: number;
    readonly machinesSucceeded: number;
    readonly measured: { readonly rtoSeconds: number | null };
  };
}

const FORMATS = ["json", "html", "pdf"] as const;

/** Every run of the plan has a record; its report, in each form, is what the vault signed, and one changed byte is found. */
export async function expectSignedReports(context: Context, kinds: readonly string[]): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("The signed reports, verified by the command that an auditor would use");
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-reports-"));
  try {
    const records = `${vault}/providers/Secondsite.Recovery/failoverRecords`;
    const { value } = await arm.get<List<Listed>>(records);
    const key = await arm.get<{ properties: { fingerprint: string } }>(
      `${vault}/providers/Secondsite.Recovery/reportKey`,
    );
    for (const kind of kinds) {
      const record = value.find(
        ({ properties }) => properties.kind === kind && properties.subject.type === "RecoveryPlan",
      );
      const { machines = 0, machinesSucceeded, measured } = record?.properties ?? {};
      tell.expect(
        machines > 0 && machinesSucceeded === machines && typeof measured?.rtoSeconds === "number",
        `the plan's ${kind} is on record: all ${String(machines)} machines up after ${String(measured?.rtoSeconds)} s`,
      );
      for (const format of FORMATS) {
        const file = path.join(folder, `${kind}.${format}`);
        await fs.writeFile(file, await download(context, `${records}/${record?.name ?? ""}/report.${format}`));
        await expectVerified(context, file, key.properties.fingerprint);
      }
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function download({ arm }: Context, address: string): Promise<Buffer> {
  const response = await fetch(`${arm.origin}${address}?api-version=2026-11-01`);
  if (!response.ok) throw new Error(`${address}: ${String(response.status)} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

async function expectVerified({ tell }: Context, file: string, fingerprint: string): Promise<void> {
  const name = path.basename(file);
  const bytes = await fs.readFile(file);
  const forged = path.join(path.dirname(file), `forged-${name}`);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
  await fs.writeFile(forged, bytes);
  const [good, bad] = [verify(file, fingerprint), verify(forged, fingerprint)];
  tell.expect(good === 0 && bad === 1, `${name}: signed by the vault; with one bit changed it is refused`);
}

function verify(file: string, fingerprint: string): number | null {
  const program = path.resolve(import.meta.dirname, "..", "bin", "secondsite.mjs");
  return spawnSync(process.execPath, [program, "report", "verify", file, "--key", fingerprint]).status;
}
