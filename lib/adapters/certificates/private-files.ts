import fs from "node:fs";
import path from "node:path";

/**
 * Replaces a file atomically and durably. Whatever holds a key is readable by its owner only from its first byte on:
 * the mode is given when the file is made, not afterwards.
 */
export function replaceFile(file: string, content: string | Uint8Array, mode: 0o600 | 0o644): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  fs.rmSync(temporary, { force: true });
  const descriptor = fs.openSync(temporary, "wx", mode);
  try {
    fs.writeFileSync(descriptor, content);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(temporary, file);
  syncFolder(path.dirname(file));
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
