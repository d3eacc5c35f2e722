import type { Socket } from "node:net";
import {
  BLOCK_BYTES_MIN,
  BLOCK_BYTES_PREFERRED,
  encodeOptionReply,
  HANDSHAKE_FLAGS,
  HANDSHAKE_MAGIC,
  INFO,
  OPTION,
  OPTION_BYTES_MAX,
  OPTION_MAGIC,
  OPTION_REPLY,
  PAYLOAD_BYTES_MAX,
  TRANSMISSION_FLAGS,
} from "./nbd-protocol";
import type { SocketReader } from "./socket-reader";

/** The one export there is. A client may also ask for "", the default one. */
export const EXPORT_NAME = "disk";

const EXPORT_FLAGS = TRANSMISSION_FLAGS.hasFlags | TRANSMISSION_FLAGS.sendFlush | TRANSMISSION_FLAGS.sendFua;
/** Enough for any client; one that goes on asking gets nothing out of it. */
const OPTIONS_MAX = 64;
const OLD_PADDING_BYTES = 124;

/** True when the client may send requests now; false when the connection is over. */
export async function negotiate(socket: Socket, reader: SocketReader, sizeBytes: number): Promise<boolean> {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(HANDSHAKE_MAGIC, 0);
  greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
  greeting.writeUInt16BE(HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes, 16);
  socket.write(greeting);
  const answer = await reader.take(4);
  const flags = answer?.readUInt32BE(0) ?? 0;
  const known = HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes;
  if ((flags & HANDSHAKE_FLAGS.fixedNewstyle) === 0 || (flags & ~known) !== 0) return false;
  for (let count = 0; count < OPTIONS_MAX; count++) {
    const head = await reader.take(16);
    if (head === null || head.readBigUInt64BE(0) !== OPTION_MAGIC) return false;
    const length = head.readUInt32BE(12);
    const data = length > OPTION_BYTES_MAX ? null : await reader.take(length);
    if (data === null) return false;
    const next = answerOption(socket, head.readUInt32BE(8), data, sizeBytes, (flags & HANDSHAKE_FLAGS.noZeroes) === 0);
    if (next !== "more options") return next === "transmission";
  }
  return false;
}

type Next = "more options" | "transmission" | "over";

function answerOption(socket: Socket, option: number, data: Buffer, sizeBytes: number, padded: boolean): Next {
  switch (option) {
    case OPTION.exportName:
      if (!isOurs(data)) return "over"; // The old option has no way to say no.
      socket.write(Buffer.concat([exportInfo(sizeBytes), Buffer.alloc(padded ? OLD_PADDING_BYTES : 0)]));
      return "transmission";
    case OPTION.abort:
      socket.write(encodeOptionReply(option, OPTION_REPLY.ack));
      return "over";
    case OPTION.list:
      socket.write(encodeOptionReply(option, OPTION_REPLY.server, named(EXPORT_NAME)));
      socket.write(encodeOptionReply(option, OPTION_REPLY.ack));
      return "more options";
    case OPTION.info:
    case OPTION.go:
      return answerInfo(socket, option, data, sizeBytes);
    default:
      socket.write(encodeOptionReply(option, OPTION_REPLY.unsupported));
      return "more options";
  }
}

function answerInfo(socket: Socket, option: number, data: Buffer, sizeBytes: number): Next {
  const name = nameIn(data);
  if (name === null || !isOurs(name)) {
    socket.write(encodeOptionReply(option, name === null ? OPTION_REPLY.invalid : OPTION_REPLY.unknown));
    return "more options";
  }
  const sizes = Buffer.alloc(14);
  sizes.writeUInt16BE(INFO.blockSize, 0);
  sizes.writeUInt32BE(BLOCK_BYTES_MIN, 2);
  sizes.writeUInt32BE(BLOCK_BYTES_PREFERRED, 6);
  sizes.writeUInt32BE(PAYLOAD_BYTES_MAX, 10);
  const size = Buffer.concat([Buffer.from([0, INFO.export]), exportInfo(sizeBytes)]);
  socket.write(encodeOptionReply(option, OPTION_REPLY.info, size));
  socket.write(encodeOptionReply(option, OPTION_REPLY.info, sizes));
  socket.write(encodeOptionReply(option, OPTION_REPLY.ack));
  return option === OPTION.go ? "transmission" : "more options";
}

function exportInfo(sizeBytes: number): Buffer {
  const info = Buffer.alloc(10);
  info.writeBigUInt64BE(BigInt(sizeBytes), 0);
  info.writeUInt16BE(EXPORT_FLAGS, 8);
  return info;
}

/** `u32 length ‖ name ‖ u16 count ‖ count × u16`; null when it is not of that form. */
function nameIn(data: Buffer): Buffer | null {
  if (data.length < 6) return null;
  const length = data.readUInt32BE(0);
  if (length > data.length - 6) return null;
  return data.readUInt16BE(4 + length) * 2 === data.length - 6 - length ? data.subarray(4, 4 + length) : null;
}

function isOurs(name: Buffer): boolean {
  return name.length === 0 || name.equals(Buffer.from(EXPORT_NAME, "utf8"));
}

function named(name: string): Buffer {
  const bytes = Buffer.from(name, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
