/**
 * Numbers of the NBD protocol, fixed newstyle handshake and simple replies. All integers are big-endian. Source: the
 * protocol's text, https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md.
 */
export const HANDSHAKE_MAGIC = 0x4e42444d41474943n; // "NBDMAGIC"
export const OPTION_MAGIC = 0x49484156454f5054n; // "IHAVEOPT"
export const OPTION_REPLY_MAGIC = 0x0003e889045565a9n;
export const REQUEST_MAGIC = 0x25609513;
export const REPLY_MAGIC = 0x67446698;

export const HANDSHAKE_FLAGS = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const OPTION = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 } as const;
export const OPTION_REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  unsupported: 0x8000_0001,
  invalid: 0x8000_0003,
  unknown: 0x8000_0006,
} as const;
export const INFO = { export: 0, blockSize: 3 } as const;

/** Of an export: flags are there; it can be flushed; a write can ask to be durable. */
export const TRANSMISSION_FLAGS = { hasFlags: 1, sendFlush: 4, sendFua: 8 } as const;
export const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
export const COMMAND_FLAG_FUA = 1;
export const ERROR = { none: 0, io: 5, invalid: 22, noSpace: 28, shutdown: 108 } as const;

/** Our disks are addressed in sectors. */
export const BLOCK_BYTES_MIN = 512;
export const BLOCK_BYTES_PREFERRED = 4_096;
/** Of one read or write; the protocol's own default for a client that was told nothing. */
export const PAYLOAD_BYTES_MAX = 32 * 1024 * 1024;
/** Of an option's data; the protocol's names have 4,096 bytes at most. */
export const OPTION_BYTES_MAX = 8 * 1024;

export interface NbdRequest {
  readonly flags: number;
  readonly command: number;
  /** Names the request in its reply; any 64 bits. */
  readonly cookie: bigint;
  readonly offset: number;
  readonly length: number;
}

export const REQUEST_BYTES = 28;

/** Null when it does not begin with the magic: the two sides have lost each other. */
export function parseRequest(bytes: Buffer): NbdRequest | null {
  if (bytes.readUInt32BE(0) !== REQUEST_MAGIC) return null;
  return {
    flags: bytes.readUInt16BE(4),
    command: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: Number(bytes.readBigUInt64BE(16)),
    length: bytes.readUInt32BE(24),
  };
}

export function encodeReply(error: number, cookie: bigint): Buffer {
  const reply = Buffer.alloc(16);
  reply.writeUInt32BE(REPLY_MAGIC, 0);
  reply.writeUInt32BE(error, 4);
  reply.writeBigUInt64BE(cookie, 8);
  return reply;
}

export function encodeOptionReply(option: number, type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}
