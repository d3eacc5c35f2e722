import {
  Fault,
  VHD_SIZE_MAX_BYTES,
  assert,
  diskTooLargeForFormat,
  encodeVhdFooter,
  openFixedVhd,
  parseVhdFooter
} from "./chunk-WPXDUESJ.mjs";

// lib/engine/on-demand/present-blocks.ts
var PresentBlocks = class {
  bits;
  #blockCount;
  #missing;
  constructor(blockCount, bits = new Uint8Array(Math.ceil(blockCount / 8))) {
    assert(bits.length === Math.ceil(blockCount / 8), "a map of another disk's size");
    this.bits = bits;
    this.#blockCount = blockCount;
    this.#missing = blockCount;
    for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) this.#missing -= 1;
  }
  get missing() {
    return this.#missing;
  }
  has(index) {
    return ((this.bits[index >>> 3] ?? 0) >>> (index & 7) & 1) === 1;
  }
  add(index) {
    assert(index >= 0 && index < this.#blockCount, `block ${index} is outside the disk`);
    if (this.has(index)) return;
    this.bits[index >>> 3] = (this.bits[index >>> 3] ?? 0) | 1 << (index & 7);
    this.#missing -= 1;
  }
  addRuns(runs) {
    for (const run of runs) for (let index = run.first; index < run.end; index++) this.add(index);
  }
  clear() {
    this.bits.fill(0);
    this.#missing = this.#blockCount;
  }
  /** The present blocks from `first` up to `end`, as runs. */
  runs(first, end) {
    const runs = [];
    for (let index = first; index < Math.min(end, this.#blockCount); index++) {
      if (!this.has(index)) continue;
      const last = runs.at(-1);
      if (last?.end === index) last.end += 1;
      else runs.push({ first: index, end: index + 1 });
    }
    return runs;
  }
};

// lib/engine/disk/create-vhd.ts
function assertSize(path, bytes) {
  assert(Number.isSafeInteger(bytes) && bytes > 0 && bytes % 512 === 0, `not a disk size: ${bytes}`);
  if (bytes > VHD_SIZE_MAX_BYTES) throw diskTooLargeForFormat(path, bytes, VHD_SIZE_MAX_BYTES);
}
function createFixedVhd(fileSystem, path, vhd) {
  assertSize(path, vhd.virtualSizeBytes);
  const footer = encodeVhdFooter("fixed", vhd.virtualSizeBytes, vhd);
  const file = fileSystem.create(path);
  try {
    file.write(vhd.virtualSizeBytes, footer);
    return openFixedVhd(file, parseVhdFooter(path, footer, "end"), "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}

// lib/engine/on-demand/on-demand-files.ts
import { Buffer } from "node:buffer";
function onDemandFiles(imagePath) {
  return {
    state: `${imagePath}.on-demand`,
    present: `${imagePath}.present`,
    overlay: `${imagePath}.overlay`,
    overlayMap: `${imagePath}.overlay-map`
  };
}
function readOnDemandState(fileSystem, imagePath) {
  const path = onDemandFiles(imagePath).state;
  if (!fileSystem.exists(path)) return null;
  const file = fileSystem.open(path, "read");
  try {
    const bytes = Buffer.alloc(file.sizeBytes());
    const state = parse(bytes.toString("utf8", 0, file.read(0, bytes)));
    if (state === null) throw stateDamaged(path);
    return state;
  } finally {
    file.close();
  }
}
function writeOnDemandState(fileSystem, imagePath, state) {
  const path = onDemandFiles(imagePath).state;
  const file = fileSystem.create(`${path}.new`, { replace: true });
  try {
    file.write(0, Buffer.from(`${JSON.stringify(state)}
`, "utf8"));
    file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(`${path}.new`, path);
}
function removeOnDemandFiles(fileSystem, imagePath) {
  const { overlayMap, overlay, present, state } = onDemandFiles(imagePath);
  for (const path of [overlayMap, overlay, present, `${state}.new`, state]) fileSystem.remove(path);
}
function parse(text) {
  try {
    const state = JSON.parse(text);
    const sound = state.version === 1 && typeof state.root === "string" && typeof state.socket === "string" && Number.isSafeInteger(state.virtualSizeBytes) && (state.hydrated === null || typeof state.hydrated.root === "string");
    return sound ? state : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
function stateDamaged(path) {
  return new Fault({
    code: "OnDemandStateDamaged",
    message: `'${path}', which says how far a disk that was started instantly has come, cannot be read.`,
    possibleCauses: "The storage damaged it, or another program wrote to it.",
    recommendedAction: "Clean up the failover that made the disk and start it again from its recovery point."
  });
}

export {
  PresentBlocks,
  onDemandFiles,
  readOnDemandState,
  writeOnDemandState,
  removeOnDemandFiles,
  createFixedVhd
};
