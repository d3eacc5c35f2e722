// lib/kernel/assert.ts
var BugError = class extends Error {
  name = "BugError";
};
function assert(condition, message) {
  if (!condition) throw new BugError(message);
}

// lib/adapters/files/node-file-system.ts
import fs2 from "node:fs";
import path from "node:path";

// lib/kernel/fault.ts
var Fault = class extends Error {
  name = "Fault";
  code;
  possibleCauses;
  recommendedAction;
  /** Whether the same call may succeed later without anybody doing anything. */
  retryable;
  constructor(explanation, options = {}) {
    super(explanation.message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.code = explanation.code;
    this.possibleCauses = explanation.possibleCauses;
    this.recommendedAction = explanation.recommendedAction;
    this.retryable = options.retryable ?? false;
  }
  get explanation() {
    return {
      code: this.code,
      message: this.message,
      possibleCauses: this.possibleCauses,
      recommendedAction: this.recommendedAction
    };
  }
};
var Refusal = class extends Error {
  name = "Refusal";
  kind;
  code;
  possibleCauses;
  recommendedAction;
  /** The property (dotted path) or resource id that the refusal is about. */
  target;
  constructor(kind, explanation, target) {
    super(explanation.message);
    this.kind = kind;
    this.code = explanation.code;
    this.possibleCauses = explanation.possibleCauses;
    this.recommendedAction = explanation.recommendedAction;
    this.target = target;
  }
  get explanation() {
    return {
      code: this.code,
      message: this.message,
      possibleCauses: this.possibleCauses,
      recommendedAction: this.recommendedAction
    };
  }
};

// lib/engine/disk/file-faults.ts
var StorageFullFault = class extends Fault {
  name = "StorageFullFault";
  constructor(path2, cause) {
    super(
      {
        code: "StorageFull",
        message: `There is no space left to write '${path2}'.`,
        possibleCauses: "The disk or the quota that holds this file is full.",
        recommendedAction: "Free space on that disk, or move the data to a larger one, then try again."
      },
      { cause }
    );
  }
};
function fileNotFound(path2, cause) {
  return new Fault(
    {
      code: "FileNotFound",
      message: `The file '${path2}' does not exist.`,
      possibleCauses: "It was moved, renamed or deleted, or the disk that holds it is not mounted.",
      recommendedAction: "Check the path, bring the file back, then try again."
    },
    { cause }
  );
}
function fileAlreadyExists(path2, cause) {
  return new Fault(
    {
      code: "FileExists",
      message: `The file '${path2}' exists already and is not overwritten.`,
      possibleCauses: "An earlier run left it, or two machines use the same path.",
      recommendedAction: "Choose another path, or remove the file if nobody needs it."
    },
    { cause }
  );
}
function fileAccessDenied(path2, cause) {
  return new Fault(
    {
      code: "FileAccessDenied",
      message: `The file '${path2}' may not be opened by the user that this program runs as.`,
      possibleCauses: "Its owner or its permissions do not allow it, or the disk is mounted read-only.",
      recommendedAction: "Give this user access to the file (for a source image: reading is enough), then try again."
    },
    { cause }
  );
}
function tooManyOpenFiles(path2, cause) {
  return new Fault(
    {
      code: "TooManyOpenFiles",
      message: `The file '${path2}' could not be opened because too many files are open.`,
      possibleCauses: "The limit of open files (ulimit -n) is low for the number of disks in use.",
      recommendedAction: "Raise the limit of open files and start the program again."
    },
    { cause, retryable: true }
  );
}
function notAFile(path2, cause) {
  return new Fault(
    {
      code: "NotAFile",
      message: `'${path2}' is not a regular file.`,
      possibleCauses: "The path names a folder, a device, a pipe or a socket.",
      recommendedAction: "Give the path of a disk image file."
    },
    { cause }
  );
}
function fileOperationFailed(path2, operation, cause) {
  return new Fault(
    {
      code: "FileOperationFailed",
      message: `The operating system failed to ${operation} '${path2}'${cause instanceof Error ? `: ${cause.message}` : ""}.`,
      possibleCauses: "The medium is damaged, was unplugged, or its network connection was lost.",
      recommendedAction: "Check the disk and the system log, then try again."
    },
    { cause }
  );
}

// lib/adapters/files/data-extents.ts
import { execFileSync } from "node:child_process";
import fs from "node:fs";
var OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
var PROGRAM = `
my $at = 0;
while (defined(my $data = sysseek(STDIN, $at, 3))) {
  my $hole = sysseek(STDIN, $data, 4);
  exit 1 unless defined $hole;
  printf "%d %d\\n", $data, $hole;
  $at = $hole;
}
exit($!{ENXIO} ? 0 : 1);
`;
function dataExtentsOf(fd) {
  const { size, blocks } = fs.fstatSync(fd);
  if (blocks * 512 >= size) return null;
  let output;
  try {
    output = execFileSync("perl", ["-MErrno", "-e", PROGRAM], {
      stdio: [fd, "pipe", "ignore"],
      encoding: "latin1",
      maxBuffer: OUTPUT_BYTES_MAX
    });
  } catch {
    return null;
  }
  return parseExtents(output);
}
function parseExtents(output) {
  return output.split("\n").filter((line) => line !== "").map((line) => {
    const [data, hole] = line.split(" ").map(Number);
    return { offsetBytes: data ?? 0, lengthBytes: (hole ?? 0) - (data ?? 0) };
  });
}

// lib/adapters/files/translate-file-error.ts
function translateFileError(error, file, operation) {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && "code" in error ? error.code : void 0;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return new StorageFullFault(file, error);
    case "ENOENT":
    case "ENOTDIR":
      return fileNotFound(file, error);
    case "EEXIST":
      return fileAlreadyExists(file, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return fileAccessDenied(file, error);
    case "EISDIR":
      return notAFile(file, error);
    case "EMFILE":
    case "ENFILE":
      return tooManyOpenFiles(file, error);
    default:
      return fileOperationFailed(file, operation, error);
  }
}

// lib/adapters/files/node-file-system.ts
var CALL_BYTES_MAX = 1 << 30;
function attempt(file, operation, call) {
  try {
    return call();
  } catch (error) {
    throw translateFileError(error, file, operation);
  }
}
var NodeFile = class {
  path;
  #fd;
  #open = true;
  constructor(file, fd) {
    this.path = file;
    this.#fd = fd;
  }
  #attempt(operation, call) {
    assert(this.#open, `${this.path} is used after it was closed`);
    return attempt(this.path, operation, () => call(this.#fd));
  }
  sizeBytes() {
    return this.#attempt("examine", (fd) => fs2.fstatSync(fd).size);
  }
  read(offset, into) {
    return this.#attempt("read", (fd) => {
      let done = 0;
      while (done < into.length) {
        const count = Math.min(into.length - done, CALL_BYTES_MAX);
        const got = fs2.readSync(fd, into, done, count, offset + done);
        if (got === 0) break;
        done += got;
      }
      return done;
    });
  }
  write(offset, bytes) {
    this.#attempt("write", (fd) => {
      let done = 0;
      while (done < bytes.length) {
        const count = Math.min(bytes.length - done, CALL_BYTES_MAX);
        done += fs2.writeSync(fd, bytes, done, count, offset + done);
      }
    });
  }
  truncate(sizeBytes) {
    this.#attempt("resize", (fd) => fs2.ftruncateSync(fd, sizeBytes));
  }
  allocatedBytes() {
    return this.#attempt("examine", (fd) => fs2.fstatSync(fd).blocks * 512);
  }
  dataExtents() {
    return this.#attempt("examine", (fd) => dataExtentsOf(fd));
  }
  isLinked() {
    return this.#attempt("examine", (fd) => fs2.fstatSync(fd).nlink > 0);
  }
  sync() {
    this.#attempt("sync", (fd) => fs2.fsyncSync(fd));
  }
  close() {
    if (!this.#open) return;
    this.#attempt("close", (fd) => {
      this.#open = false;
      fs2.closeSync(fd);
    });
  }
};
function openFile(file, flags, operation) {
  const fd = attempt(file, operation, () => fs2.openSync(file, flags, 384));
  if (!fs2.fstatSync(fd).isFile()) {
    fs2.closeSync(fd);
    throw notAFile(file);
  }
  return new NodeFile(file, fd);
}
function syncPath(file, flags) {
  const fd = fs2.openSync(file, flags);
  try {
    fs2.fsyncSync(fd);
  } finally {
    fs2.closeSync(fd);
  }
}
var NodeFileSystem = class {
  open(file, mode) {
    attempt(file, "open", () => {
      const found = fs2.statSync(file);
      if (!found.isFile()) throw Object.assign(new Error("not a regular file"), { code: "EISDIR" });
    });
    return openFile(file, mode === "read" ? "r" : "r+", "open");
  }
  create(file, options = {}) {
    return openFile(file, options.replace === true ? "w+" : "wx+", "create");
  }
  exists(file) {
    return fs2.existsSync(file);
  }
  list(folder) {
    return attempt(folder, "list", () => fs2.readdirSync(folder)).sort();
  }
  remove(file) {
    attempt(file, "remove", () => {
      if (fs2.lstatSync(file, { throwIfNoEntry: false }) !== void 0) fs2.unlinkSync(file);
    });
  }
  rename(from, to) {
    attempt(from, "rename", () => {
      syncPath(from, "r");
      fs2.renameSync(from, to);
      syncPath(path.dirname(to), "r");
    });
  }
  makeFolder(folder) {
    attempt(folder, "create", () => fs2.mkdirSync(folder, { recursive: true, mode: 448 }));
  }
  statIdentity(file) {
    const found = attempt(file, "examine", () => fs2.statSync(file, { bigint: true }));
    return {
      fileId: `${found.dev}:${found.ino}`,
      sizeBytes: Number(found.size),
      modifiedNs: found.mtimeNs.toString()
    };
  }
  realPath(file) {
    return attempt(file, "examine", () => fs2.realpathSync(file));
  }
};
var nodeFileSystem = new NodeFileSystem();

// lib/engine/disk/open-disk.ts
import { Buffer as Buffer28 } from "node:buffer";

// lib/engine/disk/disk-faults.ts
var damageCauses = "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
var damageAction = "Copy the image again from its origin, or restore it from a recovery point or a backup.";
function notADiskImage(path2, why) {
  return new Fault({
    code: "NotADiskImage",
    message: `'${path2}' is not a disk image that can be read: ${why}.`,
    possibleCauses: "The file is something else, was cut off while it was copied, or has the wrong extension.",
    recommendedAction: "Use a VHD file, or a raw image whose name ends in .raw or .img and whose size is a multiple of 512 bytes."
  });
}
function vhdChecksumMismatch(path2, part) {
  return new Fault({
    code: "VhdChecksumMismatch",
    message: `The checksum of the ${part} of '${path2}' does not match its content.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction
  });
}
function vhdTruncated(path2, why) {
  return new Fault({
    code: "VhdTruncated",
    message: `The disk image '${path2}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin."
  });
}
function vhdTableLoop(path2, why) {
  return new Fault({
    code: "VhdTableLoop",
    message: `The block table of the VHD '${path2}' contradicts itself: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction
  });
}
function vhdDamaged(path2, why) {
  return new Fault({
    code: "VhdDamaged",
    message: `The VHD '${path2}' is damaged: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction
  });
}
function vhdUnsupported(path2, what) {
  return new Fault({
    code: "VhdUnsupported",
    message: `The VHD '${path2}' ${what}, which cannot be read here.`,
    possibleCauses: "The machine has checkpoints, or the file was made by a program that uses parts of the format of its own.",
    recommendedAction: "Merge the checkpoints, or convert the disk to a fixed or dynamic VHD."
  });
}
function diskTooLargeForFormat(path2, virtualSizeBytes, limitBytes) {
  return new Fault({
    code: "DiskTooLargeForFormat",
    message: `A disk of ${virtualSizeBytes} bytes does not fit into '${path2}': its format ends at ${limitBytes} bytes (${limitBytes / 2 ** 30} GB).`,
    possibleCauses: "The disk is larger than the format allows: a VHD ends at 2,040 GB, a VHDX at 64 TB.",
    recommendedAction: "Use another format, split the data over several smaller disks, or exclude this disk."
  });
}
function diskIsReadOnly(path2) {
  return new Fault({
    code: "DiskIsReadOnly",
    message: `The disk '${path2}' was opened for reading and cannot be written.`,
    possibleCauses: "A program tried to change an image that it may only read.",
    recommendedAction: "Open the disk for writing, or write to a copy."
  });
}
function diskFormatReadOnly(path2, label) {
  return new Fault({
    code: "DiskFormatReadOnly",
    message: `'${path2}' is a disk of the format ${label}, which is read here but never written.`,
    possibleCauses: "A machine that is to run here, or a conversion, was given this image to write to.",
    recommendedAction: "Convert the disk first, for example: npx secondsite disk convert SOURCE TARGET --format vhd-dynamic."
  });
}
function readExactly(file, offset, into) {
  const got = file.read(offset, into);
  if (got !== into.length) {
    throw vhdTruncated(file.path, `${into.length} bytes at offset ${offset} were expected, ${got} are there`);
  }
}

// lib/engine/disk/image-folder.ts
function folderOf(imagePath) {
  const slash = imagePath.lastIndexOf("/");
  return slash <= 0 ? "" : imagePath.slice(0, slash);
}
function siblingPath(imagePath, name) {
  const unified = name.replaceAll("\\", "/");
  if (unified.startsWith("/") || /^[A-Za-z]:/.test(unified) || name.includes("\0")) return null;
  const parts = [];
  for (const part of unified.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === void 0) return null;
  }
  return parts.length === 0 ? null : `${folderOf(imagePath)}/${parts.join("/")}`;
}
function baseNameOf(anyPath) {
  return anyPath.replaceAll("\\", "/").split("/").at(-1) ?? "";
}

// lib/engine/disk/neighbour-file.ts
var NAME_LENGTH_MAX = 1024;
function neighbourPath(fileSystem, imagePath, name, role) {
  const shown = JSON.stringify(name.slice(0, 200));
  const why = whyNotBeside(name);
  if (why !== null) throw partOutsideFolder(imagePath, shown, role, why);
  const named = `${folderOf(fileSystem.realPath(imagePath))}/${name}`;
  if (!fileSystem.exists(named)) throw partMissing(imagePath, shown, role);
  return realPathInside(fileSystem, imagePath, named, role);
}
function realPathInside(fileSystem, imagePath, path2, role) {
  const real = fileSystem.realPath(path2);
  if (real.startsWith(`${folderOf(fileSystem.realPath(imagePath))}/`)) return real;
  throw partOutsideFolder(imagePath, JSON.stringify(path2), role, "a link leads out of the image's folder");
}
function whyNotBeside(name) {
  if (name === "") return "the name is empty";
  if (name.length > NAME_LENGTH_MAX) return `the name has ${name.length} characters`;
  if (/[\u0000-\u001f]/.test(name)) return "the name has control characters";
  if (name.startsWith("/") || name.startsWith("\\")) return "the path is absolute, or names a device";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(name)) return "the name is a URL, a drive or a protocol, not a file beside it";
  if (name.includes("\\")) return "the path is one of Windows with folders in it";
  const parts = name.split("/");
  if (parts.includes("..")) return "the path goes up and out of the folder";
  return parts.includes("") || parts.includes(".") ? "the path is not a plain one" : null;
}
function partOutsideFolder(imagePath, shownName, role, why) {
  return new Fault({
    code: "DiskPartOutsideFolder",
    message: `The disk image '${imagePath}' names ${shownName} as its ${role}, which is not opened: ${why}.`,
    possibleCauses: "The image was made where its parts lie in several folders, or somebody wants a file read that is none of the image's.",
    recommendedAction: "Put all files of the disk into one folder and let the image name them without a folder (qemu-img rebase -u, or an editor for a VMDK descriptor), or merge them into one image."
  });
}
function partMissing(imagePath, shownName, role) {
  return new Fault({
    code: "DiskPartMissing",
    message: `The disk image '${imagePath}' needs ${shownName} (its ${role}) beside it, and that file is not there.`,
    possibleCauses: "Only some files of the disk were copied, or one was renamed or deleted.",
    recommendedAction: "Copy every file of the disk into the folder, under the names that they had."
  });
}

// lib/engine/disk/parent-disk.ts
import { Buffer as Buffer3 } from "node:buffer";

// lib/engine/disk/parent-faults.ts
var keepTogether = "Keep all files of a chain (base, checkpoints) together in one folder, as the host wrote them.";
function parentDiskMissing(path2, named, why) {
  const names = named.length === 0 ? "a parent without a name" : `'${named.join("' or '")}'`;
  return new Fault({
    code: "ParentDiskMissing",
    message: `The disk '${path2}' holds only what changed since its parent, and the parent cannot be opened: it names ${names}, ${why}.`,
    possibleCauses: "Only the last file of a chain was copied, the parent was renamed, moved or deleted, or the name points out of the image's folder, where nothing is opened.",
    recommendedAction: `Copy the parent into the folder of the disk. ${keepTogether}`
  });
}
function parentDiskChanged(path2, parentPath, why) {
  return new Fault({
    code: "ParentDiskChanged",
    message: `The disk '${path2}' does not belong to '${parentPath}' as that file is now: ${why}.`,
    possibleCauses: "The parent was written to, replaced or restored after its child was made, which makes the child's content meaningless.",
    recommendedAction: `Bring back the parent as it was when the child was made, for example from a backup. ${keepTogether}`
  });
}
function parentChainInvalid(path2, why) {
  return new Fault({
    code: "ParentChainInvalid",
    message: `The chain of parents at '${path2}' cannot be followed: ${why}.`,
    possibleCauses: "A file of the chain was replaced by another one of the chain, or was damaged.",
    recommendedAction: "Copy the whole chain again from the host, or merge it there into one disk first."
  });
}

