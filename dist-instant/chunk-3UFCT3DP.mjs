import {
  ID_BYTES
} from "./chunk-TQ4H22DW.mjs";

// lib/adapters/engine-workers/thread-protocol.ts
var ENTRY_BYTES = ID_BYTES + 8;
function toWirePack(pack) {
  const entries = Buffer.from(new ArrayBuffer(pack.entries.length * ENTRY_BYTES));
  let at = 0;
  for (const { id, offset, sealedLength } of pack.entries) {
    at += id.copy(entries, at);
    at = entries.writeUInt32LE(offset, at);
    at = entries.writeUInt32LE(sealedLength, at);
  }
  const { name, type, sizeBytes } = pack;
  return { name, type, sizeBytes, salt: new Uint8Array(pack.salt), entries, buffer: pack.bytes.buffer };
}
function fromWirePack(wire) {
  const packed = Buffer.from(wire.entries.buffer, wire.entries.byteOffset, wire.entries.byteLength);
  const entries = [];
  for (let at = 0; at < packed.length; at += ENTRY_BYTES) {
    entries.push({
      id: packed.subarray(at, at + ID_BYTES),
      offset: packed.readUInt32LE(at + ID_BYTES),
      sealedLength: packed.readUInt32LE(at + ID_BYTES + 4)
    });
  }
  const { name, type, sizeBytes } = wire;
  const bytes = Buffer.from(wire.buffer, 0, sizeBytes);
  return { name, type, sizeBytes, salt: Buffer.from(wire.salt), entries, bytes };
}

export {
  toWirePack,
  fromWirePack
};
