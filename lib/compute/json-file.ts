import type { FileSystem } from "@/lib/engine/disk/random-access-file";

/** Replaces a small JSON file as a whole: after a kill at any instant it holds the old or the new value. */
export function writeJsonFile(fileSystem: FileSystem, path: string, value: unknown): void {
  const temporary = `${path}.new`;
  const file = fileSystem.create(temporary, { replace: true });
  try {
    file.write(0, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, "utf8"));
    file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(temporary, path);
}

/** Throws SyntaxError when the file is not JSON. */
export function readJsonFile(fileSystem: FileSystem, path: string): unknown {
  const file = fileSystem.open(path, "read");
  try {
    const bytes = Buffer.alloc(file.sizeBytes());
    const length = file.read(0, bytes);
    return JSON.parse(bytes.toString("utf8", 0, length)) as unknown;
  } finally {
    file.close();
  }
}