// lib/engine/disk/zero-bytes.ts
import { Buffer as Buffer2 } from "node:buffer";
var ZEROS = Buffer2.alloc(65536);
function isZero(bytes) {
  const view = Buffer2.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < view.length; at += ZEROS.length) {
    const end = Math.min(at + ZEROS.length, view.length);
    if (view.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}

// lib/engine/disk/parent-disk.ts
function openParentDisk(path2, claim, context) {
  const child = context.fileSystem.realPath(path2);
  const inFolder = claim.names.map((name) => siblingPath(child, name));
  const beside = claim.names.map((name) => siblingPath(child, baseNameOf(name)));
  const places = [.../* @__PURE__ */ new Set([...inFolder, ...beside])].filter((place) => place !== null && place !== child);
  const found = places.find((place) => place !== null && context.fileSystem.exists(place));
  if (found === void 0 || found === null) {
    const where = places.length === 0 ? "which lies outside the disk's folder" : `and there is no ${places.join(" or ")}`;
    throw parentDiskMissing(path2, claim.names, where);
  }
  const parent = context.openParent(found);
  try {
    checkParent(path2, found, claim, parent);
    return parent;
  } catch (error) {
    parent.close();
    throw error;
  }
}
function checkParent(path2, found, claim, parent) {
  const id = parent.linkageId;
  if (id === void 0) throw parentDiskChanged(path2, found, `it is a ${parent.format} image`);
  if (!claim.linkage.includes(id)) {
    throw parentDiskChanged(path2, found, `it has the id ${id}, the child was made for ${claim.linkage.join(" or ")}`);
  }
  if (parent.logicalSectorBytes !== claim.logicalSectorBytes) {
    throw parentDiskChanged(path2, found, `its sectors have ${parent.logicalSectorBytes} bytes`);
  }
}
function readParent(parent, offsetBytes, into) {
  const there = Math.max(0, Math.min(into.length, parent.virtualSizeBytes - offsetBytes));
  if (there > 0) parent.read(offsetBytes, into.subarray(0, there));
  into.fill(0, there);
}
function parentIsZero(parent, offsetBytes, lengthBytes) {
  const bytes = Buffer3.alloc(Math.min(lengthBytes, 2 ** 20));
  for (let done = 0; done < lengthBytes; done += bytes.length) {
    const piece = bytes.subarray(0, Math.min(bytes.length, lengthBytes - done));
    readParent(parent, offsetBytes + done, piece);
    if (!isZero(piece)) return false;
  }
  return true;
}

// lib/engine/disk/vhdx-block-table.ts
import { Buffer as Buffer6 } from "node:buffer";

// lib/engine/disk/vhdx-faults.ts
var damageCauses2 = "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
var damageAction2 = "Copy the image again from its origin, or restore it from a recovery point or a backup.";
function vhdxDamaged(path2, why) {
  return new Fault({
    code: "VhdxDamaged",
    message: `The VHDX '${path2}' is damaged: ${why}.`,
    possibleCauses: damageCauses2,
    recommendedAction: damageAction2
  });
}
function vhdxChecksumMismatch(path2, part) {
  return new Fault({
    code: "VhdxChecksumMismatch",
    message: `The checksum of the ${part} of '${path2}' does not match its content.`,
    possibleCauses: damageCauses2,
    recommendedAction: damageAction2
  });
}
function vhdxTruncated(path2, why) {
  return new Fault({
    code: "VhdxTruncated",
    message: `The VHDX '${path2}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin."
  });
}
function vhdxUnsupported(path2, what) {
  return new Fault({
    code: "VhdxUnsupported",
    message: `The VHDX '${path2}' ${what}, which cannot be read here.`,
    possibleCauses: "The file was made by a program that uses parts of the format of its own, or by a newer version.",
    recommendedAction: "Convert the disk on its host to a VHDX without these parts (Convert-VHD), and copy it again."
  });
}
function readVhdxExactly(file, offset, into) {
  const got = file.read(offset, into);
  if (got !== into.length) {
    throw vhdxTruncated(file.path, `${into.length} bytes at offset ${offset} were expected, ${got} are there`);
  }
}

// lib/engine/disk/vhdx-header.ts
import { Buffer as Buffer5 } from "node:buffer";
import { createHash } from "node:crypto";

// lib/engine/disk/crc32c.ts
var TABLES = makeTables();
function makeTables() {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 2197175160 : value >>> 1;
    entry(tables, 0)[byte] = value >>> 0;
  }
  for (let table = 1; table < 4; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = entry(tables, table - 1)[byte] ?? 0;
      entry(tables, table)[byte] = (before >>> 8 ^ (entry(tables, 0)[before & 255] ?? 0)) >>> 0;
    }
  }
  return tables;
}
function entry(tables, index) {
  return tables[index] ?? new Uint32Array(256);
}
function crc32c(bytes) {
  const [t0, t1, t2, t3] = [0, 1, 2, 3].map((index2) => entry(TABLES, index2));
  const at = (table, index2) => table[index2] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let crc = 4294967295;
  let index = 0;
  for (; index + 4 <= bytes.length; index += 4) {
    crc ^= view.getUint32(index, true);
    crc = at(t3, crc & 255) ^ at(t2, crc >>> 8 & 255) ^ at(t1, crc >>> 16 & 255) ^ at(t0, crc >>> 24);
  }
  for (; index < bytes.length; index++) crc = crc >>> 8 ^ at(t0, (crc ^ view.getUint8(index)) & 255);
  return ~crc >>> 0;
}
function crc32cWithout(bytes, fieldOffset) {
  const copy = Uint8Array.from(bytes);
  copy.fill(0, fieldOffset, fieldOffset + 4);
  return crc32c(copy);
}

// lib/engine/disk/guid.ts
import { Buffer as Buffer4 } from "node:buffer";
var NO_GUID = "00000000-0000-0000-0000-000000000000";
var GROUPS = [4, 2, 2, 2, 6];
function guidText(bytes, offset) {
  let at = offset;
  const groups = GROUPS.map((length, index) => {
    const group = Buffer4.from(bytes.subarray(at, at + length));
    at += length;
    return (index < 3 ? group.reverse() : group).toString("hex");
  });
  return groups.join("-");
}
function guidBytes(guid) {
  const groups = guid.split("-").map((group) => Buffer4.from(group, "hex"));
  const bytes = Buffer4.concat(groups.map((group, index) => index < 3 ? group.reverse() : group));
  assert(bytes.length === 16 && groups.length === 5, `not a GUID: ${guid}`);
  return bytes;
}

// lib/engine/disk/vhdx-header.ts
var MIB = 2 ** 20;
var VHDX_SIGNATURE = "vhdxfile";
var HEADER_SECTION_BYTES = MIB;
var HEADER_OFFSETS = [65536, 131072];
var HEADER_BYTES = 4096;
var CHECKSUM_OFFSET = 4;
function encodeVhdxHeader(header) {
  const bytes = Buffer5.alloc(HEADER_BYTES);
  bytes.write("head", 0, "latin1");
  bytes.writeBigUInt64LE(header.sequence, 8);
  guidBytes(header.fileWriteGuid).copy(bytes, 16);
  guidBytes(header.dataWriteGuid).copy(bytes, 32);
  guidBytes(header.logGuid).copy(bytes, 48);
  bytes.writeUInt16LE(0, 64);
  bytes.writeUInt16LE(1, 66);
  bytes.writeUInt32LE(header.logBytes, 68);
  bytes.writeBigUInt64LE(BigInt(header.logOffset), 72);
  bytes.writeUInt32LE(crc32cWithout(bytes, CHECKSUM_OFFSET), CHECKSUM_OFFSET);
  return bytes;
}
var VhdxHeaders = class {
  #file;
  #current;
  #slot;
  /** Faults: VhdxTruncated, VhdxChecksumMismatch, VhdxDamaged, VhdxUnsupported. */
  constructor(file) {
    this.#file = file;
    const first = readHeader(file, HEADER_OFFSETS[0]);
    const second = readHeader(file, HEADER_OFFSETS[1]);
    const bothValid = first instanceof Buffer5 && second instanceof Buffer5;
    if (bothValid && sequenceOf(first) === sequenceOf(second) && !first.equals(second)) {
      throw vhdxDamaged(file.path, "its two headers have the same number and different content");
    }
    const secondIsNewer = second instanceof Buffer5 && (!(first instanceof Buffer5) || sequenceOf(second) > sequenceOf(first));
    this.#slot = secondIsNewer ? 1 : 0;
    this.#current = parseHeader(file.path, secondIsNewer ? second : first);
  }
  get current() {
    return this.#current;
  }
  /**
   * Replaces the older header, then the other one, so that both are valid and new at the end; at every instant the newest
   * valid one is either the old or the new state. Durable when it returns.
   */
  update(change) {
    for (let round = 0; round < 2; round++) {
      const next = { ...this.#current, ...change, sequence: this.#current.sequence + 1n };
      const slot = this.#slot === 0 ? 1 : 0;
      this.#file.write(HEADER_OFFSETS[slot], encodeVhdxHeader(next));
      this.#file.sync();
      this.#current = next;
      this.#slot = slot;
    }
  }
  /**
   * A GUID that this state of the file has never had. Derived instead of random, so that a seed replays a run; from the
   * old one, the count of changes and what is about to be written, so that two copies of a file part ways.
   */
  derivedGuid(old, what, about) {
    const digest = createHash("sha256").update(`${what} ${old} ${this.#current.sequence} ${this.#file.path} ${this.#file.sizeBytes()} `).update(about).digest();
    digest.writeUInt8(digest.readUInt8(7) & 15 | 64, 7);
    digest.writeUInt8(digest.readUInt8(8) & 63 | 128, 8);
    return guidText(digest, 0);
  }
};
function readHeader(file, offset) {
  const bytes = Buffer5.alloc(HEADER_BYTES);
  if (file.read(offset, bytes) !== bytes.length) throw vhdxTruncated(file.path, "it ends before its headers");
  if (bytes.toString("latin1", 0, 4) !== "head") return "absent";
  return bytes.readUInt32LE(CHECKSUM_OFFSET) === crc32cWithout(bytes, CHECKSUM_OFFSET) ? bytes : "checksum";
}
function sequenceOf(header) {
  return header.readBigUInt64LE(8);
}
function parseHeader(path2, header) {
  if (header === "checksum") throw vhdxChecksumMismatch(path2, "headers");
  if (header === "absent") throw vhdxDamaged(path2, "it has no headers");
  const version = header.readUInt16LE(66);
  if (version !== 1) throw vhdxUnsupported(path2, `has format version ${version}`);
  const logGuid = guidText(header, 48);
  const logVersion = header.readUInt16LE(64);
  if (logVersion !== 0 && logGuid !== NO_GUID) throw vhdxUnsupported(path2, `has a log of version ${logVersion}`);
  const logBytes = header.readUInt32LE(68);
  const logOffset = header.readBigUInt64LE(72);
  const placed = logOffset % BigInt(MIB) === 0n && logOffset >= BigInt(MIB) && logOffset < 2n ** 50n;
  if (logBytes % MIB !== 0 || logBytes > 0 && !placed) {
    throw vhdxDamaged(path2, `its log cannot have ${logBytes} bytes at offset ${logOffset}`);
  }
  return {
    sequence: sequenceOf(header),
    fileWriteGuid: guidText(header, 16),
    dataWriteGuid: guidText(header, 32),
    logGuid,
    logOffset: Number(logOffset),
    logBytes
  };
}

// lib/engine/disk/vhdx-block-table.ts
var BLOCK_ABSENT = 0;
var BLOCK_FULL = 6;
var BLOCK_PARTIAL = 7;
var BITMAP_PRESENT = 6;
var ENTRY_BYTES = 8;
var BITMAP_BLOCK_BYTES = MIB;
var BITMAP_BLOCK_SECTORS = 2 ** 23;
var READ_BYTES = MIB;
var OFFSET_MIB_MAX = 2 ** 29;
function chunkRatioOf(metadata) {
  return BITMAP_BLOCK_SECTORS * metadata.logicalSectorBytes / metadata.blockBytes;
}
function tableEntriesOf(blockCount, chunkRatio, hasParent) {
  const chunks = Math.ceil(blockCount / chunkRatio);
  return hasParent ? chunks * (chunkRatio + 1) : blockCount + Math.floor((blockCount - 1) / chunkRatio);
}
function blockEntryOffset(layout, block) {
  return layout.bat.offsetBytes + (block + Math.floor(block / layout.chunkRatio)) * ENTRY_BYTES;
}
function bitmapEntryOffset(layout, chunk) {
  return layout.bat.offsetBytes + (chunk * (layout.chunkRatio + 1) + layout.chunkRatio) * ENTRY_BYTES;
}
function encodeEntry(offsetBytes, state) {
  const entry2 = Buffer6.alloc(ENTRY_BYTES);
  entry2.writeBigUInt64LE(BigInt(offsetBytes / MIB) << 20n | BigInt(state));
  return entry2;
}
var VhdxBlockTable = class {
  #blocks;
  /** MiB; 0 where there is none. */
  #bitmaps;
  constructor(blockCount, chunkCount) {
    this.#blocks = new Uint32Array(blockCount);
    this.#bitmaps = new Uint32Array(chunkCount);
  }
  state(block) {
    return (this.#blocks[block] ?? 0) & 7;
  }
  /** Of a block that is full or partial. */
  offset(block) {
    return ((this.#blocks[block] ?? 0) >>> 3) * MIB;
  }
  set(block, offsetBytes, state) {
    this.#blocks[block] = offsetBytes / MIB * 8 + state;
  }
  /** Null: no block of the chunk is partial. */
  bitmapOffset(chunk) {
    const mib = this.#bitmaps[chunk] ?? 0;
    return mib === 0 ? null : mib * MIB;
  }
  setBitmap(chunk, offsetBytes) {
    this.#bitmaps[chunk] = offsetBytes / MIB;
  }
  /** Where blocks and bitmaps begin, in MiB times two, plus one for a bitmap; ascending. */
  usedPlaces() {
    const isUsed = (packed) => (packed & 7) >= BLOCK_FULL;
    let count = 0;
    for (const packed of this.#blocks) if (isUsed(packed)) count += 1;
    for (const mib of this.#bitmaps) if (mib !== 0) count += 1;
    const places = new Uint32Array(count);
    for (const packed of this.#blocks) if (isUsed(packed)) places[--count] = (packed >>> 3) * 2;
    for (const mib of this.#bitmaps) if (mib !== 0) places[--count] = mib * 2 + 1;
    return places.sort();
  }
};
function readBlockTable(file, layout) {
  const { path: path2 } = file;
  const hasParent = layout.parent !== null;
  const entries = tableEntriesOf(layout.blockCount, layout.chunkRatio, hasParent);
  const bytes = entries * ENTRY_BYTES;
  if (bytes > layout.bat.lengthBytes) {
    throw vhdxDamaged(path2, `its block table has ${layout.bat.lengthBytes} bytes where its size needs ${bytes}`);
  }
  if (layout.bat.offsetBytes + bytes > file.sizeBytes()) throw vhdxTruncated(path2, "it ends within its block table");
  const table = new VhdxBlockTable(layout.blockCount, layout.chunkCount);
  const chunk = Buffer6.alloc(Math.min(READ_BYTES, bytes));
  for (let done = 0; done < bytes; done += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, bytes - done));
    readVhdxExactly(file, layout.bat.offsetBytes + done, piece);
    for (let at = 0; at < piece.length; at += ENTRY_BYTES) {
      const low = piece.readUInt32LE(at);
      const high = piece.readUInt32LE(at + 4);
      if (low !== 0 || high !== 0) addEntry(path2, layout, table, (done + at) / ENTRY_BYTES, low, high);
    }
  }
  return table;
}
function addEntry(path2, layout, table, index, low, high) {
  const chunk = Math.floor(index / (layout.chunkRatio + 1));
  const inChunk = index % (layout.chunkRatio + 1);
  const state = low & 7;
  const offsetMib = high * 4096 + (low >>> 20);
  if (offsetMib >= OFFSET_MIB_MAX) throw vhdxTruncated(path2, `a block should be at MiB ${offsetMib} of the file`);
  if (inChunk === layout.chunkRatio) {
    if (state !== BITMAP_PRESENT) return;
    if (layout.parent === null) throw vhdxDamaged(path2, "it has no parent, but a bitmap of what comes from the parent");
    table.setBitmap(chunk, offsetMib * MIB);
    return;
  }
  const block = chunk * layout.chunkRatio + inChunk;
  if (block >= layout.blockCount) return;
  if (state === 4 || state === 5) throw vhdxDamaged(path2, `block ${block} has the unknown state ${state}`);
  if (state === BLOCK_PARTIAL && layout.parent === null) {
    throw vhdxDamaged(path2, `it has no parent, but block ${block} is partly the parent's`);
  }
  table.set(block, state >= BLOCK_FULL ? offsetMib * MIB : 0, state);
}
function checkBlockTable(path2, layout, table, fileBytes) {
  const reserved = [{ offsetBytes: 0, lengthBytes: HEADER_SECTION_BYTES }, ...layout.reserved];
  let lastEnd = Math.max(...reserved.map((extent) => extent.offsetBytes + extent.lengthBytes));
  let previousEnd = 0;
  for (const place of table.usedPlaces()) {
    const begin = Math.floor(place / 2) * MIB;
    const end = begin + (place % 2 === 1 ? BITMAP_BLOCK_BYTES : layout.blockBytes);
    if (begin < previousEnd) throw vhdxDamaged(path2, `two blocks share the bytes at offset ${begin}`);
    if (reserved.some((e) => begin < e.offsetBytes + e.lengthBytes && end > e.offsetBytes)) {
      throw vhdxDamaged(path2, `a block at offset ${begin} lies on the file's own tables`);
    }
    if (end > fileBytes) throw vhdxTruncated(path2, `a block should end at ${end}, the file ends at ${fileBytes}`);
    previousEnd = end;
    lastEnd = Math.max(lastEnd, end);
  }
  if (layout.parent !== null) checkBitmaps(path2, layout, table);
  return lastEnd;
}
function checkBitmaps(path2, layout, table) {
  for (let block = 0; block < layout.blockCount; block++) {
    if (table.state(block) !== BLOCK_PARTIAL) continue;
    if (table.bitmapOffset(Math.floor(block / layout.chunkRatio)) === null) {
      throw vhdxDamaged(path2, `block ${block} is partly the parent's, and the bitmap that says which part is missing`);
    }
  }
}

// lib/engine/disk/vhdx-disk.ts
import { Buffer as Buffer8 } from "node:buffer";

// lib/engine/disk/extent-list.ts
var EXTENT_GRAIN_BYTES = 65536;
var ExtentList = class {
  extents = [];
  #limit;
  constructor(virtualSizeBytes) {
    this.#limit = virtualSizeBytes;
  }
  add(begin, end) {
    const clipped = Math.min(end, this.#limit);
    if (begin >= clipped) return;
    const last = this.extents.at(-1);
    const lastEnd = last === void 0 ? -1 : last.offsetBytes + last.lengthBytes;
    if (last !== void 0 && lastEnd >= begin) last.lengthBytes = Math.max(lastEnd, clipped) - last.offsetBytes;
    else this.extents.push({ offsetBytes: begin, lengthBytes: clipped - begin });
  }
  /** The grains of a block of `lengthBytes` in which `hasData` finds something. */
  addGrains(begin, lengthBytes, hasData) {
    for (let at = 0; at < lengthBytes; at += EXTENT_GRAIN_BYTES) {
      if (hasData(at, EXTENT_GRAIN_BYTES)) this.add(begin + at, begin + at + EXTENT_GRAIN_BYTES);
    }
  }
};

// lib/engine/disk/extent-union.ts
function extentUnion(a, b) {
  const union = [];
  let inA = 0;
  let inB = 0;
  while (inA < a.length || inB < b.length) {
    const fromA = a[inA];
    const fromB = b[inB];
    const takeA = fromA !== void 0 && (fromB === void 0 || fromA.offsetBytes <= fromB.offsetBytes);
    const next = takeA ? fromA : fromB;
    if (takeA) inA += 1;
    else inB += 1;
    if (next === void 0) break;
    const last = union.at(-1);
    if (last !== void 0 && next.offsetBytes <= last.offsetBytes + last.lengthBytes) {
      const end = Math.max(last.offsetBytes + last.lengthBytes, next.offsetBytes + next.lengthBytes);
      last.lengthBytes = end - last.offsetBytes;
    } else union.push({ ...next });
  }
  return union;
}
function extentsBelow(extents, endBytes) {
  return extents.filter(({ offsetBytes }) => offsetBytes < endBytes).map(({ offsetBytes, lengthBytes }) => ({
    offsetBytes,
    lengthBytes: Math.min(lengthBytes, endBytes - offsetBytes)
  }));
}

// lib/engine/disk/flat-disk.ts
function assertInside(disk, offsetBytes, lengthBytes) {
  assert(
    offsetBytes >= 0 && offsetBytes % 512 === 0 && lengthBytes % 512 === 0,
    `a disk is addressed in sectors of 512 bytes: offset ${offsetBytes}, length ${lengthBytes}`
  );
  assert(
    offsetBytes + lengthBytes <= disk.virtualSizeBytes,
    `offset ${offsetBytes}, length ${lengthBytes} is outside a disk of ${disk.virtualSizeBytes} bytes`
  );
}
var FlatDisk = class {
  format;
  virtualSizeBytes;
  logicalSectorBytes = 512;
  file;
  files;
  linkageId;
  #mode;
  constructor(format, file, virtualSizeBytes, mode, linkageId) {
    this.format = format;
    this.file = file;
    this.files = [file];
    if (linkageId !== void 0) this.linkageId = linkageId;
    this.virtualSizeBytes = virtualSizeBytes;
    this.#mode = mode;
  }
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    readExactly(this.file, offsetBytes, into);
  }
  write(offsetBytes, bytes) {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    this.file.write(offsetBytes, bytes);
  }
  /** A hole in the file is a run of zeros that need not be read: a sparse disk of terabytes costs what is in it. */
  allocatedExtents() {
    const whole = { offsetBytes: 0, lengthBytes: this.virtualSizeBytes };
    const extents = this.file.dataExtents?.() ?? [whole];
    return extents.flatMap(({ offsetBytes, lengthBytes }) => {
      const end = Math.min(offsetBytes + lengthBytes, this.virtualSizeBytes);
      return offsetBytes < end ? [{ offsetBytes, lengthBytes: end - offsetBytes }] : [];
    });
  }
  sync() {
    this.file.sync();
  }
  close() {
    this.file.close();
  }
};

// lib/engine/disk/sector-runs.ts
function sectorRuns(isPresent, first, count) {
  const runs = [];
  for (let sector = first; sector < first + count; sector++) {
    const present = isPresent(sector);
    const last = runs.at(-1);
    if (last?.present === present) last.count += 1;
    else runs.push({ present, first: sector, count: 1 });
  }
  return runs;
}

// lib/engine/disk/vhdx-bitmap.ts
import { Buffer as Buffer7 } from "node:buffer";
var VhdxBitmaps = class {
  #file;
  #layout;
  #table;
  #bytesPerBlock;
  constructor(file, layout, table) {
    this.#file = file;
    this.#layout = layout;
    this.#table = table;
    this.#bytesPerBlock = layout.blockBytes / layout.logicalSectorBytes / 8;
  }
  /** Of a block whose chunk has a bitmap. */
  #offset(block) {
    const bitmap = this.#table.bitmapOffset(Math.floor(block / this.#layout.chunkRatio)) ?? 0;
    return bitmap + block % this.#layout.chunkRatio * this.#bytesPerBlock;
  }
  read(block, firstSector, count) {
    const { firstByte, bytes } = this.#readBytes(block, firstSector, count);
    return { isSet: (sector) => ((bytes[(sector >> 3) - firstByte] ?? 0) & 1 << (sector & 7)) !== 0 };
  }
  #readBytes(block, firstSector, count) {
    const firstByte = firstSector >> 3;
    const bytes = Buffer7.alloc((firstSector + count - 1 >> 3) - firstByte + 1);
    readVhdxExactly(this.#file, this.#offset(block) + firstByte, bytes);
    return { firstByte, bytes };
  }
  /** Sets the bits of sectors whose data is in the file. Writes only what changes. */
  set(block, firstSector, count) {
    const { firstByte, bytes } = this.#readBytes(block, firstSector, count);
    if (setBits(bytes, firstSector - firstByte * 8, count)) {
      this.#file.write(this.#offset(block) + firstByte, bytes);
    }
  }
  /** For a block that comes into the file: its bits may be left over from a writer that was killed before the table. */
  reset(block, firstSector, count) {
    const bytes = Buffer7.alloc(this.#bytesPerBlock);
    setBits(bytes, firstSector, count);
    this.#file.write(this.#offset(block), bytes);
  }
};
function setBits(bytes, first, count) {
  let changed = false;
  for (let bit = first; bit < first + count; bit++) {
    const old = bytes[bit >> 3] ?? 0;
    const next = old | 1 << (bit & 7);
    if (next !== old) changed = true;
    bytes[bit >> 3] = next;
  }
  return changed;
}

// lib/engine/disk/vhdx-disk.ts
var VhdxDisk = class {
  format;
  virtualSizeBytes;
  logicalSectorBytes;
  file;
  files;
  #mode;
  #headers;
  #layout;
  #table;
  #bitmaps;
  #parent;
  /** Where the next block goes. */
  #end;
  /** Whether nothing lies from `#end` on, so that what is skipped there reads zero. */
  #tailClean = false;
  #changed = false;
  constructor({ file, mode, headers, layout, table, parent, endOfBlocks }) {
    this.format = parent !== null ? "vhdx-differencing" : layout.leaveBlocksAllocated ? "vhdx-fixed" : "vhdx-dynamic";
    this.virtualSizeBytes = layout.virtualSizeBytes;
    this.logicalSectorBytes = layout.logicalSectorBytes;
    this.file = file;
    this.files = [file, ...parent?.files ?? []];
    this.#mode = mode;
    this.#headers = headers;
    this.#layout = layout;
    this.#table = table;
    this.#bitmaps = new VhdxBitmaps(file, layout, table);
    this.#parent = parent;
    this.#end = endOfBlocks;
  }
  get linkageId() {
    return this.#headers.current.dataWriteGuid;
  }
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    this.#forPieces(
      offsetBytes,
      into.length,
      (block, inBlock, begin, end) => this.#readPiece(block, inBlock, into.subarray(begin, end))
    );
  }
  write(offsetBytes, bytes) {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    const [offset, all] = this.#parent === null ? [offsetBytes, bytes] : this.#wholeSectors(offsetBytes, bytes);
    this.#forPieces(
      offset,
      all.length,
      (block, inBlock, begin, end) => this.#writePiece(block, inBlock, all.subarray(begin, end))
    );
  }
  #forPieces(offsetBytes, lengthBytes, visit) {
    const { blockBytes } = this.#layout;
    for (let done = 0; done < lengthBytes; ) {
      const at = offsetBytes + done;
      const inBlock = at % blockBytes;
      const length = Math.min(blockBytes - inBlock, lengthBytes - done);
      visit(Math.floor(at / blockBytes), inBlock, done, done + length);
      done += length;
    }
  }
  /** A bit stands for a whole logical sector, so what is written must be whole ones: the rest comes from what is there. */
  #wholeSectors(offsetBytes, bytes) {
    const sector = this.logicalSectorBytes;
    const begin = offsetBytes - offsetBytes % sector;
    const end = Math.ceil((offsetBytes + bytes.length) / sector) * sector;
    if (end - begin === bytes.length) return [offsetBytes, bytes];
    const whole = Buffer8.alloc(end - begin);
    this.read(begin, whole);
    whole.set(bytes, offsetBytes - begin);
    return [begin, whole];
  }
  #readPiece(block, inBlock, into) {
    const state = this.#table.state(block);
    if (state === BLOCK_FULL) readVhdxExactly(this.file, this.#table.offset(block) + inBlock, into);
    else if (state === BLOCK_PARTIAL && this.#parent !== null) this.#readPartial(this.#parent, block, inBlock, into);
    else if (state === BLOCK_ABSENT && this.#parent !== null) {
      readParent(this.#parent, block * this.#layout.blockBytes + inBlock, into);
    } else into.fill(0);
  }
  /** Bits before data, as a writer in another process goes data before bits: a set bit has its data. */
  #readPartial(parent, block, inBlock, into) {
    const sector = this.logicalSectorBytes;
    const first = Math.floor(inBlock / sector);
    const count = Math.ceil((inBlock + into.length) / sector) - first;
    const bits = this.#bitmaps.read(block, first, count);
    for (const run of sectorRuns((one) => bits.isSet(one), first, count)) {
      const begin = Math.max(run.first * sector, inBlock);
      const end = Math.min((run.first + run.count) * sector, inBlock + into.length);
      const piece = into.subarray(begin - inBlock, end - inBlock);
      if (run.present) readVhdxExactly(this.file, this.#table.offset(block) + begin, piece);
      else readParent(parent, block * this.#layout.blockBytes + begin, piece);
    }
  }
  #writePiece(block, inBlock, piece) {
    const state = this.#table.state(block);
    if (state !== BLOCK_FULL && state !== BLOCK_PARTIAL) {
      if (!this.#readsZero(block, inBlock, piece)) this.#addBlock(block, inBlock, piece);
      return;
    }
    this.#beforeChange(piece);
    this.file.write(this.#table.offset(block) + inBlock, piece);
    if (state === BLOCK_PARTIAL) {
      const sector = this.logicalSectorBytes;
      this.#bitmaps.set(block, inBlock / sector, piece.length / sector);
    }
  }
  /** Whether writing the piece would change nothing: it is zero, and so is what is read there now. */
  #readsZero(block, inBlock, piece) {
    if (!isZero(piece)) return false;
    const parent = this.#table.state(block) === BLOCK_ABSENT ? this.#parent : null;
    return parent === null || parentIsZero(parent, block * this.#layout.blockBytes + inBlock, piece.length);
  }
  /** The format wants new ids at the first change after each open, before it; children of this disk look at one of them. */
  #beforeChange(piece) {
    if (this.#changed) return;
    const { fileWriteGuid, dataWriteGuid } = this.#headers.current;
    this.#headers.update({
      fileWriteGuid: this.#headers.derivedGuid(fileWriteGuid, "file", piece),
      dataWriteGuid: this.#headers.derivedGuid(dataWriteGuid, "data", piece)
    });
    this.#changed = true;
  }
  /**
   * The order makes every instant a sound file: (1) the data goes behind everything that is used, (2) the file grows to
   * the block's end, (3) in a differencing disk the block's bits are set, and those left over are cleared; (4) all of it
   * reaches the medium; (5) the table names the block. Killed before 5, nobody refers to the space.
   */
  #addBlock(block, inBlock, piece) {
    this.#beforeChange(piece);
    const { blockBytes, virtualSizeBytes } = this.#layout;
    const inDisk = Math.min(blockBytes, virtualSizeBytes - block * blockBytes);
    const isPartial = this.#parent !== null && this.#table.state(block) === BLOCK_ABSENT && piece.length < inDisk;
    if (isPartial) this.#needBitmap(Math.floor(block / this.#layout.chunkRatio));
    const begin = this.#allocate(blockBytes, inBlock, piece);
    const sector = this.logicalSectorBytes;
    if (isPartial) this.#bitmaps.reset(block, inBlock / sector, piece.length / sector);
    this.file.sync();
    const state = isPartial ? BLOCK_PARTIAL : BLOCK_FULL;
    this.file.write(blockEntryOffset(this.#layout, block), encodeEntry(begin, state));
    this.#table.set(block, begin, state);
  }
  #needBitmap(chunk) {
    if (this.#table.bitmapOffset(chunk) !== null) return;
    const begin = this.#allocate(BITMAP_BLOCK_BYTES, 0, new Uint8Array(0));
    this.file.sync();
    this.file.write(bitmapEntryOffset(this.#layout, chunk), encodeEntry(begin, BLOCK_FULL));
    this.#table.setBitmap(chunk, begin);
  }
  /** New space that reads zero but for the piece. It is never given to anything else, even if its entry fails to be written. */
  #allocate(lengthBytes, at, piece) {
    const begin = this.#end;
    const end = begin + lengthBytes;
    if (!this.#tailClean && this.file.sizeBytes() > begin) this.file.truncate(begin);
    this.#tailClean = false;
    if (piece.length > 0) this.file.write(begin + at, piece);
    this.file.truncate(end);
    this.#end = end;
    this.#tailClean = true;
    return begin;
  }
  allocatedExtents() {
    const list = new ExtentList(this.virtualSizeBytes);
    const { blockBytes, blockCount } = this.#layout;
    for (let block = 0; block < blockCount; block++) {
      const state = this.#table.state(block);
      if (state === BLOCK_FULL) list.add(block * blockBytes, (block + 1) * blockBytes);
      else if (state === BLOCK_PARTIAL) this.#addPartial(list, block);
    }
    if (this.#parent === null) return list.extents;
    return extentUnion(list.extents, extentsBelow(this.#parent.allocatedExtents(), this.virtualSizeBytes));
  }
  #addPartial(list, block) {
    const { blockBytes } = this.#layout;
    const sector = this.logicalSectorBytes;
    const bits = this.#bitmaps.read(block, 0, blockBytes / sector);
    list.addGrains(block * blockBytes, blockBytes, (inBlock, lengthBytes) => {
      for (let at = inBlock; at < inBlock + lengthBytes; at += sector) if (bits.isSet(at / sector)) return true;
      return false;
    });
  }
  sync() {
    this.file.sync();
  }
  close() {
    this.file.close();
    this.#parent?.close();
  }
};

// lib/engine/disk/vhdx-metadata.ts
import { Buffer as Buffer9 } from "node:buffer";

// lib/engine/disk/vhdx-parent-locator.ts
var VHDX_LOCATOR = "b04aefb7-d19e-4a81-b789-25b8e9445913";
var HEADER_BYTES2 = 20;
var ENTRY_BYTES2 = 12;
function parseParentLocator(path2, item) {
  if (item.length < HEADER_BYTES2) throw vhdxDamaged(path2, "its parent locator is too short");
  const type = guidText(item, 0);
  if (type !== VHDX_LOCATOR) throw vhdxUnsupported(path2, `has a parent of the unknown kind ${type}`);
  const pairs = /* @__PURE__ */ new Map();
  const count = item.readUInt16LE(18);
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES2 + index * ENTRY_BYTES2;
    if (at + ENTRY_BYTES2 > item.length) throw vhdxDamaged(path2, "its parent locator is cut off");
    const key = text(path2, item, item.readUInt32LE(at), item.readUInt16LE(at + 8));
    pairs.set(key, text(path2, item, item.readUInt32LE(at + 4), item.readUInt16LE(at + 10)));
  }
  const linkage = ["parent_linkage", "parent_linkage2"].map((key) => pairs.get(key)).filter((id) => id !== void 0);
  if (linkage.length === 0) throw vhdxDamaged(path2, "its parent locator does not say which parent it means");
  return {
    linkage: linkage.map((id) => id.toLowerCase().replace(/[{}]/g, "")),
    paths: ["relative_path", "volume_path", "absolute_win32_path"].map((key) => pairs.get(key)).filter((one) => one !== void 0)
  };
}
function text(path2, item, offset, length) {
  if (offset + length > item.length || length % 2 !== 0) throw vhdxDamaged(path2, "its parent locator is cut off");
  return item.toString("utf16le", offset, offset + length);
}

// lib/engine/disk/vhdx-metadata.ts
var TABLE_BYTES = 65536;
var ENTRIES_MAX = 2047;
var ITEM_BYTES_MAX = MIB;
var VHDX_SIZE_MAX_BYTES = 64 * 2 ** 40;
var BLOCK_BYTES_MAX = 256 * MIB;
var ITEMS = {
  fileParameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  virtualDiskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  virtualDiskId: "beca12ab-b2e6-4523-93ef-c309e000c746",
  logicalSectorSize: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  physicalSectorSize: "cda348c7-445d-4471-9cc9-e9885251c556",
  parentLocator: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c"
};
var IS_REQUIRED = 4;
var LEAVE_BLOCKS_ALLOCATED = 1;
var HAS_PARENT = 2;
function readMetadata(file, region) {
  const items = readItems(file, region);
  const { path: path2 } = file;
  const parameters = need(path2, items, "fileParameters", 8);
  const blockBytes = parameters.readUInt32LE(0);
  const isPowerOfTwo = (blockBytes & blockBytes - 1) === 0;
  if (blockBytes < MIB || blockBytes > BLOCK_BYTES_MAX || !isPowerOfTwo) {
    throw vhdxDamaged(path2, `it claims blocks of ${blockBytes} bytes`);
  }
  const logicalSectorBytes = sectorBytes(path2, need(path2, items, "logicalSectorSize", 4));
  const size = need(path2, items, "virtualDiskSize", 8).readBigUInt64LE(0);
  if (size === 0n || size > BigInt(VHDX_SIZE_MAX_BYTES) || size % BigInt(logicalSectorBytes) !== 0n) {
    throw vhdxDamaged(path2, `it claims a size of ${size} bytes`);
  }
  const flags = parameters.readUInt32LE(4);
  const locator = items.get(ITEMS.parentLocator);
  const hasParent = (flags & HAS_PARENT) !== 0;
  if (hasParent && locator === void 0) throw vhdxDamaged(path2, "it has a parent and does not say which");
  return {
    virtualSizeBytes: Number(size),
    blockBytes,
    logicalSectorBytes,
    physicalSectorBytes: sectorBytes(path2, need(path2, items, "physicalSectorSize", 4)),
    leaveBlocksAllocated: (flags & LEAVE_BLOCKS_ALLOCATED) !== 0,
    virtualDiskId: guidText(need(path2, items, "virtualDiskId", 16), 0),
    parent: hasParent && locator !== void 0 ? parseParentLocator(path2, locator) : null
  };
}
function readItems(file, region) {
  const table = Buffer9.alloc(TABLE_BYTES);
  readVhdxExactly(file, region.offsetBytes, table);
  if (table.toString("latin1", 0, 8) !== "metadata") throw vhdxDamaged(file.path, "its metadata table is missing");
  const count = table.readUInt16LE(10);
  if (count > ENTRIES_MAX) throw vhdxDamaged(file.path, `its metadata table claims ${count} entries`);
  const known = new Set(Object.values(ITEMS));
  const items = /* @__PURE__ */ new Map();
  for (let index = 0; index < count; index++) {
    const at = 32 + index * 32;
    const guid = guidText(table, at);
    const flags = table.readUInt32LE(at + 24);
    if (known.has(guid)) items.set(guid, readItem(file, region, table, at));
    else if ((flags & IS_REQUIRED) !== 0) throw vhdxUnsupported(file.path, `needs the unknown metadata item ${guid}`);
  }
  return items;
}
function readItem(file, region, table, at) {
  const offset = table.readUInt32LE(at + 16);
  const length = table.readUInt32LE(at + 20);
  if (length > ITEM_BYTES_MAX || offset < TABLE_BYTES || offset + length > region.lengthBytes) {
    throw vhdxDamaged(file.path, `a metadata item cannot have ${length} bytes at ${offset} of its region`);
  }
  const item = Buffer9.alloc(length);
  readVhdxExactly(file, region.offsetBytes + offset, item);
  return item;
}
function need(path2, items, name, bytes) {
  const item = items.get(ITEMS[name]);
  if (item === void 0 || item.length < bytes) throw vhdxDamaged(path2, `its metadata item ${name} is missing`);
  return item;
}
function sectorBytes(path2, item) {
  const bytes = item.readUInt32LE(0);
  if (bytes !== 512 && bytes !== 4096) throw vhdxDamaged(path2, `it claims sectors of ${bytes} bytes`);
  return bytes;
}

// lib/engine/disk/vhdx-regions.ts
import { Buffer as Buffer10 } from "node:buffer";
var TABLE_OFFSETS = [196608, 262144];
var TABLE_BYTES2 = 65536;
var CHECKSUM_OFFSET2 = 4;
var ENTRIES_MAX2 = 2047;
var BAT_REGION = "2dc27766-f623-4200-9d64-115e9bfd4a08";
var METADATA_REGION = "8b7ca206-4790-4b9a-b8fe-575f050f886e";
function readRegions(file, header) {
  const table = readTable(file);
  const found = /* @__PURE__ */ new Map();
  const count = table.readUInt32LE(8);
  if (count > ENTRIES_MAX2) throw vhdxDamaged(file.path, `its region table claims ${count} entries`);
  for (let index = 0; index < count; index++) addRegion(file.path, table, 16 + index * 32, found);
  const bat = found.get(BAT_REGION);
  const metadata = found.get(METADATA_REGION);
  if (bat === void 0 || metadata === void 0) {
    throw vhdxDamaged(file.path, "its region table names no block table or no metadata");
  }
  const log = { offsetBytes: header.logOffset, lengthBytes: header.logBytes };
  const reserved = [...found.values(), ...header.logBytes > 0 ? [log] : []];
  checkRegions(file, reserved);
  return { bat, metadata, reserved };
}
function readTable(file) {
  for (const offset of TABLE_OFFSETS) {
    const table = Buffer10.alloc(TABLE_BYTES2);
    readVhdxExactly(file, offset, table);
    const sound = table.readUInt32LE(CHECKSUM_OFFSET2) === crc32cWithout(table, CHECKSUM_OFFSET2);
    if (sound && table.toString("latin1", 0, 4) === "regi") return table;
  }
  throw vhdxChecksumMismatch(file.path, "region tables");
}
function addRegion(path2, table, at, found) {
  const guid = guidText(table, at);
  const offset = table.readBigUInt64LE(at + 16);
  const lengthBytes = table.readUInt32LE(at + 24);
  const known = guid === BAT_REGION || guid === METADATA_REGION;
  if (!known && table.readUInt32LE(at + 28) === 1) throw vhdxUnsupported(path2, `needs the unknown region ${guid}`);
  const aligned = offset % BigInt(MIB) === 0n && lengthBytes % MIB === 0 && lengthBytes > 0;
  if (!aligned || offset < BigInt(MIB) || offset > 2n ** 50n || found.has(guid)) {
    throw vhdxDamaged(path2, `its region ${guid} cannot have ${lengthBytes} bytes at offset ${offset}`);
  }
  found.set(guid, { offsetBytes: Number(offset), lengthBytes });
}
function checkRegions(file, regions) {
  const sizeBytes = file.sizeBytes();
  let previousEnd = 0;
  for (const { offsetBytes, lengthBytes } of [...regions].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    if (offsetBytes < previousEnd) throw vhdxDamaged(file.path, `two of its regions share the bytes at ${offsetBytes}`);
    previousEnd = offsetBytes + lengthBytes;
    if (previousEnd > sizeBytes) {
      throw vhdxTruncated(file.path, `a region should end at ${previousEnd}, the file ends at ${sizeBytes}`);
    }
  }
}

// lib/engine/disk/vhdx-replay.ts
import { Buffer as Buffer13 } from "node:buffer";

// lib/engine/disk/vhdx-log.ts
import { Buffer as Buffer12 } from "node:buffer";

// lib/engine/disk/vhdx-log-entry.ts
import { Buffer as Buffer11 } from "node:buffer";
var LOG_SECTOR_BYTES = 4096;
var HEADER_BYTES3 = 64;
var DESCRIPTOR_BYTES = 32;
var CHECKSUM_OFFSET3 = 4;
function logEntryLength(head, logGuid, logBytes) {
  if (head.length < HEADER_BYTES3 || head.toString("latin1", 0, 4) !== "loge") return null;
  const lengthBytes = head.readUInt32LE(8);
  const fits = lengthBytes >= LOG_SECTOR_BYTES && lengthBytes % LOG_SECTOR_BYTES === 0 && lengthBytes <= logBytes;
  return fits && guidText(head, 32) === logGuid ? lengthBytes : null;
}
function parseLogEntry(entry2, logBytes) {
  if (entry2.readUInt32LE(CHECKSUM_OFFSET3) !== crc32cWithout(entry2, CHECKSUM_OFFSET3)) return null;
  const tail = entry2.readUInt32LE(12);
  const sequence = entry2.readBigUInt64LE(16);
  const count = entry2.readUInt32LE(24);
  if (sequence === 0n || tail % LOG_SECTOR_BYTES !== 0 || tail >= logBytes) return null;
  const writes = parseDescriptors(entry2, sequence, count);
  return writes === null ? null : {
    lengthBytes: entry2.length,
    tail,
    sequence,
    flushedFileBytes: entry2.readBigUInt64LE(48),
    lastFileBytes: entry2.readBigUInt64LE(56),
    writes
  };
}
function parseDescriptors(entry2, sequence, count) {
  const descriptorBytes = Math.ceil((HEADER_BYTES3 + count * DESCRIPTOR_BYTES) / LOG_SECTOR_BYTES) * LOG_SECTOR_BYTES;
  if (descriptorBytes > entry2.length) return null;
  const writes = [];
  let sector = descriptorBytes;
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES3 + index * DESCRIPTOR_BYTES;
    if (entry2.readBigUInt64LE(at + 24) !== sequence) return null;
    const isData = entry2.toString("latin1", at, at + 4) === "desc";
    const write = isData ? dataWrite(entry2, at, sector, sequence) : zeroWrite(entry2, at);
    if (write === null) return null;
    writes.push(write);
    if (isData) sector += LOG_SECTOR_BYTES;
  }
  return sector === entry2.length ? writes : null;
}
function dataWrite(entry2, at, sector, sequence) {
  if (sector + LOG_SECTOR_BYTES > entry2.length || entry2.toString("latin1", sector, sector + 4) !== "data") return null;
  const high = BigInt(entry2.readUInt32LE(sector + 4));
  const low = BigInt(entry2.readUInt32LE(sector + LOG_SECTOR_BYTES - 4));
  const offset = safeOffset(entry2.readBigUInt64LE(at + 16));
  if ((high << 32n) + low !== sequence || offset === null) return null;
  const bytes = Buffer11.from(entry2.subarray(sector, sector + LOG_SECTOR_BYTES));
  entry2.copy(bytes, 0, at + 8, at + 16);
  entry2.copy(bytes, LOG_SECTOR_BYTES - 4, at + 4, at + 8);
  return { kind: "data", offset, bytes };
}
function zeroWrite(entry2, at) {
  if (entry2.toString("latin1", at, at + 4) !== "zero") return null;
  const lengthBytes = safeOffset(entry2.readBigUInt64LE(at + 8));
  const offset = safeOffset(entry2.readBigUInt64LE(at + 16));
  return lengthBytes === null || offset === null ? null : { kind: "zero", offset, lengthBytes };
}
function safeOffset(value) {
  return value < 2n ** 52n && value % BigInt(LOG_SECTOR_BYTES) === 0n ? Number(value) : null;
}

// lib/engine/disk/vhdx-log.ts
var LOG_BYTES_MAX = 256 * MIB;
var FIRST_LOGGED_OFFSET = 192 * 1024;
var GROWTH_BYTES_MAX = 4 * 2 ** 30;
function readPendingLog(file, header) {
  const { path: path2 } = file;
  if (header.logBytes > LOG_BYTES_MAX) throw vhdxUnsupported(path2, `has a log of ${header.logBytes} bytes`);
  if (header.logBytes === 0 || header.logOffset + header.logBytes > file.sizeBytes()) {
    throw vhdxTruncated(path2, "it ends before the end of its log, which has to be applied first");
  }
  const entries = activeSequence(new LogRing(file, header));
  const head = entries.at(-1);
  if (head === void 0) throw vhdxDamaged(path2, "its log has to be applied, and holds no complete sequence");
  const sizeBytes = file.sizeBytes();
  if (head.flushedFileBytes > BigInt(sizeBytes)) {
    throw vhdxTruncated(path2, `it had ${head.flushedFileBytes} bytes when its log was written, and has ${sizeBytes}`);
  }
  if (head.lastFileBytes > BigInt(sizeBytes + GROWTH_BYTES_MAX)) {
    throw vhdxTruncated(path2, `its log speaks of a file of ${head.lastFileBytes} bytes, and it has ${sizeBytes}`);
  }
  const fileBytes = Math.max(sizeBytes, Number(head.lastFileBytes));
  const writes = entries.flatMap((entry2) => entry2.writes);
  checkWrites(path2, header, writes, fileBytes);
  return { writes, fileBytes };
}
function checkWrites(path2, header, writes, fileBytes) {
  let zeroed = 0;
  for (const write of writes) {
    const length = write.kind === "data" ? write.bytes.length : write.lengthBytes;
    const end = write.offset + length;
    const onLog = write.offset < header.logOffset + header.logBytes && end > header.logOffset;
    if (write.offset < FIRST_LOGGED_OFFSET || onLog || end > fileBytes) {
      throw vhdxDamaged(path2, `its log would write ${length} bytes at offset ${write.offset}, where none belong`);
    }
    if (write.kind === "zero") zeroed += length;
  }
  if (zeroed > GROWTH_BYTES_MAX) throw vhdxDamaged(path2, `its log would erase ${zeroed} bytes`);
}
var LogRing = class {
  bytes;
  #file;
  #header;
  #seen = /* @__PURE__ */ new Map();
  #budgetBytes;
  constructor(file, header) {
    this.#file = file;
    this.#header = header;
    this.bytes = header.logBytes;
    this.#budgetBytes = header.logBytes * 16;
  }
  /** `offset` below `bytes`. */
  entryAt(offset) {
    const known = this.#seen.get(offset);
    if (known !== void 0) return known;
    const length = logEntryLength(this.#read(offset, LOG_SECTOR_BYTES), this.#header.logGuid, this.bytes);
    const entry2 = length === null ? null : parseLogEntry(this.#read(offset, length), this.bytes);
    this.#seen.set(offset, entry2);
    return entry2;
  }
  #read(offset, length) {
    this.#budgetBytes -= length;
    if (this.#budgetBytes < 0) throw vhdxDamaged(this.#file.path, "the entries of its log overlap");
    const bytes = Buffer12.alloc(length);
    const untilEnd = Math.min(length, this.bytes - offset);
    readVhdxExactly(this.#file, this.#header.logOffset + offset, bytes.subarray(0, untilEnd));
    readVhdxExactly(this.#file, this.#header.logOffset, bytes.subarray(untilEnd));
    return bytes;
  }
};
function activeSequence(ring) {
  let active = [];
  for (let start = 0; start < ring.bytes; ) {
    const run = runFrom(ring, start);
    const head = run.entries.at(-1);
    const first = head === void 0 ? -1 : run.offsets.indexOf(head.tail);
    if (head === void 0 || first < 0) {
      start += LOG_SECTOR_BYTES;
      continue;
    }
    if (head.sequence > (active.at(-1)?.sequence ?? 0n)) active = run.entries.slice(first);
    start += run.lengthBytes;
  }
  return active;
}
function runFrom(ring, start) {
  const entries = [];
  const offsets = [];
  let lengthBytes = 0;
  while (lengthBytes < ring.bytes) {
    const offset = (start + lengthBytes) % ring.bytes;
    const entry2 = ring.entryAt(offset);
    const last = entries.at(-1);
    if (entry2 === null || last !== void 0 && entry2.sequence !== last.sequence + 1n) break;
    if (lengthBytes + entry2.lengthBytes > ring.bytes) break;
    entries.push(entry2);
    offsets.push(offset);
    lengthBytes += entry2.lengthBytes;
  }
  return { entries, offsets, lengthBytes };
}

// lib/engine/disk/vhdx-replay.ts
var ERASE_BYTES = 2 ** 20;
function withLogApplied(file, mode) {
  const headers = new VhdxHeaders(file);
  if (headers.current.logGuid === NO_GUID) return { file, headers };
  const pending = readPendingLog(file, headers.current);
  if (mode === "read") return { file: new ReplayedFile(file, pending), headers };
  headers.update({ fileWriteGuid: headers.derivedGuid(headers.current.fileWriteGuid, "file", Buffer13.from("replay")) });
  applyLog(file, pending);
  headers.update({ logGuid: NO_GUID });
  return { file, headers };
}
function applyLog(file, { writes, fileBytes }) {
  if (file.sizeBytes() < fileBytes) file.truncate(fileBytes);
  for (const write of writes) {
    if (write.kind === "data") file.write(write.offset, write.bytes);
    else erase(file, write.offset, write.lengthBytes);
  }
  file.sync();
}
function erase(file, offset, lengthBytes) {
  const bytes = Buffer13.alloc(Math.min(ERASE_BYTES, lengthBytes));
  for (let done = 0; done < lengthBytes; done += bytes.length) {
    const piece = bytes.subarray(0, Math.min(bytes.length, lengthBytes - done));
    file.read(offset + done, piece);
    if (!isZero(piece)) file.write(offset + done, piece.fill(0));
  }
}
var ReplayedFile = class {
  path;
  #file;
  #fileBytes;
  /** By sector: the number of the write that has it. */
  #sectors = /* @__PURE__ */ new Map();
  #erased = [];
  constructor(file, { writes, fileBytes }) {
    this.path = file.path;
    this.#file = file;
    this.#fileBytes = fileBytes;
    writes.forEach((write, order) => this.#add(write, order));
  }
  #add(write, order) {
    if (write.kind === "data") this.#sectors.set(write.offset / LOG_SECTOR_BYTES, { order, bytes: write.bytes });
    else this.#erased.push({ order, begin: write.offset, end: write.offset + write.lengthBytes });
  }
  read(offset, into) {
    const count = Math.max(0, Math.min(into.length, this.sizeBytes() - offset));
    const view = into.subarray(0, count);
    view.fill(0, this.#file.read(offset, view));
    for (const { begin, end } of this.#erased) {
      if (begin < offset + count && end > offset) view.fill(0, Math.max(0, begin - offset), end - offset);
    }
    const first = Math.floor(offset / LOG_SECTOR_BYTES);
    for (let sector = first; sector * LOG_SECTOR_BYTES < offset + count; sector++) {
      this.#overlay(sector, offset, view);
    }
    return count;
  }
  #overlay(sector, offset, view) {
    const logged = this.#sectors.get(sector);
    if (logged === void 0) return;
    const begin = sector * LOG_SECTOR_BYTES;
    const erasedLater = this.#erased.some((one) => one.order > logged.order && one.begin <= begin && one.end > begin);
    if (erasedLater) return;
    const from = Math.max(0, offset - begin);
    const to = Math.min(LOG_SECTOR_BYTES, offset + view.length - begin);
    view.set(logged.bytes.subarray(from, to), begin + from - offset);
  }
  sizeBytes() {
    return Math.max(this.#fileBytes, this.#file.sizeBytes());
  }
  write() {
    assert(false, `${this.path} is written through a view that is for reading`);
  }
  truncate() {
    assert(false, `${this.path} is resized through a view that is for reading`);
  }
  allocatedBytes() {
    return this.#file.allocatedBytes();
  }
  isLinked() {
    return this.#file.isLinked();
  }
  sync() {
    this.#file.sync();
  }
  close() {
    this.#file.close();
  }
};

// lib/engine/disk/open-vhdx.ts
var vhdxOpener = {
  recognises: ({ first }) => first.toString("latin1", 0, VHDX_SIGNATURE.length) === VHDX_SIGNATURE,
  open: openVhdx
};
function openVhdx(raw, context) {
  const { file, headers } = withLogApplied(raw, context.mode);
  const layout = readLayout(file, headers.current);
  const table = readBlockTable(file, layout);
  const endOfBlocks = checkBlockTable(file.path, layout, table, file.sizeBytes());
  const parent = layout.parent === null ? null : openParentDisk(
    file.path,
    {
      names: layout.parent.paths,
      linkage: layout.parent.linkage,
      logicalSectorBytes: layout.logicalSectorBytes
    },
    context
  );
  return new VhdxDisk({ file, mode: context.mode, headers, layout, table, parent, endOfBlocks });
}
function readLayout(file, header) {
  const regions = readRegions(file, header);
  const metadata = readMetadata(file, regions.metadata);
  const blockCount = Math.ceil(metadata.virtualSizeBytes / metadata.blockBytes);
  const chunkRatio = chunkRatioOf(metadata);
  return {
    ...metadata,
    bat: regions.bat,
    blockCount,
    chunkRatio,
    chunkCount: Math.ceil(blockCount / chunkRatio),
    reserved: regions.reserved
  };
}

// lib/engine/disk/qcow2-faults.ts
function qcow2Damaged(path2, why) {
  return new Fault({
    code: "Qcow2Damaged",
    message: `The qcow2 image '${path2}' is damaged: ${why}.`,
    possibleCauses: "The file was damaged on its medium or while it was copied, or a program stopped while writing it.",
    recommendedAction: "Copy the image again from its origin, or repair it there with: qemu-img check -r all IMAGE (keep a copy first)."
  });
}
function qcow2Truncated(path2, why) {
  return new Fault({
    code: "Qcow2Truncated",
    message: `The qcow2 image '${path2}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin."
  });
}
function qcow2Unsupported(path2, what) {
  return new Fault({
    code: "Qcow2Unsupported",
    message: `The qcow2 image '${path2}' ${what}, which cannot be read here.`,
    possibleCauses: "The image uses parts of the format that need a key, another file, or a newer reader.",
    recommendedAction: "Convert it to a plain image, for example with: qemu-img convert -O qcow2 SOURCE TARGET.qcow2"
  });
}
function qcow2MarkedCorrupt(path2) {
  return new Fault({
    code: "Qcow2MarkedCorrupt",
    message: `The qcow2 image '${path2}' carries the mark of a damaged image, and what it holds cannot be trusted.`,
    possibleCauses: "The program that wrote it (QEMU) found that its tables contradict themselves, and marked it.",
    recommendedAction: "Check it where it comes from with: qemu-img check IMAGE, repair a copy with: qemu-img check -r all COPY, or restore it from a backup."
  });
}

// lib/engine/disk/qcow2-header.ts
import { Buffer as Buffer14 } from "node:buffer";
var QCOW2_MAGIC = "QFI\xFB";
var HEADER_BYTES_V2 = 72;
var HEADER_BYTES_V3 = 104;
var BACKING_NAME_BYTES_MAX = 1023;
var SIZE_MAX_BYTES = 2n ** 46n;
var L1_BYTES_MAX = 32 * 2 ** 20;
var INCOMPATIBLE = { dirty: 1n, corrupt: 2n, externalData: 4n, compressionType: 8n, extendedL2: 16n };
var EXTENSION_BACKING_FORMAT = 3799591626;
function readQcow2Header(file) {
  const { path: path2 } = file;
  const header = Buffer14.alloc(HEADER_BYTES_V3 + 1);
  const there = file.read(0, header);
  if (there < HEADER_BYTES_V2) throw qcow2Truncated(path2, "it ends within its header");
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw qcow2Unsupported(path2, `has format version ${version}`);
  if (version === 3 && there < HEADER_BYTES_V3) throw qcow2Truncated(path2, "it ends within its header");
  const clusterBits = header.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw qcow2Unsupported(path2, `has clusters of 2^${clusterBits} bytes`);
  const encryption = header.readUInt32BE(32);
  if (encryption !== 0) throw qcow2Unsupported(path2, "is encrypted");
  const features = version === 3 ? readFeatures(path2, header, clusterBits) : NO_FEATURES;
  const virtualSizeBytes = readSize(path2, header.readBigUInt64BE(24));
  const entryBytes = features.extendedL2 ? 16 : 8;
  const l2Covers = 2 ** clusterBits * (2 ** clusterBits / entryBytes);
  const l1Entries = Math.ceil(virtualSizeBytes / l2Covers);
  if (header.readUInt32BE(36) < l1Entries)
    throw qcow2Damaged(
      path2,
      `its first table has ${header.readUInt32BE(36)} entries where its size needs ${l1Entries}`
    );
  return {
    ...features,
    ...{ version, clusterBits, virtualSizeBytes, l1Entries },
    l1Offset: readL1Offset(file, header.readBigUInt64BE(40), l1Entries, clusterBits),
    backing: readBacking(file, header, features.headerBytes, clusterBits)
  };
}
var NO_FEATURES = {
  compression: "deflate",
  extendedL2: false,
  dirty: false,
  headerBytes: HEADER_BYTES_V2
};
function readFeatures(path2, header, clusterBits) {
  const bits = header.readBigUInt64BE(72);
  const has = (feature) => (bits & feature) !== 0n;
  if (has(INCOMPATIBLE.corrupt)) throw qcow2MarkedCorrupt(path2);
  if (has(INCOMPATIBLE.externalData)) throw qcow2Unsupported(path2, "keeps its data in another file");
  const unknown = bits & ~Object.values(INCOMPATIBLE).reduce((all, bit) => all | bit, 0n);
  if (unknown !== 0n) throw qcow2Unsupported(path2, `uses features unknown here (0x${unknown.toString(16)})`);
  const headerBytes = header.readUInt32BE(100);
  if (headerBytes < HEADER_BYTES_V3 || headerBytes % 8 !== 0 || headerBytes > 2 ** clusterBits)
    throw qcow2Damaged(path2, `its header cannot have ${headerBytes} bytes`);
  const extendedL2 = has(INCOMPATIBLE.extendedL2);
  if (extendedL2 && clusterBits < 14) throw qcow2Damaged(path2, "its clusters are too small for subclusters");
  const method = has(INCOMPATIBLE.compressionType) && headerBytes > HEADER_BYTES_V3 ? header.readUInt8(104) : 0;
  if (method > 1) throw qcow2Unsupported(path2, `is compressed by method ${method}`);
  return { compression: method === 1 ? "zstd" : "deflate", extendedL2, dirty: has(INCOMPATIBLE.dirty), headerBytes };
}
function readSize(path2, size) {
  if (size === 0n || size % 512n !== 0n || size > SIZE_MAX_BYTES)
    throw qcow2Unsupported(path2, `has a size of ${size} bytes`);
  return Number(size);
}
function readL1Offset(file, offset, entries, clusterBits) {
  const bytes = entries * 8;
  if (bytes > L1_BYTES_MAX) throw qcow2Unsupported(file.path, `has a first table of ${bytes} bytes`);
  if (offset === 0n || offset % BigInt(2 ** clusterBits) !== 0n)
    throw qcow2Damaged(file.path, `its first table cannot be at offset ${offset}`);
  if (offset + BigInt(bytes) > BigInt(file.sizeBytes()))
    throw qcow2Truncated(file.path, "it ends before its first table does");
  return Number(offset);
}
function readBacking(file, header, headerBytes, clusterBits) {
  const offset = header.readBigUInt64BE(8);
  const length = header.readUInt32BE(16);
  if (offset === 0n) return null;
  if (length === 0 || length > BACKING_NAME_BYTES_MAX || offset + BigInt(length) > BigInt(2 ** clusterBits))
    throw qcow2Damaged(file.path, "the name of its backing file does not lie in its first cluster");
  const first = Buffer14.alloc(Number(offset) + length);
  if (file.read(0, first) !== first.length) throw qcow2Truncated(file.path, "it ends within the backing file's name");
  return {
    name: first.toString("utf8", Number(offset)),
    format: backingFormat(file.path, first.subarray(0, Number(offset)), headerBytes)
  };
}
function backingFormat(path2, first, headerBytes) {
  let at = headerBytes;
  while (at + 8 <= first.length) {
    const type = first.readUInt32BE(at);
    const length = first.readUInt32BE(at + 4);
    if (type === 0) return null;
    if (at + 8 + length > first.length)
      throw qcow2Damaged(path2, "a header extension does not lie in its first cluster");
    if (type === EXTENSION_BACKING_FORMAT) return first.toString("latin1", at + 8, at + 8 + length);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return null;
}

// lib/engine/disk/qcow2-tables.ts
import { Buffer as Buffer15 } from "node:buffer";
var OFFSET_MASK = 0x00fffffffffffe00n;
var COMPRESSED = 1n << 62n;
var ZERO = 1n;
var SUBCLUSTERS = 32;
var TABLES_KEPT_BYTES = 8 * 2 ** 20;
var ABSENT = { kind: "absent" };
var ZEROS2 = { kind: "zero" };
var Qcow2Tables = class {
  header;
  clusterBytes;
  entriesPerTable;
  #file;
  #entryBytes;
  /** Where each table of the second level is; 0 where there is none. */
  #l1;
  #kept = /* @__PURE__ */ new Map();
  /** Faults: Qcow2Damaged, Qcow2Truncated. */
  constructor(file, header) {
    this.#file = file;
    this.header = header;
    this.clusterBytes = 2 ** header.clusterBits;
    this.#entryBytes = header.extendedL2 ? 16 : 8;
    this.entriesPerTable = this.clusterBytes / this.#entryBytes;
    this.#l1 = this.#readL1();
  }
  get tableCount() {
    return this.#l1.length;
  }
  hasTable(index) {
    return (this.#l1[index] ?? 0) !== 0;
  }
  /** Every table lies in the file; there cannot be more of them than fit, so that walking them ends. */
  #readL1() {
    const { path: path2 } = this.#file;
    const raw = Buffer15.alloc(this.header.l1Entries * 8);
    if (this.#file.read(this.header.l1Offset, raw) !== raw.length)
      throw qcow2Truncated(path2, "it ends within its first table");
    const fileBytes = this.#file.sizeBytes();
    const l1 = new Float64Array(this.header.l1Entries);
    let tables = 0;
    for (let index = 0; index < l1.length; index++) {
      const offset = Number(raw.readBigUInt64BE(index * 8) & OFFSET_MASK);
      if (offset === 0) continue;
      if (offset % this.clusterBytes !== 0) throw qcow2Damaged(path2, `a table cannot be at offset ${offset}`);
      if (offset + this.clusterBytes > fileBytes)
        throw qcow2Truncated(path2, `a table at ${offset} lies beyond its end`);
      tables += 1;
      l1[index] = offset;
    }
    if (tables * this.clusterBytes > fileBytes)
      throw qcow2Damaged(path2, "its first table names the same second table many times");
    return l1;
  }
  cluster(index) {
    const table = this.#table(Math.floor(index / this.entriesPerTable));
    if (table === null) return ABSENT;
    const at = index % this.entriesPerTable * this.#entryBytes;
    const entry2 = table.readBigUInt64BE(at);
    if ((entry2 & COMPRESSED) !== 0n) return this.#compressed(entry2);
    const offset = Number(entry2 & OFFSET_MASK);
    if (offset % this.clusterBytes !== 0)
      throw qcow2Damaged(this.#file.path, `a cluster cannot be at offset ${offset}`);
    if (this.header.extendedL2) return this.#parts(offset, table.readUInt32BE(at + 12), table.readUInt32BE(at + 8));
    if ((entry2 & ZERO) !== 0n) {
      if (this.header.version === 2)
        throw qcow2Damaged(this.#file.path, "it has a mark that its version does not know");
      return ZEROS2;
    }
    return offset === 0 ? ABSENT : { kind: "data", offset };
  }
  #parts(offset, data, zero) {
    if ((data & zero) !== 0) throw qcow2Damaged(this.#file.path, "a subcluster is both data and zero");
    if (data !== 0 && offset === 0) throw qcow2Damaged(this.#file.path, "a cluster has data at no place");
    if (data === 0) return zero === 0 ? ABSENT : { kind: "parts", offset, data, zero };
    return { kind: "parts", offset, data, zero };
  }
  /** "Compressed Clusters Descriptor": a byte offset, and the number of further sectors that the data touches. */
  #compressed(entry2) {
    const offsetBits = BigInt(62 - (this.header.clusterBits - 8));
    const offset = Number(entry2 & (1n << offsetBits) - 1n);
    const sectors = Number((entry2 & COMPRESSED - 1n) >> offsetBits) + 1;
    return { kind: "compressed", offset, lengthBytes: sectors * 512 - offset % 512 };
  }
  #table(index) {
    const offset = this.#l1[index] ?? 0;
    if (offset === 0) return null;
    const kept = this.#kept.get(index);
    if (kept !== void 0) return kept;
    const table = Buffer15.alloc(this.clusterBytes);
    if (this.#file.read(offset, table) !== table.length)
      throw qcow2Truncated(this.#file.path, `it ends within the table at ${offset}`);
    if ((this.#kept.size + 1) * this.clusterBytes > TABLES_KEPT_BYTES) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(index, table);
    return table;
  }
};

// lib/engine/disk/qcow2-unpack.ts
import { Buffer as Buffer16 } from "node:buffer";
import { inflateRawSync, constants } from "node:zlib";
import zstd from "zstd-napi/binding.js";
var WINDOW_LOG_MIN = 10;
var Qcow2Unpacker = class {
  #file;
  #header;
  #context = null;
  #last = null;
  constructor(file, header) {
    this.#file = file;
    this.#header = header;
  }
  /** One whole cluster; the caller must not change it. Faults: Qcow2Truncated, Qcow2Damaged. */
  cluster(offset, lengthBytes) {
    if (this.#last?.offset === offset) return this.#last.bytes;
    const there = Math.min(lengthBytes, this.#file.sizeBytes() - offset);
    if (there <= 0) throw qcow2Truncated(this.#file.path, `a compressed cluster at ${offset} lies beyond its end`);
    const packed = Buffer16.alloc(there);
    this.#file.read(offset, packed);
    const bytes = this.#header.compression === "zstd" ? this.#fromZstd(packed) : this.#fromDeflate(packed);
    if (bytes === null)
      throw qcow2Damaged(this.#file.path, `the compressed cluster at ${offset} cannot be decompressed`);
    this.#last = { offset, bytes };
    return bytes;
  }
  #fromDeflate(packed) {
    const clusterBytes = 2 ** this.#header.clusterBits;
    try {
      const bytes = inflateRawSync(packed, {
        maxOutputLength: clusterBytes,
        chunkSize: clusterBytes,
        finishFlush: constants.Z_SYNC_FLUSH
      });
      return bytes.length === clusterBytes ? bytes : null;
    } catch {
      return null;
    }
  }
  /** As a stream, because what follows the frame is not known; the window is bounded, because a frame chooses it itself. */
  #fromZstd(packed) {
    const into = Buffer16.alloc(2 ** this.#header.clusterBits);
    try {
      this.#context ??= this.#newContext();
      this.#context.reset(zstd.ResetDirective.sessionOnly);
      let read = 0;
      let written = 0;
      while (written < into.length) {
        const [, produced, consumed] = this.#context.decompressStream(into.subarray(written), packed.subarray(read));
        if (produced === 0 && consumed === 0) return null;
        read += consumed;
        written += produced;
        if (produced === 0 && read >= packed.length) return null;
      }
      return into;
    } catch {
      return null;
    }
  }
  #newContext() {
    const context = new zstd.DCtx();
    context.setParameter(zstd.DParameter.windowLogMax, Math.max(WINDOW_LOG_MIN, this.#header.clusterBits));
    return context;
  }
};

// lib/engine/disk/qcow2-disk.ts
var BACKING_FORMATS = {
  raw: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vpc: "vhd",
  vhdx: "vhdx"
};
var COMPRESSED_BYTES_MIN = 8;
var qcow2Opener = {
  recognises: ({ first }) => first.toString("latin1", 0, QCOW2_MAGIC.length) === QCOW2_MAGIC,
  open: (file, context) => {
    const header = readQcow2Header(file);
    if (context.mode === "readwrite") throw diskFormatReadOnly(file.path, "qcow2");
    const tables = new Qcow2Tables(file, header);
    return new Qcow2Disk(file, header, tables, openBacking(file.path, header, context));
  }
};
function openBacking(path2, { backing }, context) {
  if (backing === null) return null;
  const wanted = backing.format === null ? null : BACKING_FORMATS[backing.format];
  if (wanted === void 0)
    throw qcow2Unsupported(path2, `has a backing file of the format '${(backing.format ?? "").slice(0, 40)}'`);
  const backingPath = neighbourPath(context.fileSystem, path2, backing.name, "backing file");
  const disk = context.openParent(backingPath, { asRaw: wanted === "raw" });
  if (wanted === null || disk.format.startsWith(wanted)) return disk;
  disk.close();
  throw qcow2Damaged(path2, `it says that its backing file is ${wanted}, and that is ${disk.format}`);
}
var Qcow2Disk = class {
  format = "qcow2";
  virtualSizeBytes;
  logicalSectorBytes = 512;
  file;
  files;
  remarks;
  #tables;
  #unpacker;
  #backing;
  constructor(file, header, tables, backing) {
    this.file = file;
    this.files = [file, ...backing?.files ?? []];
    this.virtualSizeBytes = header.virtualSizeBytes;
    this.remarks = header.dirty ? ["It is marked as not closed properly: its reference counts may be wrong, which reading does not need."] : [];
    this.#tables = tables;
    this.#unpacker = new Qcow2Unpacker(file, header);
    this.#backing = backing;
  }
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    const { clusterBytes } = this.#tables;
    for (let done = 0; done < into.length; ) {
      const at = offsetBytes + done;
      const inCluster = at % clusterBytes;
      const piece = into.subarray(done, done + Math.min(clusterBytes - inCluster, into.length - done));
      this.#readPiece(this.#tables.cluster(Math.floor(at / clusterBytes)), at, inCluster, piece);
      done += piece.length;
    }
  }
  #readPiece(cluster, at, inCluster, into) {
    switch (cluster.kind) {
      case "zero":
        into.fill(0);
        return;
      case "absent":
        this.#readBacking(at, into);
        return;
      case "data":
        this.#readData(cluster.offset, inCluster, into);
        return;
      case "compressed": {
        const whole = this.#unpacker.cluster(cluster.offset, cluster.lengthBytes);
        into.set(whole.subarray(inCluster, inCluster + into.length));
        return;
      }
      case "parts":
        this.#readParts(cluster, at, inCluster, into);
    }
  }
  #readParts(cluster, at, inCluster, into) {
    const partBytes = this.#tables.clusterBytes / SUBCLUSTERS;
    for (let done = 0; done < into.length; ) {
      const begin = inCluster + done;
      const bit = 1 << Math.floor(begin / partBytes);
      const piece = into.subarray(done, done + Math.min(partBytes - begin % partBytes, into.length - done));
      if ((cluster.data & bit) !== 0) this.#readData(cluster.offset, begin, piece);
      else if ((cluster.zero & bit) !== 0) piece.fill(0);
      else this.#readBacking(at + done, piece);
      done += piece.length;
    }
  }
  #readData(clusterOffset, inCluster, into) {
    const offset = clusterOffset + inCluster;
    if (this.file.read(offset, into) !== into.length)
      throw qcow2Truncated(this.file.path, `${into.length} bytes at offset ${offset} lie beyond its end`);
  }
  /** A backing file that is smaller ends in zeros. */
  #readBacking(at, into) {
    const there = Math.max(0, Math.min(into.length, (this.#backing?.virtualSizeBytes ?? 0) - at));
    if (this.#backing !== null && there > 0) this.#backing.read(at, into.subarray(0, there));
    into.fill(0, there);
  }
  write() {
    throw diskIsReadOnly(this.file.path);
  }
  allocatedExtents() {
    const inherited = this.#backing?.allocatedExtents() ?? [];
    return extentUnion(this.#ownExtents(), extentsBelow(inherited, this.virtualSizeBytes));
  }
  /**
   * A file that names more clusters than it can hold repeats itself, and would make whoever reads the disk read for ever.
   */
  #ownExtents() {
    const { clusterBytes, entriesPerTable } = this.#tables;
    const fileBytes = this.file.sizeBytes();
    const clusters = Math.ceil(this.virtualSizeBytes / clusterBytes);
    const extents = [];
    let heldBytes = 0;
    for (let table = 0; table < this.#tables.tableCount; table++) {
      if (!this.#tables.hasTable(table)) continue;
      const end = Math.min((table + 1) * entriesPerTable, clusters);
      for (let index = table * entriesPerTable; index < end; index++) {
        const cluster = this.#tables.cluster(index);
        if (!isHeld(cluster)) continue;
        heldBytes += cluster.kind === "compressed" ? COMPRESSED_BYTES_MIN : clusterBytes;
        if (heldBytes > fileBytes + clusterBytes)
          throw qcow2Damaged(this.file.path, "its tables name more clusters than it can hold");
        addRange(extents, index * clusterBytes, Math.min((index + 1) * clusterBytes, this.virtualSizeBytes));
      }
    }
    return extents;
  }
  sync() {
  }
  close() {
    try {
      this.file.close();
    } finally {
      this.#backing?.close();
    }
  }
};
function isHeld(cluster) {
  if (cluster.kind === "parts") return cluster.data !== 0;
  return cluster.kind === "data" || cluster.kind === "compressed";
}
function addRange(extents, begin, end) {
  const last = extents.at(-1);
  if (last !== void 0 && last.offsetBytes + last.lengthBytes === begin) last.lengthBytes += end - begin;
  else extents.push({ offsetBytes: begin, lengthBytes: end - begin });
}

// lib/engine/disk/raw-disk.ts
function openRawDisk(file, mode) {
  const size = file.sizeBytes();
  if (size === 0) throw notADiskImage(file.path, "it is empty");
  if (size % 512 !== 0) throw notADiskImage(file.path, `its size, ${size} bytes, is not a multiple of 512`);
  return new FlatDisk("raw", file, size, mode);
}
var rawOpener = {
  recognises: ({ path: path2 }) => /\.(raw|img)$/i.test(path2),
  open: (file, { mode }) => openRawDisk(file, mode)
};

// lib/engine/disk/vhd-dynamic.ts
import { Buffer as Buffer20 } from "node:buffer";

// lib/engine/disk/sector-bitmap.ts
function bitmapFill(bitmap) {
  return bitmap.every((byte) => byte === 255) ? "full" : "partial";
}
function isSectorSet(bitmap, sector) {
  return ((bitmap[sector >> 3] ?? 0) & 128 >> (sector & 7)) !== 0;
}
function setSectors(bitmap, first, count) {
  let changed = false;
  for (let sector = first; sector < first + count; sector++) {
    const old = bitmap[sector >> 3] ?? 0;
    const next = old | 128 >> (sector & 7);
    if (next !== old) changed = true;
    bitmap[sector >> 3] = next;
  }
  return changed;
}
function zeroClearSectors(bitmap, firstSector, data) {
  for (let at = 0; at < data.length; at += 512) {
    if (!isSectorSet(bitmap, firstSector + at / 512)) data.fill(0, at, at + 512);
  }
}

// lib/engine/disk/vhd-parent.ts
import { Buffer as Buffer18 } from "node:buffer";

// lib/engine/disk/vhd-footer.ts
import { Buffer as Buffer17 } from "node:buffer";

// lib/engine/disk/vhd-geometry.ts
var SECTOR_BYTES = 512;
function vhdGeometry(virtualSizeBytes) {
  const totalSectors = Math.min(Math.floor(virtualSizeBytes / SECTOR_BYTES), 65535 * 16 * 255);
  if (totalSectors >= 65535 * 16 * 63) return geometry(totalSectors, 16, 255);
  const small = Math.floor(totalSectors / 17);
  const heads = Math.max(4, Math.floor((small + 1023) / 1024));
  if (heads <= 16 && small < heads * 1024) return geometry(totalSectors, heads, 17);
  if (Math.floor(totalSectors / 31) < 16 * 1024) return geometry(totalSectors, 16, 31);
  return geometry(totalSectors, 16, 63);
}
function geometry(totalSectors, heads, sectorsPerTrack) {
  return { cylinders: Math.floor(Math.floor(totalSectors / sectorsPerTrack) / heads), heads, sectorsPerTrack };
}

// lib/engine/disk/vhd-footer.ts
var VHD_FOOTER_BYTES = 512;
var VHD_SIZE_MAX_BYTES = 2040 * 2 ** 30;
var COOKIE = "conectix";
var NO_OFFSET = 0xffffffffffffffffn;
var EPOCH_2000_SECONDS = 946684800;
var CHECKSUM_OFFSET4 = 64;
var TYPE_NUMBERS = { fixed: 2, dynamic: 3, differencing: 4 };
function vhdChecksum(bytes, checksumOffset) {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) {
    if (index < checksumOffset || index >= checksumOffset + 4) sum += bytes[index] ?? 0;
  }
  return ~sum >>> 0;
}
function uuidBytes(uuid) {
  const bytes = Buffer17.from(uuid.replaceAll("-", ""), "hex");
  assert(bytes.length === 16, `not a UUID: ${uuid}`);
  return bytes;
}
function encodeVhdFooter(type, virtualSizeBytes, identity) {
  const footer = Buffer17.alloc(VHD_FOOTER_BYTES);
  const { cylinders, heads, sectorsPerTrack } = vhdGeometry(virtualSizeBytes);
  const seconds = Math.floor(identity.createdAt.getTime() / 1e3) - EPOCH_2000_SECONDS;
  footer.write(COOKIE, 0, "latin1");
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(65536, 12);
  footer.writeBigUInt64BE(type === "fixed" ? NO_OFFSET : BigInt(VHD_FOOTER_BYTES), 16);
  footer.writeUInt32BE(Math.min(Math.max(seconds, 0), 4294967295), 24);
  footer.write("win ", 28, "latin1");
  footer.writeUInt32BE(655360, 32);
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(virtualSizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(virtualSizeBytes), 48);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectorsPerTrack, 59);
  footer.writeUInt32BE(TYPE_NUMBERS[type], 60);
  uuidBytes(identity.uniqueId).copy(footer, 68);
  footer.writeUInt32BE(vhdChecksum(footer, CHECKSUM_OFFSET4), CHECKSUM_OFFSET4);
  return footer;
}
function hasVhdCookie(sector) {
  return Buffer17.from(sector.buffer, sector.byteOffset, COOKIE.length).toString("latin1") === COOKIE;
}
function parseVhdFooter(path2, sector, where) {
  if (!hasVhdCookie(sector)) throw notADiskImage(path2, `it has no VHD footer at its ${where}`);
  if (sector.readUInt32BE(CHECKSUM_OFFSET4) !== vhdChecksum(sector, CHECKSUM_OFFSET4)) {
    throw vhdChecksumMismatch(path2, `footer at the ${where}`);
  }
  const version = sector.readUInt32BE(12);
  if (version >>> 16 !== 1) throw vhdUnsupported(path2, `has format version ${version >>> 16}.${version & 65535}`);
  const type = parseType(path2, sector.readUInt32BE(60));
  const virtualSize = sector.readBigUInt64BE(48);
  if (virtualSize > BigInt(VHD_SIZE_MAX_BYTES)) throw vhdDamaged(path2, `it claims a size of ${virtualSize} bytes`);
  if (virtualSize === 0n || virtualSize % 512n !== 0n) {
    throw vhdDamaged(path2, `its size, ${virtualSize} bytes, is not a number of whole sectors`);
  }
  const headerOffset = sector.readBigUInt64BE(16);
  if (type !== "fixed" && (headerOffset % 512n !== 0n || headerOffset < 512n || headerOffset > 2n ** 42n)) {
    throw vhdDamaged(path2, `its header cannot be at offset ${headerOffset}`);
  }
  return {
    type,
    virtualSizeBytes: Number(virtualSize),
    headerOffset: type === "fixed" ? null : Number(headerOffset),
    uniqueId: sector.toString("hex", 68, 84)
  };
}
function parseType(path2, type) {
  switch (type) {
    case 2:
      return "fixed";
    case 3:
      return "dynamic";
    case 4:
      return "differencing";
    default:
      throw vhdUnsupported(path2, `has the disk type ${type}`);
  }
}

// lib/engine/disk/vhd-dynamic-header.ts
var VHD_HEADER_BYTES = 1024;
var VHD_BLOCK_BYTES = 2 * 2 ** 20;
var SECTOR_BYTES2 = 512;
var COOKIE2 = "cxsparse";
var CHECKSUM_OFFSET5 = 36;
var BLOCK_BYTES_MIN = 128 * 1024;
var BLOCK_BYTES_MAX2 = 256 * 2 ** 20;
function bitmapBytesFor(blockBytes) {
  return Math.ceil(blockBytes / SECTOR_BYTES2 / 8 / SECTOR_BYTES2) * SECTOR_BYTES2;
}
function tableBytesFor(entries) {
  return Math.ceil(entries * 4 / SECTOR_BYTES2) * SECTOR_BYTES2;
}
function parseVhdHeader(path2, header, headerOffset, virtualSizeBytes) {
  if (header.toString("latin1", 0, 8) !== COOKIE2) throw vhdDamaged(path2, "its dynamic disk header is missing");
  if (header.readUInt32BE(CHECKSUM_OFFSET5) !== vhdChecksum(header, CHECKSUM_OFFSET5)) {
    throw vhdChecksumMismatch(path2, "dynamic disk header");
  }
  const version = header.readUInt32BE(24);
  if (version >>> 16 !== 1) throw vhdUnsupported(path2, `has header version ${version >>> 16}.${version & 65535}`);
  const blockBytes = header.readUInt32BE(32);
  if (blockBytes < BLOCK_BYTES_MIN || blockBytes > BLOCK_BYTES_MAX2 || (blockBytes & blockBytes - 1) !== 0) {
    throw vhdUnsupported(path2, `has blocks of ${blockBytes} bytes`);
  }
  const blockCount = Math.ceil(virtualSizeBytes / blockBytes);
  const tableEntries = header.readUInt32BE(28);
  if (tableEntries < blockCount) {
    throw vhdDamaged(path2, `its block table has ${tableEntries} entries where the disk's size needs ${blockCount}`);
  }
  const tableOffset = header.readBigUInt64BE(16);
  if (tableOffset % 512n !== 0n || tableOffset < 512n || tableOffset > 2n ** 42n) {
    throw vhdDamaged(path2, `its block table cannot be at offset ${tableOffset}`);
  }
  const table = Number(tableOffset);
  const tableEnd = table + tableBytesFor(blockCount);
  const headerEnd = headerOffset + VHD_HEADER_BYTES;
  if (table < headerEnd && tableEnd > headerOffset) throw vhdDamaged(path2, "its header and its block table overlap");
  return {
    virtualSizeBytes,
    tableOffset: table,
    blockCount,
    blockBytes,
    bitmapBytes: bitmapBytesFor(blockBytes),
    metadata: [
      { offsetBytes: 0, lengthBytes: SECTOR_BYTES2 },
      { offsetBytes: headerOffset, lengthBytes: VHD_HEADER_BYTES },
      { offsetBytes: table, lengthBytes: tableEnd - table }
    ]
  };
}

// lib/engine/disk/vhd-parent.ts
var PARENT_ID_OFFSET = 40;
var NAME_OFFSET = 64;
var NAME_BYTES = 512;
var LOCATORS_OFFSET = 576;
var LOCATOR_COUNT = 8;
var LOCATOR_BYTES = 24;
var PATH_BYTES_MAX = 65536;
var CODES = ["W2ru", "W2ku", "MacX"];
function readVhdParent(file, header) {
  const found = /* @__PURE__ */ new Map();
  const places = [];
  for (let index = 0; index < LOCATOR_COUNT; index++) {
    const at = LOCATORS_OFFSET + index * LOCATOR_BYTES;
    const code = header.toString("latin1", at, at + 4);
    const length = header.readUInt32BE(at + 8);
    const offset = header.readBigUInt64BE(at + 16);
    if (code === "\0\0\0\0" || length === 0) continue;
    if (length > PATH_BYTES_MAX || offset < BigInt(SECTOR_BYTES2) || offset > 2n ** 42n) {
      throw vhdDamaged(file.path, `a parent locator cannot have ${length} bytes at offset ${offset}`);
    }
    const bytes = Buffer18.alloc(length);
    readExactly(file, Number(offset), bytes);
    places.push({ offsetBytes: Number(offset), lengthBytes: Math.ceil(length / SECTOR_BYTES2) * SECTOR_BYTES2 });
    found.set(code, bytes.toString(code === "MacX" ? "utf8" : "utf16le").replace(/\0+$/, ""));
  }
  const own = header.subarray(NAME_OFFSET, NAME_OFFSET + NAME_BYTES);
  const name = Buffer18.from(own).swap16().toString("utf16le").split("\0")[0] ?? "";
  return {
    names: [...CODES.map((code) => found.get(code)), name].filter((one) => one !== void 0 && one !== ""),
    linkage: [header.toString("hex", PARENT_ID_OFFSET, PARENT_ID_OFFSET + 16)],
    logicalSectorBytes: SECTOR_BYTES2,
    places
  };
}

// lib/engine/disk/vhd-block-table.ts
import { Buffer as Buffer19 } from "node:buffer";
var NO_BLOCK = 4294967295;
function readBlockTable2(file, layout) {
  const bytes = layout.blockCount * 4;
  const fileBytes = file.sizeBytes();
  if (layout.tableOffset + bytes > fileBytes) {
    throw vhdTruncated(
      file.path,
      `its block table should end at ${layout.tableOffset + bytes}, the file at ${fileBytes}`
    );
  }
  const raw = Buffer19.alloc(bytes);
  readExactly(file, layout.tableOffset, raw);
  raw.swap32();
  return new Uint32Array(raw.buffer, raw.byteOffset, layout.blockCount);
}
function checkBlockTable2(path2, layout, table, endOfBlocks) {
  const blockLength = layout.bitmapBytes + layout.blockBytes;
  const sectors = table.filter((sector) => sector !== NO_BLOCK).sort();
  let lastEnd = Math.max(...layout.metadata.map((extent) => extent.offsetBytes + extent.lengthBytes));
  let previousEnd = 0;
  for (const sector of sectors) {
    const begin = sector * SECTOR_BYTES2;
    const end = begin + blockLength;
    if (begin < previousEnd) throw vhdTableLoop(path2, `two blocks share the bytes at offset ${begin}`);
    const onMetadata = layout.metadata.find((e) => begin < e.offsetBytes + e.lengthBytes && end > e.offsetBytes);
    if (onMetadata !== void 0) throw vhdTableLoop(path2, `a block at offset ${begin} lies on the file's own tables`);
    if (end > endOfBlocks) throw vhdTruncated(path2, `a block should end at ${end}, the data ends at ${endOfBlocks}`);
    previousEnd = end;
    lastEnd = Math.max(lastEnd, end);
  }
  return lastEnd;
}

// lib/engine/disk/vhd-dynamic.ts
var ENTRY_BYTES3 = 4;
function openDynamicVhd(file, mode, openParent2) {
  const copy = readSector(file, 0);
  const footer = parseVhdFooter(file.path, copy, "start");
  if (footer.headerOffset === null) {
    throw vhdDamaged(file.path, "its first sector is the footer of a fixed disk");
  }
  if (file.sizeBytes() < footer.headerOffset + VHD_HEADER_BYTES) {
    throw vhdTruncated(file.path, "it ends before its dynamic disk header");
  }
  const header = Buffer20.alloc(VHD_HEADER_BYTES);
  readExactly(file, footer.headerOffset, header);
  const claim = footer.type === "differencing" ? readVhdParent(file, header) : null;
  const own = parseVhdHeader(file.path, header, footer.headerOffset, footer.virtualSizeBytes);
  const layout = { ...own, metadata: [...own.metadata, ...claim?.places ?? []] };
  const table = readBlockTable2(file, layout);
  const fileBytes = file.sizeBytes();
  const hasTrailer = hasTrailingFooter(file, fileBytes, footer);
  const lastEnd = checkBlockTable2(file.path, layout, table, hasTrailer ? fileBytes - VHD_FOOTER_BYTES : fileBytes);
  if (mode === "readwrite" && !hasTrailer) repairTrailer(file, copy, lastEnd);
  const end = hasTrailer ? fileBytes - VHD_FOOTER_BYTES : lastEnd;
  if (claim === null) return new DynamicVhd(file, mode, layout, table, copy, end, null);
  assert(openParent2 !== void 0, `${file.path} is opened by what made it, and has a parent`);
  return new DynamicVhd(file, mode, layout, table, copy, end, openParent2(claim));
}
var dynamicVhdOpener = {
  recognises: ({ first }) => first.length >= VHD_FOOTER_BYTES && hasVhdCookie(first),
  open: (file, context) => openDynamicVhd(file, context.mode, (claim) => openParentDisk(file.path, claim, context))
};
function readSector(file, offset) {
  const sector = Buffer20.alloc(VHD_FOOTER_BYTES);
  readExactly(file, offset, sector);
  return sector;
}
function hasTrailingFooter(file, fileBytes, copy) {
  const sector = Buffer20.alloc(VHD_FOOTER_BYTES);
  if (file.read(fileBytes - VHD_FOOTER_BYTES, sector) !== sector.length || !hasVhdCookie(sector)) return false;
  try {
    assertCopiesAgree(file.path, copy, parseVhdFooter(file.path, sector, "end"));
    return true;
  } catch (error) {
    if (file.sizeBytes() !== fileBytes) return false;
    throw error;
  }
}
function assertCopiesAgree(path2, copy, trailer) {
  if (trailer.type !== copy.type || trailer.virtualSizeBytes !== copy.virtualSizeBytes || trailer.headerOffset !== copy.headerOffset || trailer.uniqueId !== copy.uniqueId) {
    throw vhdDamaged(path2, "the footer at its end contradicts the copy at its start");
  }
}
function repairTrailer(file, footer, lastEnd) {
  file.write(lastEnd, footer);
  file.truncate(lastEnd + VHD_FOOTER_BYTES);
  file.sync();
}
var DynamicVhd = class {
  format;
  virtualSizeBytes;
  logicalSectorBytes = 512;
  file;
  files;
  linkageId;
  #mode;
  #layout;
  #table;
  #footer;
  /** Null: what is not in the file is zero. */
  #parent;
  /** 1 where the block's bitmap was seen full: bits are only ever set, so this never has to be asked again. */
  #knownFull;
  #bitmap;
  /** Where the footer is, and so the next block goes. */
  #end;
  /** Whether nothing but the footer lies from `#end` on, so that what is skipped there reads zero. */
  #tailClean;
  constructor(file, mode, layout, table, footer, footerOffset, parent) {
    this.format = parent === null ? "vhd-dynamic" : "vhd-differencing";
    this.#parent = parent;
    this.file = file;
    this.files = [file, ...parent?.files ?? []];
    this.linkageId = footer.toString("hex", 68, 84);
    this.virtualSizeBytes = layout.virtualSizeBytes;
    this.#mode = mode;
    this.#layout = layout;
    this.#table = table;
    this.#footer = footer;
    this.#knownFull = new Uint8Array(layout.blockCount);
    this.#bitmap = Buffer20.alloc(layout.bitmapBytes);
    this.#end = Math.ceil(footerOffset / SECTOR_BYTES2) * SECTOR_BYTES2;
    this.#tailClean = footerOffset % SECTOR_BYTES2 === 0;
  }
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    this.#eachPiece(offsetBytes, into, (block, inBlock, piece) => this.#readPiece(block, inBlock, piece));
  }
  write(offsetBytes, bytes) {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    this.#eachPiece(offsetBytes, bytes, (block, inBlock, piece) => this.#writePiece(block, inBlock, piece));
  }
  #eachPiece(offsetBytes, bytes, visit) {
    const { blockBytes } = this.#layout;
    for (let done = 0; done < bytes.length; ) {
      const inBlock = (offsetBytes + done) % blockBytes;
      const length = Math.min(blockBytes - inBlock, bytes.length - done);
      visit(Math.floor((offsetBytes + done) / blockBytes), inBlock, bytes.subarray(done, done + length));
      done += length;
    }
  }
  /** Null when the block is not in the file, and so is zero. */
  #blockOffset(block) {
    const sector = this.#table[block] ?? NO_BLOCK;
    return sector === NO_BLOCK ? null : sector * SECTOR_BYTES2;
  }
  #readPiece(block, inBlock, into) {
    const offset = this.#blockOffset(block);
    if (offset === null) {
      this.#readBelow(block, inBlock, into);
      return;
    }
    const full = this.#isFull(block, offset);
    readExactly(this.file, offset + this.#layout.bitmapBytes + inBlock, into);
    if (full) return;
    if (this.#parent === null) zeroClearSectors(this.#bitmap, inBlock / SECTOR_BYTES2, into);
    else this.#readAbsentSectors(block, inBlock, into);
  }
  /** What the block is where this file has nothing: the parent's, or zero. */
  #readBelow(block, inBlock, into) {
    if (this.#parent === null) into.fill(0);
    else readParent(this.#parent, block * this.#layout.blockBytes + inBlock, into);
  }
  /** `#bitmap` holds the block's bitmap. */
  #readAbsentSectors(block, inBlock, into) {
    const first = inBlock / SECTOR_BYTES2;
    const runs = sectorRuns((sector) => isSectorSet(this.#bitmap, sector), first, into.length / SECTOR_BYTES2);
    for (const run of runs) {
      if (run.present) continue;
      const begin = (run.first - first) * SECTOR_BYTES2;
      this.#readBelow(block, run.first * SECTOR_BYTES2, into.subarray(begin, begin + run.count * SECTOR_BYTES2));
    }
  }
  /** When false, `#bitmap` holds the block's bitmap. */
  #isFull(block, blockOffset) {
    if (this.#knownFull[block] === 1) return true;
    readExactly(this.file, blockOffset, this.#bitmap);
    if (bitmapFill(this.#bitmap) !== "full") return false;
    this.#knownFull[block] = 1;
    return true;
  }
  #writePiece(block, inBlock, piece) {
    const offset = this.#blockOffset(block);
    if (offset === null) {
      if (!this.#readsZero(block, inBlock, piece)) this.#addBlock(block, inBlock, piece);
      return;
    }
    this.file.write(offset + this.#layout.bitmapBytes + inBlock, piece);
    if (this.#isFull(block, offset)) return;
    if (setSectors(this.#bitmap, inBlock / SECTOR_BYTES2, piece.length / SECTOR_BYTES2)) {
      this.file.write(offset, this.#bitmap);
    }
  }
  /** Whether writing the piece into a block that is not there would change nothing: it is zero, and so is what is read. */
  #readsZero(block, inBlock, piece) {
    if (!isZero(piece)) return false;
    return this.#parent === null || parentIsZero(this.#parent, block * this.#layout.blockBytes + inBlock, piece.length);
  }
  /** Without a parent every sector of a new block counts: what was not written is zero. */
  #newBitmap(inBlock, piece) {
    if (this.#parent === null) return this.#bitmap.fill(255);
    setSectors(this.#bitmap.fill(0), inBlock / SECTOR_BYTES2, piece.length / SECTOR_BYTES2);
    return this.#bitmap;
  }
  /**
   * The order makes every instant a sound file: (1) the footer goes to the new end, leaving a hole that reads zero;
   * (2) the data and (3) the bitmap, which covers the old footer, fill the new block; (4) they reach the medium; (5) the
   * table names the block. Killed before 5, the block is space that nobody refers to; the footer is at the end in any
   * case. Sync before 5, since after a power failure a table that was written before the file grew would point beyond it.
   */
  #addBlock(block, inBlock, piece) {
    const { bitmapBytes, blockBytes, tableOffset } = this.#layout;
    const begin = this.#end;
    const end = begin + bitmapBytes + blockBytes;
    if (begin / SECTOR_BYTES2 >= NO_BLOCK)
      throw diskTooLargeForFormat(this.file.path, this.virtualSizeBytes, VHD_SIZE_MAX_BYTES);
    if (!this.#tailClean) this.file.truncate(begin);
    this.#tailClean = false;
    this.file.write(end, this.#footer);
    this.file.write(begin + bitmapBytes + inBlock, piece);
    this.file.write(begin, this.#newBitmap(inBlock, piece));
    this.file.sync();
    this.#end = end;
    this.#tailClean = true;
    const entry2 = Buffer20.alloc(ENTRY_BYTES3);
    entry2.writeUInt32BE(begin / SECTOR_BYTES2);
    this.file.write(tableOffset + block * ENTRY_BYTES3, entry2);
    this.#table[block] = begin / SECTOR_BYTES2;
    if (this.#parent === null) this.#knownFull[block] = 1;
  }
  allocatedExtents() {
    const list = new ExtentList(this.virtualSizeBytes);
    const { blockBytes, blockCount } = this.#layout;
    for (let block = 0; block < blockCount; block++) {
      const offset = this.#blockOffset(block);
      if (offset === null) continue;
      const begin = block * blockBytes;
      if (this.#isFull(block, offset)) list.add(begin, begin + blockBytes);
      else list.addGrains(begin, blockBytes, (inBlock, lengthBytes) => this.#hasSetSector(inBlock, lengthBytes));
    }
    if (this.#parent === null) return list.extents;
    return extentUnion(list.extents, extentsBelow(this.#parent.allocatedExtents(), this.virtualSizeBytes));
  }
  /** `#bitmap` holds the block's bitmap. */
  #hasSetSector(inBlock, lengthBytes) {
    const first = inBlock / SECTOR_BYTES2;
    for (let sector = first; sector < first + lengthBytes / SECTOR_BYTES2; sector++) {
      if (isSectorSet(this.#bitmap, sector)) return true;
    }
    return false;
  }
  sync() {
    this.file.sync();
  }
  close() {
    this.file.close();
    this.#parent?.close();
  }
};

// lib/engine/disk/vhd-fixed.ts
function openFixedVhd(file, footer, mode) {
  if (footer.type !== "fixed")
    throw vhdDamaged(file.path, "the footer's copy at the start of a dynamic disk is missing");
  const dataBytes = file.sizeBytes() - VHD_FOOTER_BYTES;
  if (dataBytes < footer.virtualSizeBytes) {
    throw vhdTruncated(file.path, `it holds ${dataBytes} bytes of a disk of ${footer.virtualSizeBytes} bytes`);
  }
  return new FlatDisk("vhd-fixed", file, footer.virtualSizeBytes, mode, footer.uniqueId);
}
var fixedVhdOpener = {
  recognises: ({ last }) => last.length === VHD_FOOTER_BYTES && hasVhdCookie(last),
  open: (file, { mode }, { last }) => openFixedVhd(file, parseVhdFooter(file.path, last, "end"), mode)
};

// lib/engine/disk/vmdk-open.ts
import { Buffer as Buffer27 } from "node:buffer";
import { createHash as createHash2 } from "node:crypto";

// lib/kernel/disk-format.ts
var LABELS = {
  raw: "raw",
  "vhd-fixed": "VHD, fixed",
  "vhd-dynamic": "VHD, dynamic",
  "vhd-differencing": "VHD, differencing",
  "vhdx-fixed": "VHDX, fixed",
  "vhdx-dynamic": "VHDX, dynamic",
  "vhdx-differencing": "VHDX, differencing",
  "vmdk-flat": "VMDK, flat",
  "vmdk-sparse": "VMDK, sparse",
  "vmdk-split": "VMDK, split",
  "vmdk-stream": "VMDK, stream-optimised",
  qcow2: "qcow2"
};
function diskFormatLabel(format) {
  return LABELS[format] ?? format;
}

// lib/engine/disk/vmdk-faults.ts
var damageCauses3 = "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
var damageAction3 = "Copy the image again from its origin, or restore it from a recovery point or a backup.";
function vmdkDamaged(path2, why) {
  return new Fault({
    code: "VmdkDamaged",
    message: `The VMDK '${path2}' is damaged: ${why}.`,
    possibleCauses: damageCauses3,
    recommendedAction: damageAction3
  });
}
function vmdkTruncated(path2, why) {
  return new Fault({
    code: "VmdkTruncated",
    message: `The VMDK '${path2}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin."
  });
}
function vmdkUnsupported(path2, what) {
  return new Fault({
    code: "VmdkUnsupported",
    message: `The VMDK '${path2}' ${what}, which cannot be used here.`,
    possibleCauses: "The disk is of a kind that only its own product reads, or parts of a physical disk belong to it.",
    recommendedAction: "Convert the disk with its own product or with: qemu-img convert -O vmdk SOURCE TARGET.vmdk (a growing disk in one file)."
  });
}
function vmdkDescriptorInvalid(path2, why) {
  return new Fault({
    code: "VmdkDescriptorInvalid",
    message: `The descriptor of the VMDK '${path2}' is not valid: ${why}.`,
    possibleCauses: "It was edited by hand, cut off, or is the text of something else.",
    recommendedAction: "Copy the descriptor again from its origin, or correct it in an editor."
  });
}
function vmdkParentChanged(path2, parentPath, namedId, foundId) {
  return new Fault({
    code: "ParentDiskChanged",
    message: `The disk '${path2}' holds only what changed since its parent, and '${parentPath}' is not that parent as it was: its content id is ${foundId}, expected was ${namedId}.`,
    possibleCauses: "The parent was written to, replaced or restored after the snapshot was made, which makes the snapshot's content meaningless.",
    recommendedAction: "Bring back the parent as it was when the snapshot was made, for example from a backup."
  });
}

// lib/engine/disk/vmdk-descriptor.ts
var VMDK_DESCRIPTOR_BYTES_MAX = 256 * 1024;
var EXTENTS_MAX = 2048;
var LINE_LENGTH_MAX = 4096;
var NO_PARENT_ID = "ffffffff";
var EXTENT = /^(RW|RDONLY|NOACCESS) +(\d{1,16}) +([A-Za-z0-9]{1,32})(?: +"([^"]*)"(?: +(\d{1,16}))?(?: .*)?)?$/i;
var SETTING = /^([A-Za-z][A-Za-z0-9_.:]*) *= *(?:"([^"]*)"|(.*))$/;
function parseVmdkDescriptor(path2, bytes) {
  const text2 = decode(bytes);
  if (!/^\s*# Disk DescriptorFile/i.test(text2))
    throw vmdkDescriptorInvalid(path2, "its first line is not the usual one");
  const settings = /* @__PURE__ */ new Map();
  const extents = [];
  text2.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    if (line.length > LINE_LENGTH_MAX) throw vmdkDescriptorInvalid(path2, `line ${index + 1} is too long`);
    if (/^(RW|RDONLY|NOACCESS)\b/i.test(line)) {
      extents.push(parseExtent(path2, line, index + 1));
      if (extents.length > EXTENTS_MAX) throw vmdkDescriptorInvalid(path2, `it has more than ${EXTENTS_MAX} extents`);
    } else addSetting(path2, settings, line, index + 1);
  });
  return build(path2, settings, extents);
}
function decode(bytes) {
  const end = bytes.indexOf(0);
  const own = end === -1 ? bytes : bytes.subarray(0, end);
  const ascii = own.toString("latin1");
  return /^encoding *= *"?(UTF-8)?"?\s*$/im.test(ascii) || !/^encoding *=/im.test(ascii) ? own.toString("utf8") : ascii;
}
function parseExtent(path2, line, number) {
  const found = EXTENT.exec(line);
  const invalid = (why) => vmdkDescriptorInvalid(path2, `line ${number} ${why}`);
  if (found === null) throw invalid("is no description of an extent");
  const [, access = "", sectors = "", type = "", fileName, offset] = found;
  const kind = type.toUpperCase();
  if (Number(sectors) === 0) throw invalid("describes an extent of no sectors");
  if (!Number.isSafeInteger(Number(sectors) * 512)) throw invalid("describes an extent of impossible size");
  if (kind !== "ZERO" && (fileName ?? "") === "") throw invalid("names no file");
  if (!Number.isSafeInteger(Number(offset ?? 0) * 512)) throw invalid("has an impossible offset");
  return {
    access: access.toUpperCase(),
    sectors: Number(sectors),
    type: kind,
    fileName: fileName ?? "",
    offsetSectors: Number(offset ?? 0)
  };
}
var OURS = ["version", "cid", "parentcid", "createtype", "parentfilenamehint"];
function addSetting(path2, settings, line, number) {
  const found = SETTING.exec(line);
  if (found === null) throw vmdkDescriptorInvalid(path2, `line ${number} is neither a setting nor an extent`);
  const key = (found[1] ?? "").toLowerCase();
  if (!OURS.includes(key)) return;
  if (settings.has(key)) throw vmdkDescriptorInvalid(path2, `'${found[1]}' stands in it twice`);
  settings.set(key, found[2] ?? (found[3] ?? "").trim());
}
function build(path2, settings, extents) {
  const version = settings.get("version");
  if (version === void 0 || !/^[123]$/.test(version))
    throw vmdkDescriptorInvalid(path2, `its version is '${version ?? "missing"}'`);
  const createType = settings.get("createtype");
  if (createType === void 0)
    throw vmdkDescriptorInvalid(path2, "it does not say what kind of disk it is (createType)");
  if (extents.length === 0) throw vmdkDescriptorInvalid(path2, "it has no extents");
  const parentContentId = contentId(path2, settings.get("parentcid") ?? NO_PARENT_ID);
  const hint = settings.get("parentfilenamehint");
  if (parentContentId !== NO_PARENT_ID && hint === void 0)
    throw vmdkDescriptorInvalid(path2, "it has a parent, but does not name its file (parentFileNameHint)");
  return {
    createType: createType.toLowerCase(),
    contentId: contentId(path2, settings.get("cid") ?? NO_PARENT_ID),
    parentContentId,
    parentFileName: parentContentId === NO_PARENT_ID ? null : hint ?? null,
    extents
  };
}
function contentId(path2, text2) {
  if (!/^(0x)?[0-9a-f]{1,8}$/i.test(text2)) throw vmdkDescriptorInvalid(path2, `'${text2.slice(0, 40)}' is no content id`);
  return text2.toLowerCase().replace(/^0x/, "").padStart(8, "0");
}
function contentIdOffset(bytes) {
  const found = /(?:^|\n)CID *= *([0-9a-f]{8})(?=\s)/i.exec(bytes.toString("latin1"));
  return found === null ? null : found.index + found[0].length - 8;
}

// lib/engine/disk/vmdk-disk.ts
var VmdkDisk = class {
  format;
  virtualSizeBytes;
  logicalSectorBytes = 512;
  file;
  files;
  /** The content id as it was when the disk was opened. */
  linkageId;
  #parts;
  #placed;
  #renewed = false;
  constructor(parts) {
    this.#parts = parts;
    this.format = parts.format;
    this.file = parts.file;
    this.linkageId = parts.contentId;
    const own = parts.extents.map((extent) => extent.file).filter((file) => file !== null && file !== parts.file);
    this.files = [parts.file, ...own.filter((file) => file !== null), ...parts.parent?.files ?? []];
    const placed = [];
    let begin = 0;
    for (const extent of parts.extents) {
      placed.push({ begin, extent });
      begin += extent.sizeBytes;
    }
    this.#placed = placed;
    this.virtualSizeBytes = begin;
  }
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    this.#eachPiece(
      offsetBytes,
      into,
      ({ begin, extent }, inExtent, piece) => extent.read(inExtent, piece, this.#below(begin))
    );
  }
  write(offsetBytes, bytes) {
    if (this.#parts.mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    if (bytes.length === 0) return;
    if (!this.#renewed) this.#parts.renewContentId(offsetBytes, bytes);
    this.#renewed = true;
    this.#eachPiece(
      offsetBytes,
      bytes,
      ({ begin, extent }, inExtent, piece) => extent.write(inExtent, piece, this.#below(begin))
    );
  }
  #eachPiece(offsetBytes, bytes, visit) {
    let index = this.#indexAt(offsetBytes);
    for (let done = 0; done < bytes.length; index++) {
      const placed = this.#placed[index];
      if (placed === void 0) return;
      const inExtent = offsetBytes + done - placed.begin;
      const length = Math.min(placed.extent.sizeBytes - inExtent, bytes.length - done);
      visit(placed, inExtent, bytes.subarray(done, done + length));
      done += length;
    }
  }
  /** The last extent that begins at or before the offset. */
  #indexAt(offsetBytes) {
    let low = 0;
    let high = this.#placed.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#placed[middle]?.begin ?? 0) <= offsetBytes) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  /** A parent that is smaller than its child ends in zeros. */
  #below(extentBegin) {
    const { parent } = this.#parts;
    return (offsetBytes, into) => {
      const begin = extentBegin + offsetBytes;
      const there = Math.max(0, Math.min(into.length, (parent?.virtualSizeBytes ?? 0) - begin));
      if (parent !== null && there > 0) parent.read(begin, into.subarray(0, there));
      into.fill(0, there);
    };
  }
  allocatedExtents() {
    const own = this.#placed.flatMap(
      ({ begin, extent }) => extent.allocatedExtents().map(({ offsetBytes, lengthBytes }) => ({ offsetBytes: begin + offsetBytes, lengthBytes }))
    );
    const inherited = this.#parts.parent?.allocatedExtents() ?? [];
    return extentUnion(own, extentsBelow(inherited, this.virtualSizeBytes));
  }
  sync() {
    for (const { extent } of this.#placed) extent.sync();
    this.file.sync();
  }
  close() {
    closeAll([...this.#parts.extents, this.file, ...this.#parts.parent === null ? [] : [this.#parts.parent]]);
  }
};
function closeAll(closable) {
  const [first, ...rest] = closable;
  try {
    first?.close();
  } finally {
    if (rest.length > 0) closeAll(rest);
  }
}

// lib/engine/disk/vmdk-flat-extent.ts
var VmdkFlatExtent = class {
  sizeBytes;
  file;
  #beginBytes;
  /** Fault: VmdkTruncated. */
  constructor(file, beginBytes, sizeBytes) {
    if (beginBytes + sizeBytes > file.sizeBytes()) {
      throw vmdkTruncated(file.path, `it should have ${beginBytes + sizeBytes} bytes, and has ${file.sizeBytes()}`);
    }
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.#beginBytes = beginBytes;
  }
  read(offsetBytes, into) {
    readExactly(this.file, this.#beginBytes + offsetBytes, into);
  }
  write(offsetBytes, bytes) {
    this.file.write(this.#beginBytes + offsetBytes, bytes);
  }
  allocatedExtents() {
    return [{ offsetBytes: 0, lengthBytes: this.sizeBytes }];
  }
  sync() {
    this.file.sync();
  }
  close() {
    this.file.close();
  }
};
var VmdkZeroExtent = class {
  sizeBytes;
  file = null;
  #path;
  constructor(descriptorPath, sizeBytes) {
    this.#path = descriptorPath;
    this.sizeBytes = sizeBytes;
  }
  read(_offsetBytes, into) {
    into.fill(0);
  }
  write() {
    throw vmdkUnsupported(this.#path, "has an extent of zeros that has no file to write to");
  }
  allocatedExtents() {
    return [];
  }
  sync() {
  }
  close() {
  }
};

// lib/engine/disk/vmdk-sparse-header.ts
import { Buffer as Buffer21 } from "node:buffer";
var VMDK_SECTOR_BYTES = 512;
var VMDK_MAGIC = "KDMV";
var ENTRIES_PER_TABLE = 512;
var UNCLEAN_OFFSET = 72;
var FLAG_NEWLINE_TEST = 1;
var FLAG_REDUNDANT_TABLES = 2;
var FLAG_ZERO_GRAINS = 4;
var FLAG_COMPRESSED = 65536;
var FLAG_MARKERS = 131072;
var AT_END = 0xffffffffffffffffn;
var SECTORS_MAX = 2n ** 37n;
var GRAIN_SECTORS_MAX = 4096n;
function readSparseLayout(file) {
  const header = readSector2(file, 0);
  const layout = parse(file, header);
  if (layout.directoryOffset !== null) return { ...layout, directoryOffset: layout.directoryOffset };
  const footer = parse(file, readFooter(file));
  if (footer.directoryOffset === null) throw vmdkDamaged(file.path, "its footer does not say where its tables are");
  return { ...footer, directoryOffset: footer.directoryOffset, descriptor: layout.descriptor };
}
function readSector2(file, offset) {
  const sector = Buffer21.alloc(VMDK_SECTOR_BYTES);
  if (file.read(offset, sector) !== sector.length) throw vmdkTruncated(file.path, "it ends within a header");
  return sector;
}
function readFooter(file) {
  const fileBytes = file.sizeBytes();
  if (fileBytes % VMDK_SECTOR_BYTES !== 0 || fileBytes < 4 * VMDK_SECTOR_BYTES)
    throw vmdkTruncated(file.path, "the footer of a stream-optimised disk is missing");
  const marker = readSector2(file, fileBytes - 3 * VMDK_SECTOR_BYTES);
  const footer = readSector2(file, fileBytes - 2 * VMDK_SECTOR_BYTES);
  const end = readSector2(file, fileBytes - VMDK_SECTOR_BYTES);
  const announced = marker.readUInt32LE(8) === 0 && marker.readUInt32LE(12) === 3;
  const ended = end.readBigUInt64LE(0) === 0n && end.readUInt32LE(8) === 0 && end.readUInt32LE(12) === 0;
  if (!announced || !ended || footer.toString("latin1", 0, 4) !== VMDK_MAGIC)
    throw vmdkTruncated(file.path, "the footer of a stream-optimised disk is missing");
  return footer;
}
function parse(file, header) {
  const { path: path2 } = file;
  if (header.toString("latin1", 0, 4) !== VMDK_MAGIC)
    throw vmdkDamaged(path2, "the header of a sparse extent is missing");
  const version = header.readUInt32LE(4);
  if (version < 1 || version > 3) throw vmdkUnsupported(path2, `has format version ${version}`);
  const flags = header.readUInt32LE(8);
  if ((flags & FLAG_NEWLINE_TEST) !== 0 && header.readUInt32LE(73) !== 168632330)
    throw vmdkDamaged(path2, "it was transferred as text, which changed its bytes");
  const capacity = sectorCount(path2, header.readBigUInt64LE(12), "size");
  const grain = header.readBigUInt64LE(20);
  if (grain === 0n || grain > GRAIN_SECTORS_MAX || (grain & grain - 1n) !== 0n)
    throw vmdkUnsupported(path2, `has grains of ${grain} sectors`);
  const entriesPerTable = header.readUInt32LE(44);
  if (entriesPerTable === 0 || entriesPerTable > ENTRIES_PER_TABLE)
    throw vmdkUnsupported(path2, `has grain tables of ${entriesPerTable} entries`);
  const directoryEntries = Math.ceil(capacity / (Number(grain) * entriesPerTable));
  return {
    version,
    capacitySectors: capacity,
    grainSectors: Number(grain),
    entriesPerTable,
    directoryEntries,
    directoryOffset: directory(file, header.readBigUInt64LE(56), directoryEntries),
    redundantDirectoryOffset: (flags & FLAG_REDUNDANT_TABLES) === 0 ? null : directory(file, header.readBigUInt64LE(48), directoryEntries),
    descriptor: embeddedDescriptor(file, header),
    zeroGrains: (flags & FLAG_ZERO_GRAINS) !== 0,
    compressed: isCompressed(path2, flags, header.readUInt16LE(77))
  };
}
function sectorCount(path2, sectors, what) {
  if (sectors === 0n || sectors > SECTORS_MAX) throw vmdkDamaged(path2, `its ${what} is ${sectors} sectors`);
  return Number(sectors);
}
function directory(file, sector, entries) {
  if (sector === AT_END) return null;
  if (sector === 0n || sector > SECTORS_MAX) throw vmdkDamaged(file.path, `its grain directory cannot be at ${sector}`);
  const begin = Number(sector) * VMDK_SECTOR_BYTES;
  if (begin + entries * 4 > file.sizeBytes())
    throw vmdkTruncated(file.path, `its grain directory should end at ${begin + entries * 4}, beyond the file's end`);
  return begin;
}
function embeddedDescriptor(file, header) {
  const sector = header.readBigUInt64LE(28);
  const sectors = header.readBigUInt64LE(36);
  if (sector === 0n || sectors === 0n) return null;
  const end = (sector + sectors) * 512n;
  if (end > BigInt(file.sizeBytes())) throw vmdkTruncated(file.path, "it ends before its descriptor does");
  return { offsetBytes: Number(sector) * 512, lengthBytes: Number(sectors) * 512 };
}
function isCompressed(path2, flags, algorithm) {
  if ((flags & FLAG_COMPRESSED) === 0) return false;
  if (algorithm !== 1) throw vmdkUnsupported(path2, `is compressed by method ${algorithm}`);
  if ((flags & FLAG_MARKERS) === 0) throw vmdkUnsupported(path2, "is compressed without markers");
  return true;
}

// lib/engine/disk/vmdk-sparse-extent.ts
import { Buffer as Buffer25 } from "node:buffer";

// lib/engine/disk/vmdk-extent.ts
var RangeList = class {
  ranges = [];
  add(offsetBytes, lengthBytes) {
    const last = this.ranges.at(-1);
    if (last !== void 0 && last.offsetBytes + last.lengthBytes === offsetBytes) last.lengthBytes += lengthBytes;
    else this.ranges.push({ offsetBytes, lengthBytes });
  }
};

// lib/engine/disk/vmdk-grain-extents.ts
function grainExtents(tables, sizeBytes, bytesEach) {
  const { layout, file } = tables;
  const grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
  const grainsAtMost = Math.ceil(file.sizeBytes() / bytesEach);
  const ranges = new RangeList();
  let grains = 0;
  for (let tableIndex = 0; tableIndex < tables.directory.length; tableIndex++) {
    const table = tables.table(tableIndex);
    if (table === null) continue;
    for (let entry2 = 0; entry2 < table.length; entry2++) {
      if (tables.grainOfEntry(table[entry2] ?? 0).kind !== "data") continue;
      const begin = (tableIndex * layout.entriesPerTable + entry2) * grainBytes;
      if (begin >= sizeBytes) break;
      grains += 1;
      if (grains > grainsAtMost) throw vmdkDamaged(file.path, "its tables name more grains than the file can hold");
      ranges.add(begin, Math.min(grainBytes, sizeBytes - begin));
    }
  }
  return ranges.ranges;
}

// lib/engine/disk/vmdk-grain-tables.ts
import { Buffer as Buffer22 } from "node:buffer";
var NO_GRAIN = 0;
var ZERO_ENTRY = 1;
var ABSENT2 = { kind: "absent" };
var ZERO2 = { kind: "zero" };
var TABLES_KEPT = 256;
var VmdkGrainTables = class {
  file;
  layout;
  directory;
  redundantDirectory;
  #kept = /* @__PURE__ */ new Map();
  constructor(file, layout) {
    this.file = file;
    this.layout = layout;
    this.directory = this.#readDirectory(layout.directoryOffset);
    this.redundantDirectory = layout.redundantDirectoryOffset === null ? null : this.#readDirectory(layout.redundantDirectoryOffset);
  }
  get tableBytes() {
    return this.layout.entriesPerTable * 4;
  }
  /** Every table lies in the file; there cannot be more of them than fit, so that walking them ends. */
  #readDirectory(offset) {
    const directory2 = readWords(this.file, offset, this.layout.directoryEntries);
    const fileBytes = this.file.sizeBytes();
    let tables = 0;
    for (const sector of directory2) {
      if (sector === 0) continue;
      tables += 1;
      if (sector * VMDK_SECTOR_BYTES + this.tableBytes > fileBytes)
        throw vmdkTruncated(this.file.path, `a grain table at sector ${sector} lies beyond its end`);
    }
    if (tables * this.tableBytes > fileBytes)
      throw vmdkDamaged(this.file.path, "its grain directory names the same grain table many times");
    return directory2;
  }
  /** Null where the directory has no table. The caller must not change it. */
  table(index) {
    const kept = this.#kept.get(index);
    if (kept !== void 0) return kept;
    const sector = this.directory[index] ?? 0;
    if (sector === 0) return null;
    const table = readWords(this.file, sector * VMDK_SECTOR_BYTES, this.layout.entriesPerTable);
    this.#keep(index, table);
    return table;
  }
  #keep(index, table) {
    if (this.#kept.size >= TABLES_KEPT) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(index, table);
  }
  grain(index) {
    const { entriesPerTable } = this.layout;
    return this.grainOfEntry(this.table(Math.floor(index / entriesPerTable))?.[index % entriesPerTable] ?? NO_GRAIN);
  }
  grainOfEntry(entry2) {
    if (entry2 === NO_GRAIN) return ABSENT2;
    return entry2 === ZERO_ENTRY && this.layout.zeroGrains ? ZERO2 : { kind: "data", sector: entry2 };
  }
  /** Enters a grain whose data is in the file: first in the copy that nobody reads, then in the one that counts. */
  enter(index, sector) {
    const { entriesPerTable } = this.layout;
    const tableIndex = Math.floor(index / entriesPerTable);
    const inTable = index % entriesPerTable;
    const entry2 = Buffer22.alloc(4);
    entry2.writeUInt32LE(sector);
    for (const directory2 of [this.redundantDirectory, this.directory]) {
      const tableSector = directory2?.[tableIndex] ?? 0;
      if (tableSector !== 0) this.file.write(tableSector * VMDK_SECTOR_BYTES + inTable * 4, entry2);
    }
    const kept = this.table(tableIndex);
    if (kept !== null) kept[inTable] = sector;
  }
  hasTable(grainIndex) {
    const index = Math.floor(grainIndex / this.layout.entriesPerTable);
    return this.directory[index] !== 0 && (this.redundantDirectory === null || this.redundantDirectory[index] !== 0);
  }
  /** Where a directory's entry of a grain's table is in the file. */
  directoryEntryOffset(grainIndex, which) {
    const { directoryOffset, redundantDirectoryOffset, entriesPerTable } = this.layout;
    const begin = which === "primary" ? directoryOffset : redundantDirectoryOffset;
    return begin === null ? null : begin + Math.floor(grainIndex / entriesPerTable) * 4;
  }
};
function readWords(file, offset, count) {
  const raw = Buffer22.alloc(count * 4);
  if (file.read(offset, raw) !== raw.length) throw vmdkTruncated(file.path, "it ends within one of its tables");
  const words = new Uint32Array(count);
  for (let index = 0; index < count; index++) words[index] = raw.readUInt32LE(index * 4);
  return words;
}

// lib/engine/disk/vmdk-grain-writer.ts
import { Buffer as Buffer24 } from "node:buffer";

// lib/engine/disk/vmdk-table-check.ts
import { Buffer as Buffer23 } from "node:buffer";
function checkForWriting(tables) {
  const { layout, file } = tables;
  if (layout.version >= 3) throw vmdkUnsupported(file.path, "has format version 3, which may only be read");
  const metadata = metadataRanges(tables);
  const used = new SlotMap(Math.ceil(file.sizeBytes() / (layout.grainSectors * VMDK_SECTOR_BYTES)));
  for (const { begin, end } of metadata) markMetadata(used, begin, end, layout.grainSectors * VMDK_SECTOR_BYTES);
  for (let index = 0; index < tables.directory.length; index++) {
    const table = tables.table(index);
    if (table === null) continue;
    for (const entry2 of table) {
      const grain = tables.grainOfEntry(entry2);
      if (grain.kind === "data") takeSlot(tables, used, grain.sector);
    }
    makeCopyEqual(tables, index, table);
  }
  return (used.highest + 1) * layout.grainSectors;
}
var SlotMap = class {
  count;
  highest = -1;
  #bits;
  constructor(count) {
    this.count = count;
    this.#bits = new Uint8Array(Math.ceil(count / 8));
  }
  /** False when it was taken already. */
  take(slot) {
    const bit = 1 << (slot & 7);
    const byte = this.#bits[slot >>> 3] ?? 0;
    if ((byte & bit) !== 0) return false;
    this.#bits[slot >>> 3] = byte | bit;
    this.highest = Math.max(this.highest, slot);
    return true;
  }
};
function markMetadata(used, begin, end, grainBytes) {
  for (let slot = Math.floor(begin / grainBytes); slot * grainBytes < end; slot++) used.take(slot);
}
function takeSlot(tables, used, sector) {
  const { file, layout } = tables;
  const slot = sector / layout.grainSectors;
  if (!Number.isInteger(slot)) throw vmdkUnsupported(file.path, `has a grain at sector ${sector}, off the usual grid`);
  if (slot >= used.count) throw vmdkTruncated(file.path, `a grain at sector ${sector} lies beyond its end`);
  if (!used.take(slot))
    throw vmdkDamaged(file.path, `the grain at sector ${sector} lies on another grain or on the file's own tables`);
}
function metadataRanges(tables) {
  const { layout, file, directory: directory2, redundantDirectory } = tables;
  const ranges = [{ begin: 0, end: VMDK_SECTOR_BYTES }];
  const add = (begin, length) => ranges.push({ begin, end: begin + length });
  if (layout.descriptor !== null) add(layout.descriptor.offsetBytes, layout.descriptor.lengthBytes);
  add(layout.directoryOffset, directory2.length * 4);
  if (layout.redundantDirectoryOffset !== null) add(layout.redundantDirectoryOffset, directory2.length * 4);
  directory2.forEach((sector, index) => {
    const copy = redundantDirectory?.[index] ?? 0;
    if (redundantDirectory !== null && sector === 0 !== (copy === 0))
      throw vmdkDamaged(file.path, "its two grain directories do not name the same tables");
    if (sector !== 0) add(sector * VMDK_SECTOR_BYTES, tables.tableBytes);
    if (copy !== 0) add(copy * VMDK_SECTOR_BYTES, tables.tableBytes);
  });
  ranges.sort((a, b) => a.begin - b.begin);
  let previousEnd = 0;
  for (const { begin, end } of ranges) {
    if (begin < previousEnd) throw vmdkDamaged(file.path, `two of its tables share the bytes at offset ${begin}`);
    previousEnd = end;
  }
  return ranges;
}
function makeCopyEqual(tables, index, table) {
  const sector = tables.redundantDirectory?.[index] ?? 0;
  if (sector === 0) return;
  const offset = sector * VMDK_SECTOR_BYTES;
  const copy = readWords(tables.file, offset, table.length);
  if (copy.every((entry2, at) => entry2 === table[at])) return;
  const bytes = Buffer23.alloc(table.length * 4);
  table.forEach((entry2, at) => bytes.writeUInt32LE(entry2, at * 4));
  tables.file.write(offset, bytes);
}

// lib/engine/disk/vmdk-grain-writer.ts
var RESERVE_SECTORS = 64 * 2 ** 20 / VMDK_SECTOR_BYTES;
var SECTORS_MAX2 = 4294967295;
var VmdkGrainWriter = class {
  #tables;
  #syncFirst;
  #next;
  #reservedEnd;
  #begun = false;
  /** Faults of `checkForWriting`. */
  constructor(tables, hasParent) {
    this.#tables = tables;
    this.#syncFirst = hasParent;
    this.#next = checkForWriting(tables);
    this.#reservedEnd = this.#next;
  }
  add(grain, whole) {
    if (!this.#tables.hasTable(grain))
      throw vmdkUnsupported(this.#tables.file.path, "makes its grain tables only when they are needed");
    const sector = this.#take();
    this.#tables.file.write(sector * VMDK_SECTOR_BYTES, whole);
    if (this.#syncFirst) this.#tables.file.sync();
    this.#next += this.#tables.layout.grainSectors;
    this.#tables.enter(grain, sector);
  }
  #take() {
    const { file, layout } = this.#tables;
    if (!this.#begun) this.#begin();
    const end = this.#next + layout.grainSectors;
    if (end > SECTORS_MAX2) throw vmdkUnsupported(file.path, "has reached the 2 TiB that its format can address");
    if (end > this.#reservedEnd) {
      const reserved = Math.min(this.#next + Math.max(RESERVE_SECTORS, layout.grainSectors), SECTORS_MAX2);
      file.truncate(reserved * VMDK_SECTOR_BYTES);
      file.sync();
      this.#reservedEnd = reserved;
    }
    return this.#next;
  }
  /** What follows the last grain belongs to nobody: a killed writer's reserve. */
  #begin() {
    this.#mark(1);
    this.#tables.file.truncate(this.#next * VMDK_SECTOR_BYTES);
    this.#begun = true;
  }
  #mark(unclean) {
    this.#tables.file.write(UNCLEAN_OFFSET, Buffer24.from([unclean]));
  }
  /** Gives back the reserve and takes away the mark of a writer at work. */
  finish() {
    if (!this.#begun) return;
    this.#tables.file.truncate(this.#next * VMDK_SECTOR_BYTES);
    this.#tables.file.sync();
    this.#mark(0);
  }
};

// lib/engine/disk/vmdk-sparse-extent.ts
var VmdkSparseExtent = class {
  sizeBytes;
  file;
  #tables;
  #grainBytes;
  #hasParent;
  #writer;
  /** Opening for writing checks every table and repairs the second copy of them. Faults: Vmdk… */
  constructor(file, layout, options) {
    this.file = file;
    this.sizeBytes = options.sizeBytes;
    this.#tables = new VmdkGrainTables(file, layout);
    this.#grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
    this.#hasParent = options.hasParent;
    this.#writer = options.writable ? new VmdkGrainWriter(this.#tables, options.hasParent) : null;
  }
  read(offsetBytes, into, below) {
    this.#eachPiece(offsetBytes, into, (grain, inGrain, piece) => {
      const found = this.#tables.grain(grain);
      if (found.kind === "zero") piece.fill(0);
      else if (found.kind === "absent") below(grain * this.#grainBytes + inGrain, piece);
      else this.#readGrain(found.sector * VMDK_SECTOR_BYTES + inGrain, piece);
    });
  }
  #readGrain(offset, into) {
    if (this.file.read(offset, into) !== into.length)
      throw vmdkTruncated(this.file.path, `a grain should end at ${offset + into.length}, beyond the file's end`);
  }
  #eachPiece(offsetBytes, bytes, visit) {
    for (let done = 0; done < bytes.length; ) {
      const inGrain = (offsetBytes + done) % this.#grainBytes;
      const length = Math.min(this.#grainBytes - inGrain, bytes.length - done);
      visit(Math.floor((offsetBytes + done) / this.#grainBytes), inGrain, bytes.subarray(done, done + length));
      done += length;
    }
  }
  write(offsetBytes, bytes, below) {
    this.#eachPiece(offsetBytes, bytes, (grain, inGrain, piece) => {
      const found = this.#tables.grain(grain);
      if (found.kind === "data") this.file.write(found.sector * VMDK_SECTOR_BYTES + inGrain, piece);
      else if (!isZero(piece) || found.kind === "absent" && this.#hasParent) {
        this.#writer?.add(grain, this.#completed(grain, inGrain, piece, found.kind === "absent" ? below : null));
      }
    });
  }
  /** A whole grain: the piece, and around it what was there before. */
  #completed(grain, inGrain, piece, below) {
    const whole = Buffer25.alloc(this.#grainBytes);
    if (below !== null && piece.length < whole.length) {
      const begin = grain * this.#grainBytes;
      below(begin, whole.subarray(0, Math.min(whole.length, this.sizeBytes - begin)));
    }
    whole.set(piece, inGrain);
    return whole;
  }
  allocatedExtents() {
    return grainExtents(this.#tables, this.sizeBytes, this.#grainBytes);
  }
  sync() {
    this.file.sync();
  }
  close() {
    try {
      this.#writer?.finish();
    } finally {
      this.file.close();
    }
  }
};

// lib/engine/disk/vmdk-stream-extent.ts
import { Buffer as Buffer26 } from "node:buffer";
import { inflateSync } from "node:zlib";
var MARKER_BYTES = 12;
var VmdkStreamExtent = class {
  sizeBytes;
  file;
  #tables;
  #grainBytes;
  #unpacked = null;
  constructor(file, layout, sizeBytes) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.#tables = new VmdkGrainTables(file, layout);
    this.#grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
  }
  read(offsetBytes, into, below) {
    for (let done = 0; done < into.length; ) {
      const at = offsetBytes + done;
      const grain = Math.floor(at / this.#grainBytes);
      const inGrain = at % this.#grainBytes;
      const piece = into.subarray(done, done + Math.min(this.#grainBytes - inGrain, into.length - done));
      const found = this.#tables.grain(grain);
      if (found.kind === "zero") piece.fill(0);
      else if (found.kind === "absent") below(at, piece);
      else piece.set(this.#unpack(grain, found.sector).subarray(inGrain, inGrain + piece.length));
      done += piece.length;
    }
  }
  #unpack(grain, sector) {
    if (this.#unpacked?.grain === grain) return this.#unpacked.bytes;
    const { path: path2 } = this.file;
    const begin = sector * VMDK_SECTOR_BYTES;
    const marker = Buffer26.alloc(MARKER_BYTES);
    if (this.file.read(begin, marker) !== marker.length) throw vmdkTruncated(path2, "it ends before one of its grains");
    const place = marker.readBigUInt64LE(0);
    const length = marker.readUInt32LE(8);
    if (place !== BigInt(grain) * BigInt(this.#grainBytes / VMDK_SECTOR_BYTES))
      throw vmdkDamaged(path2, `the grain at sector ${sector} says that it belongs to another place of the disk`);
    if (length === 0 || length > 2 * this.#grainBytes)
      throw vmdkDamaged(path2, `the grain at sector ${sector} has ${length} compressed bytes`);
    if (begin + MARKER_BYTES + length > this.file.sizeBytes()) throw vmdkTruncated(path2, "it ends within a grain");
    const packed = Buffer26.alloc(length);
    this.file.read(begin + MARKER_BYTES, packed);
    const bytes = this.#inflate(packed, sector);
    if (bytes.length < Math.min(this.#grainBytes, this.sizeBytes - grain * this.#grainBytes))
      throw vmdkDamaged(path2, `the grain at sector ${sector} is too short`);
    this.#unpacked = { grain, bytes };
    return bytes;
  }
  #inflate(packed, sector) {
    try {
      return inflateSync(packed, { maxOutputLength: this.#grainBytes, chunkSize: Math.max(64, this.#grainBytes) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw vmdkDamaged(this.file.path, `the grain at sector ${sector} cannot be decompressed (${why})`);
    }
  }
  write() {
    throw diskIsReadOnly(this.file.path);
  }
  allocatedExtents() {
    return grainExtents(this.#tables, this.sizeBytes, VMDK_SECTOR_BYTES);
  }
  sync() {
  }
  close() {
    this.file.close();
  }
};

// lib/engine/disk/vmdk-open.ts
var FORMATS = {
  monolithicsparse: "vmdk-sparse",
  monolithicflat: "vmdk-flat",
  vmfs: "vmdk-flat",
  twogbmaxextentsparse: "vmdk-split",
  twogbmaxextentflat: "vmdk-split",
  streamoptimized: "vmdk-stream"
};
var DISK_BYTES_MAX = 64 * 2 ** 40;
var vmdkOpener = {
  recognises: ({ first }) => isVmdk(first),
  open: (file, context, { first }) => isSparse(first) ? openSparseFile(file, context) : openDescriptor(file, context)
};
function isVmdk(first) {
  return isSparse(first) || /^\s*# Disk DescriptorFile/i.test(first.toString("latin1", 0, 128));
}
function isSparse(first) {
  return first.toString("latin1", 0, 4) === VMDK_MAGIC;
}
function formatOf(path2, descriptor) {
  const format = FORMATS[descriptor.createType];
  if (format === void 0) throw vmdkUnsupported(path2, `is of the kind '${descriptor.createType.slice(0, 40)}'`);
  return format;
}
function readEmbedded(file) {
  const embedded = readSparseLayout(file);
  if (embedded.descriptor === null)
    throw vmdkUnsupported(file.path, "is one part of a split disk: its descriptor is another file");
  const { offsetBytes, lengthBytes } = embedded.descriptor;
  return { ...readText(file, offsetBytes, lengthBytes), embedded };
}
function readDescriptorFile(file) {
  return { ...readText(file, 0, file.sizeBytes()), embedded: null };
}
function readText(file, textOffset, bytes) {
  if (bytes > VMDK_DESCRIPTOR_BYTES_MAX) throw vmdkDescriptorInvalid(file.path, `it has ${bytes} bytes`);
  const text2 = Buffer27.alloc(bytes);
  file.read(textOffset, text2);
  return { descriptor: parseVmdkDescriptor(file.path, text2), text: text2, textOffset };
}
function openSparseFile(file, context) {
  const { descriptor, text: text2, textOffset, embedded } = readEmbedded(file);
  const [line, second] = descriptor.extents;
  if (embedded === null || line?.type !== "SPARSE" || second !== void 0)
    throw vmdkDescriptorInvalid(file.path, "a disk in one file has one extent, of type SPARSE");
  const format = embedded.compressed ? "vmdk-stream" : formatOf(file.path, descriptor);
  return assemble(file, context, { descriptor, text: text2, textOffset, format }, () => [
    sparseExtent(file, embedded, line, context, descriptor)
  ]);
}
function openDescriptor(file, context) {
  const { descriptor, text: text2, textOffset } = readDescriptorFile(file);
  const format = formatOf(file.path, descriptor);
  return assemble(
    file,
    context,
    { descriptor, text: text2, textOffset, format },
    () => openExtents(file, context, descriptor)
  );
}
function assemble(file, context, { descriptor, text: text2, textOffset, format }, openOwn) {
  const { mode } = context;
  const bytes = descriptor.extents.reduce((sum, extent) => sum + extent.sectors * VMDK_SECTOR_BYTES, 0);
  if (bytes > DISK_BYTES_MAX) throw vmdkUnsupported(file.path, `claims a size of ${bytes} bytes`);
  if (mode === "readwrite" && format === "vmdk-stream") throw diskFormatReadOnly(file.path, diskFormatLabel(format));
  const idOffset = contentIdOffset(text2);
  if (mode === "readwrite" && idOffset === null)
    throw vmdkDescriptorInvalid(
      file.path,
      "its content id (CID) does not have eight digits, so that no write could renew it"
    );
  const parent = openParent(file.path, context, descriptor);
  try {
    return new VmdkDisk({
      ...{ format, file, parent, mode, contentId: descriptor.contentId, extents: openOwn() },
      renewContentId: (offset, written) => {
        const id = Buffer27.from(nextContentId(descriptor.contentId, offset, written), "latin1");
        if (idOffset !== null) file.write(textOffset + idOffset, id);
      }
    });
  } catch (error) {
    parent?.close();
    throw error;
  }
}
function nextContentId(old, offsetBytes, bytes) {
  const digest = createHash2("sha256").update(`${old}
${offsetBytes}
`).update(bytes).digest("hex").slice(0, 8);
  return digest === NO_PARENT_ID || digest === "fffffffe" ? "00000001" : digest;
}
function openParent(path2, context, descriptor) {
  if (descriptor.parentFileName === null) return null;
  if (descriptor.extents.some((extent) => extent.type !== "SPARSE"))
    throw vmdkDescriptorInvalid(path2, "it has a parent, and extents that cannot refer to one");
  const parentPath = neighbourPath(context.fileSystem, path2, descriptor.parentFileName, "parent disk");
  const parent = context.openParent(parentPath);
  if (parent.linkageId === descriptor.parentContentId) return parent;
  parent.close();
  throw vmdkParentChanged(path2, parentPath, descriptor.parentContentId, parent.linkageId ?? "none");
}
function openExtents(file, context, descriptor) {
  const own = context.fileSystem.realPath(file.path);
  const paths = /* @__PURE__ */ new Set([own]);
  const extents = [];
  try {
    for (const line of descriptor.extents) {
      if (line.access === "NOACCESS") throw vmdkUnsupported(file.path, "has an extent that may not be read (NOACCESS)");
      if (line.access === "RDONLY" && context.mode === "readwrite")
        throw vmdkUnsupported(file.path, "has an extent that may only be read (RDONLY)");
      if (line.type === "ZERO") {
        extents.push(new VmdkZeroExtent(file.path, line.sectors * VMDK_SECTOR_BYTES));
        continue;
      }
      if (!["FLAT", "VMFS", "SPARSE"].includes(line.type))
        throw vmdkUnsupported(file.path, `has an extent of the type ${line.type}`);
      const path2 = neighbourPath(context.fileSystem, file.path, line.fileName, "data file");
      if (paths.has(path2))
        throw vmdkDescriptorInvalid(file.path, `it names '${line.fileName.slice(0, 200)}' twice, or itself`);
      paths.add(path2);
      extents.push(openExtent(context, path2, line, descriptor));
    }
    return extents;
  } catch (error) {
    closeAll(extents);
    throw error;
  }
}
function openExtent(context, path2, line, descriptor) {
  const file = context.fileSystem.open(path2, context.mode);
  try {
    if (line.type === "SPARSE") return sparseExtent(file, readSparseLayout(file), line, context, descriptor);
    return new VmdkFlatExtent(file, line.offsetSectors * VMDK_SECTOR_BYTES, line.sectors * VMDK_SECTOR_BYTES);
  } catch (error) {
    file.close();
    throw error;
  }
}
function sparseExtent(file, layout, line, context, descriptor) {
  if (layout.capacitySectors < line.sectors)
    throw vmdkDamaged(file.path, `its tables cover ${layout.capacitySectors} sectors of ${line.sectors}`);
  const sizeBytes = line.sectors * VMDK_SECTOR_BYTES;
  if (layout.compressed) {
    if (context.mode === "readwrite") throw diskFormatReadOnly(file.path, diskFormatLabel("vmdk-stream"));
    return new VmdkStreamExtent(file, layout, sizeBytes);
  }
  const hasParent = descriptor.parentFileName !== null;
  return new VmdkSparseExtent(file, layout, { sizeBytes, hasParent, writable: context.mode === "readwrite" });
}

// lib/engine/disk/open-disk.ts
var OPENERS = [vhdxOpener, dynamicVhdOpener, vmdkOpener, qcow2Opener, fixedVhdOpener];
var FIRST_BYTES = 1024;
var LAST_BYTES = 512;
var CHAIN_LENGTH_MAX = 64;
var FOREIGN_FORMATS = [
  ["<<< Oracle VM VirtualBox Disk Image >>>", "VDI"]
];
function openDisk(fileSystem, path2, mode) {
  return openInChain(fileSystem, path2, mode, [], false);
}
function openInChain(fileSystem, path2, mode, children, asRaw) {
  if (children.includes(path2)) throw parentChainInvalid(path2, "it is its own parent, directly or through others");
  if (children.length >= CHAIN_LENGTH_MAX)
    throw parentChainInvalid(path2, `more than ${CHAIN_LENGTH_MAX} files hang together`);
  const file = fileSystem.open(path2, mode);
  const context = {
    fileSystem,
    mode,
    openParent: (parent, options) => {
      const real = realPathInside(fileSystem, path2, parent, "parent disk");
      const passed = [...children, fileSystem.realPath(path2)];
      return openInChain(fileSystem, real, "read", passed, options?.asRaw === true);
    }
  };
  try {
    if (asRaw) return openRawDisk(file, mode);
    const probe = probeFile(file);
    return openerOf(probe).open(file, context, probe);
  } catch (error) {
    file.close();
    throw error;
  }
}
function probeFile(file) {
  const sizeBytes = file.sizeBytes();
  const first = Buffer28.alloc(FIRST_BYTES);
  const last = Buffer28.alloc(LAST_BYTES);
  const lastBytes = sizeBytes > LAST_BYTES ? file.read(sizeBytes - LAST_BYTES, last) : 0;
  return {
    path: file.path,
    sizeBytes,
    first: first.subarray(0, file.read(0, first)),
    last: last.subarray(0, lastBytes === LAST_BYTES ? LAST_BYTES : 0)
  };
}
function openerOf(probe) {
  const opener = OPENERS.find((one) => one.recognises(probe));
  if (opener !== void 0) return opener;
  const foreign = FOREIGN_FORMATS.find(([mark]) => probe.first.toString("latin1", 0, mark.length) === mark);
  if (foreign !== void 0) throw formatUnsupported(probe.path, foreign[1]);
  if (rawOpener.recognises(probe)) return rawOpener;
  throw notRecognised(probe);
}
function notRecognised({ path: path2, first }) {
  if (!/\.vhd$/i.test(path2))
    return notADiskImage(path2, "it has no mark of a known format and its name does not end in .raw or .img");
  if (first.length >= 512 && first.readUInt16LE(510) === 43605)
    return vhdTruncated(path2, "it begins like a disk, but its footer is missing");
  return notADiskImage(path2, "it has no VHD footer, so it is no VHD or its end was cut off");
}
function formatUnsupported(path2, format) {
  return new Fault({
    code: "DiskFormatUnsupported",
    message: `'${path2}' is a ${format} image, a format that is not read here.`,
    possibleCauses: "The machine's disks are kept in a format of another product.",
    recommendedAction: "Convert the disk to a VHD, for example with: qemu-img convert -O vpc -o force_size=on SOURCE TARGET.vhd"
  });
}

// lib/engine/blocks/block-size.ts
var BLOCK_BYTES = 65536;
var ID_BYTES = 32;
var PAGE_CHILDREN = 1024;
var PAGE_BYTES = PAGE_CHILDREN * ID_BYTES;

// lib/engine/tracking/dirty-blocks.ts
var TRACKING_BLOCK_BYTES = 65536;
var PAGE_BLOCKS = 32768;
var PAGE_BYTES2 = PAGE_BLOCKS / 8;
var DirtyBlocks = class {
  #pages = /* @__PURE__ */ new Map();
  #count = 0;
  get count() {
    return this.#count;
  }
  get bytes() {
    return this.#count * TRACKING_BLOCK_BYTES;
  }
  has(blockIndex) {
    const page = this.#pages.get(Math.floor(blockIndex / PAGE_BLOCKS));
    if (page === void 0) return false;
    const bit = blockIndex % PAGE_BLOCKS;
    return ((page[bit >> 3] ?? 0) & 1 << (bit & 7)) !== 0;
  }
  /** True when the block was not a member before. */
  add(blockIndex) {
    assert(Number.isSafeInteger(blockIndex) && blockIndex >= 0, `a block index is a whole number: ${blockIndex}`);
    const pageIndex = Math.floor(blockIndex / PAGE_BLOCKS);
    let page = this.#pages.get(pageIndex);
    if (page === void 0) {
      page = new Uint8Array(PAGE_BYTES2);
      this.#pages.set(pageIndex, page);
    }
    const bit = blockIndex % PAGE_BLOCKS;
    const old = page[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((old & mask) !== 0) return false;
    page[bit >> 3] = old | mask;
    this.#count += 1;
    return true;
  }
  /** Adds every block that `lengthBytes` from `offsetBytes` touch. */
  addExtent(offsetBytes, lengthBytes) {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    for (let index = first; index <= last; index++) this.add(index);
  }
  hasExtent(offsetBytes, lengthBytes) {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    for (let index = first; index <= last; index++) if (!this.has(index)) return false;
    return true;
  }
  addAll(others) {
    for (const index of others) this.add(index);
  }
  clear() {
    this.#pages.clear();
    this.#count = 0;
  }
  /** Ascending. */
  *[Symbol.iterator]() {
    const pageIndexes = [...this.#pages.keys()].sort((a, b) => a - b);
    for (const pageIndex of pageIndexes) {
      const page = this.#pages.get(pageIndex);
      if (page === void 0) continue;
      for (let byteIndex = 0; byteIndex < PAGE_BYTES2; byteIndex++) {
        const byte = page[byteIndex] ?? 0;
        if (byte === 0) continue;
        for (let bit = 0; bit < 8; bit++) {
          if ((byte & 1 << bit) !== 0) yield pageIndex * PAGE_BLOCKS + byteIndex * 8 + bit;
        }
      }
    }
  }
  /** Ascending, unique. */
  toArray() {
    const result = new Uint32Array(this.#count);
    let position = 0;
    for (const index of this) result[position++] = index;
    return result;
  }
};
function blocksOf(offsetBytes, lengthBytes) {
  const first = Math.floor(offsetBytes / TRACKING_BLOCK_BYTES);
  if (lengthBytes === 0) return { first, last: first - 1 };
  return { first, last: Math.floor((offsetBytes + lengthBytes - 1) / TRACKING_BLOCK_BYTES) };
}

// lib/engine/tracking/log-faults.ts
function writeLogDamaged(path2, why) {
  return new Fault({
    code: "WriteLogDamaged",
    message: `The write log '${path2}' is damaged: ${why}. Which blocks changed is no longer known.`,
    possibleCauses: "The medium that holds the log is failing, or another program changed the file.",
    recommendedAction: "Nothing is lost: the next replication reads the whole disk. Check the medium if this happens again."
  });
}
function preserveLogDamaged(path2, why) {
  return new Fault({
    code: "PreserveLogDamaged",
    message: `The preserve log '${path2}' is damaged: ${why}. The disk cannot be read as it was at the cut.`,
    possibleCauses: "The medium that holds the log is failing, or another program changed the file.",
    recommendedAction: "Discard what was read and take a new cut. Check the medium if this happens again."
  });
}
function cutVoid(path2, cause) {
  return new Fault(
    {
      code: "CutVoid",
      message: `The cut that '${path2}' belongs to has ended, so the disk can no longer be read as it was.`,
      possibleCauses: "The cut was released or replaced by a newer one, the host was restarted, or there was no space left to preserve overwritten blocks.",
      recommendedAction: "Discard what was read and take a new cut. If space ran out, free some on the host first."
    },
    { cause, retryable: true }
  );
}
function imageChangedWhileReading(path2) {
  return new Fault(
    {
      code: "ImageChangedWhileReading",
      message: `The image '${path2}' was written by another program while it was read.`,
      possibleCauses: "A virtual machine that is not managed here runs on this image, or a tool changed it.",
      recommendedAction: "Shut down what uses the image, or run the machine on the host that is registered, then try again."
    },
    { retryable: true }
  );
}

// lib/engine/tracking/preserve-log.ts
import { Buffer as Buffer29 } from "node:buffer";
import { crc32 } from "node:zlib";
var MAGIC = "SSPRSRV1";
var HEADER_BYTES4 = 64;
var ENTRY_BYTES4 = 32;
var KIND_ZERO = 0;
var KIND_DATA = 1;
var PreserveLogWriter = class {
  path;
  #fileSystem;
  #file;
  #preserved = new DirtyBlocks();
  #entry = Buffer29.alloc(ENTRY_BYTES4 + TRACKING_BLOCK_BYTES);
  #end = HEADER_BYTES4;
  constructor(fileSystem, path2) {
    this.path = path2;
    this.#fileSystem = fileSystem;
    this.#file = fileSystem.create(path2, { replace: true });
    try {
      this.#file.write(0, encodeHeader());
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }
  /** Before a write: appends the blocks from `first` to `last` that were not yet preserved. When it throws, `end` the log. */
  preserve(disk, first, last) {
    for (let block = first; block <= last; block++) {
      if (this.#preserved.has(block)) continue;
      this.#append(disk, block);
      this.#preserved.add(block);
    }
  }
  #append(disk, block) {
    const offset = block * TRACKING_BLOCK_BYTES;
    const length = Math.min(TRACKING_BLOCK_BYTES, disk.virtualSizeBytes - offset);
    const data = this.#entry.subarray(ENTRY_BYTES4, ENTRY_BYTES4 + length);
    disk.read(offset, data);
    const dataBytes = isZero(data) ? 0 : length;
    const head = this.#entry.subarray(0, ENTRY_BYTES4);
    head.writeUInt32LE(block, 0);
    head.writeUInt32LE(dataBytes === 0 ? KIND_ZERO : KIND_DATA, 4);
    head.writeUInt32LE(dataBytes, 8);
    head.writeUInt32LE(dataBytes === 0 ? 0 : crc32(data), 12);
    head.writeUInt32LE(crc32(head.subarray(0, 16)), 16);
    this.#file.write(this.#end, this.#entry.subarray(0, ENTRY_BYTES4 + dataBytes));
    this.#end += ENTRY_BYTES4 + dataBytes;
  }
  /** The name goes first: from then on readers know that the cut is over. */
  end() {
    this.#fileSystem.remove(this.path);
    this.#file.close();
  }
};
function encodeHeader() {
  const header = Buffer29.alloc(HEADER_BYTES4);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(TRACKING_BLOCK_BYTES, 8);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES4 - 4)), HEADER_BYTES4 - 4);
  return header;
}
var PreserveLogReader = class {
  #file;
  #entries = /* @__PURE__ */ new Map();
  #head = Buffer29.alloc(ENTRY_BYTES4);
  #end = HEADER_BYTES4;
  constructor(fileSystem, path2) {
    this.#file = openLog(fileSystem, path2);
    try {
      const header = Buffer29.alloc(HEADER_BYTES4);
      if (this.#file.read(0, header) < HEADER_BYTES4 || !header.equals(encodeHeader())) {
        throw preserveLogDamaged(path2, "it does not begin as a preserve log does");
      }
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }
  /** Takes in what was appended since the last call. Call it after the disk was read, never before. */
  refresh() {
    if (!this.#file.isLinked()) throw cutVoid(this.#file.path);
    const size = this.#file.sizeBytes();
    while (this.#end + ENTRY_BYTES4 <= size) {
      const place = this.#readHead();
      const next = this.#end + ENTRY_BYTES4 + place.dataBytes;
      if (next > size) return;
      this.#entries.set(this.#head.readUInt32LE(0), place);
      this.#end = next;
    }
  }
  #readHead() {
    const head = this.#head;
    const got = this.#file.read(this.#end, head);
    const dataBytes = head.readUInt32LE(8);
    if (got < ENTRY_BYTES4 || head.readUInt32LE(16) !== crc32(head.subarray(0, 16)) || dataBytes > TRACKING_BLOCK_BYTES) {
      throw this.#damage(`the entry at offset ${this.#end} does not match its checksum`);
    }
    return { dataOffset: this.#end + ENTRY_BYTES4, dataBytes, checksum: head.readUInt32LE(12) };
  }
  /** Null: not preserved, what the disk gave counts. `data`: `into` begins with the block's content. */
  lookup(blockIndex, into) {
    const place = this.#entries.get(blockIndex);
    if (place === void 0) return null;
    if (place.dataBytes === 0) return "zero";
    const data = into.subarray(0, place.dataBytes);
    const got = this.#file.read(place.dataOffset, data);
    if (got !== place.dataBytes || crc32(data) !== place.checksum) {
      throw this.#damage(`block ${blockIndex} does not match its checksum`);
    }
    return "data";
  }
  /** What was preserved so far, in no order. */
  blockIndexes() {
    return this.#entries.keys();
  }
  /** A host whose disk filled up leaves half an entry and ends the cut: then that is what to say. */
  #damage(why) {
    return this.#file.isLinked() ? preserveLogDamaged(this.#file.path, why) : cutVoid(this.#file.path);
  }
  close() {
    this.#file.close();
  }
};
function openLog(fileSystem, path2) {
  try {
    return fileSystem.open(path2, "read");
  } catch (error) {
    if (error instanceof Fault && error.code === "FileNotFound") throw cutVoid(path2, error);
    throw error;
  }
}

// lib/engine/disk/random-access-file.ts
function sameIdentity(a, b) {
  return a.fileId === b.fileId && a.sizeBytes === b.sizeBytes && a.modifiedNs === b.modifiedNs;
}

export {
  BugError,
  assert,
  Fault,
  Refusal,
  fileAlreadyExists,
  nodeFileSystem,
  BLOCK_BYTES,
  ID_BYTES,
  PAGE_CHILDREN,
  PAGE_BYTES,
  diskTooLargeForFormat,
  readExactly,
  assertInside,
  VHD_SIZE_MAX_BYTES,
  encodeVhdFooter,
  parseVhdFooter,
  openFixedVhd,
  openDisk,
  TRACKING_BLOCK_BYTES,
  DirtyBlocks,
  blocksOf,
  writeLogDamaged,
  imageChangedWhileReading,
  PreserveLogWriter,
  PreserveLogReader,
  sameIdentity
};
