import fs from "node:fs";
import path from "node:path";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";

/**
 * Replaces a file atomically and durably. Whatever holds a key is readable by its owner only from its first byte on:
 * the mode is given when the file is made, not afterwards.
 * @throws Fault StorageFull and the other faults of files
 */
export function replaceFile(file: string, content: string | Uint8Array, mode: 0o600 | 0o644): void {
  const temporary = `${file}.${process.pid}.new`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.rmSync(temporary, { force: true });
    writeDurably(temporary, content, mode);
    fs.renameSync(temporary, file);
    syncFolder(path.dirname(file));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw translateFileError(error, file, "write");
  }
}

function writeDurably(file: string, content: string | Uint8Array, mode: number): void {
  const descriptor = fs.openSync(file, "wx", mode);
  try {
    fs.writeFileSync(descriptor, content);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

export function readIfPresent(file: string): string | null {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

export function removeFile(file: string): void {
  fs.rmSync(file, { force: true });
  if (fs.existsSync(path.dirname(file))) syncFolder(path.dirname(file));
}

function syncFolder(folder: string): void {
  const descriptor = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
