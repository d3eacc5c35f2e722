import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";

const PROGRAM = "qemu-system-x86_64";
const KVM_DEVICE = "/dev/kvm";
/** An emulated boot takes a tenth of it. Where KVM is nested badly it takes many times as long, and guests never get up. */
const KVM_PROBE_MS = 1_000;
/** mov ax, 0x2000; mov dx, 0x604; out dx, ax; hlt: the PC's own power-off. */
const POWER_OFF = Buffer.from([0xb8, 0x00, 0x20, 0xba, 0x04, 0x06, 0xef, 0xf4]);

/** The emulator's path; null when it is not installed. */
export function findQemu(searchPath = process.env["PATH"] ?? ""): string | null {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, PROGRAM);
    if (folder !== "" && isExecutable(file)) return file;
  }
  return null;
}

export function qemuMissing(): string {
  return (
    `Machines cannot be started with QEMU: the program ${PROGRAM} was not found. ` +
    "Install Debian's package qemu-system-x86 (apt-get install qemu-system-x86), or use the embedded hypervisor v86."
  );
}

/** Whether KVM is there and boots a sector that switches the machine off in less than a second. Never throws. */
export async function probeKvm(program: string): Promise<boolean> {
  if (!isWritable(KVM_DEVICE)) return false;
  const folder = mkdtempSync(path.join(os.tmpdir(), "secondsite-kvm-"));
  try {
    const sector = Buffer.alloc(512);
    POWER_OFF.copy(sector);
    sector.writeUInt16LE(0xaa55, 510);
    const image = path.join(folder, "probe.raw");
    writeFileSync(image, sector);
    const drive = `file=${image},format=raw,if=ide,read-only=off`;
    const child = spawn(program, ["-accel", "kvm", "-m", "16", "-nodefaults", "-display", "none", "-drive", drive], {
      stdio: "ignore",
    });
    return await endsInTime(child);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function endsInTime(child: ReturnType<typeof spawn>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), KVM_PROBE_MS);
    const end = (code: number | null): void => {
      clearTimeout(timer);
      resolve(code === 0);
    };
    child.on("error", () => end(null));
    child.on("exit", end);
  });
}

function isExecutable(file: string): boolean {
  return isAccessible(file, constants.X_OK);
}

function isWritable(file: string): boolean {
  return isAccessible(file, constants.R_OK | constants.W_OK);
}

function isAccessible(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false; // Not there, or not ours to use: either way it is not an answer that can be used.
  }
}
