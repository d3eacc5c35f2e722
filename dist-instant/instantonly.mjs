import {
  BlobReader,
  FolderStore,
  PresentBlocks,
  SWEEP_GRACE_MS,
  TreeReader,
  VaultIndex,
  createDynamicVhd,
  encodeIndex,
  encodePoint,
  engineThreadDied,
  listenOnUnixSocket,
  onDemandFiles,
  programPath,
  readOnDemandState,
  readPackHeader,
  removeOnDemandFiles,
  runOvertaken,
  systemClock
} from "./chunk-TLOWK3F4.mjs";
import {
  fromWirePack
} from "./chunk-3UFCT3DP.mjs";
import {
  BLOCK_BYTES,
  BlockHasher,
  Compressor,
  DISK_FORMATS,
  DirtyBlocks,
  FIRST_RUN,
  Fault,
  PACK_DEAD,
  PACK_FILL_BYTES,
  PACK_STORED,
  PAGE_BYTES,
  PAGE_CHILDREN,
  PackWriter,
  PreserveLogWriter,
  Refusal,
  TRACKING_BLOCK_BYTES,
  TreeLevels,
  assert,
  assertInside,
  blockRuns,
  blocksOf,
  blocksOfRuns,
  deriveVaultKeys,
  fromWireError,
  imageChangedWhileReading,
  isMachineId,
  isZeroId,
  noEarlierPage,
  nodeFileSystem,
  openDisk,
  openFrozenView,
  readExactly,
  runsBlockCount,
  sameIdentity,
  systemRandom,
  treeShape,
  writeLogDamaged,
  zeroId
} from "./chunk-TQ4H22DW.mjs";

// e2e/bench/instant-start.ts
import path7 from "node:path";

// lib/adapters/compute/block-client.ts
import { Agent, request as httpRequest } from "node:http";
import { z } from "zod";
var RETRY_MS = 100;
var ANSWER_MS = 6e4;
var Answer = z.object({ runs: z.array(z.object({ first: z.number(), end: z.number() })) });
var Failure = z.object({ error: z.custom() });
function supplyBlocksOver(fileSystem, clock) {
  return (imagePath) => new BlockClient(imagePath, fileSystem, clock);
}
var BlockClient = class {
  #imagePath;
  #fileSystem;
  #clock;
  #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  #closed = new AbortController();
  problem = null;
  constructor(imagePath, fileSystem, clock) {
    this.#imagePath = imagePath;
    this.#fileSystem = fileSystem;
    this.#clock = clock;
  }
  async want(first, count) {
    for (; ; ) {
      this.#closed.signal.throwIfAborted();
      const state = readOnDemandState(this.#fileSystem, this.#imagePath);
      if (state === null || state.hydrated !== null) {
        return [{ first: 0, end: Math.ceil((state?.virtualSizeBytes ?? Number.MAX_SAFE_INTEGER) / BLOCK_BYTES) }];
      }
      try {
        const runs = await this.#ask(state.socket, { first, count });
        this.problem = null;
        return runs;
      } catch (error) {
        if (!(error instanceof Fault) || !error.retryable) throw error;
        this.problem = error.message;
      }
      await this.#clock.sleep(RETRY_MS, this.#closed.signal);
    }
  }
  close() {
    this.#closed.abort();
    this.#agent.destroy();
  }
  async #ask(socketPath, body) {
    const { status, text } = await this.#post(socketPath, JSON.stringify(body));
    if (status === 200) return Answer.parse(JSON.parse(text)).runs;
    throw fromWireError(Failure.parse(JSON.parse(text)).error);
  }
  #post(socketPath, body) {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ANSWER_MS)]);
    return new Promise((resolve, reject) => {
      const fail = (error) => reject(notAnswering(socketPath, error));
      const headers = { "content-length": Buffer.byteLength(body) };
      const outgoing = httpRequest({ socketPath, agent: this.#agent, method: "POST", path: "/want", headers, signal });
      outgoing.on("error", fail);
      outgoing.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece) => text += piece);
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      outgoing.end(body);
    });
  }
};
function notAnswering(socketPath, cause) {
  return new Fault(
    {
      code: "BlockServerUnreachable",
      message: `Nothing answers on ${socketPath}, where the missing blocks of the disk are asked for.`,
      possibleCauses: "The server or its vault process was killed and is starting again.",
      recommendedAction: "Wait: the guest goes on where it was when the blocks come."
    },
    { cause, retryable: true }
  );
}

// lib/adapters/engine-workers/engine-thread.ts
import { Worker } from "node:worker_threads";
function startThread(program) {
  const resourceLimits = { maxYoungGenerationSizeMb: 4 };
  const worker = new Worker(program, { env: {}, execArgv: [], resourceLimits });
  const started2 = { worker, failure: null };
  worker.on("error", (error) => started2.failure = error);
  worker.unref();
  return started2;
}
var EngineThread = class {
  #worker;
  #setup;
  #pending = /* @__PURE__ */ new Map();
  #nextCall = 1;
  #buffersHeld = 0;
  #closing = false;
  #death = null;
  constructor(started2, setup, niceness) {
    this.#setup = setup;
    this.#worker = started2.worker;
    this.#worker.on("message", (message2) => this.#receive(message2));
    this.#worker.on("error", (error) => this.#die(error));
    this.#worker.on("exit", (code) => this.#die(new Error(`the thread ended with code ${code}`)));
    if (started2.failure !== null) this.#die(started2.failure);
    const masterKey = new Uint8Array(setup.keys.master);
    const message = { kind: "setup", setup: { masterKey, table: setup.table, niceness } };
    this.#worker.postMessage(message);
  }
  get busy() {
    return this.#pending.size;
  }
  get dead() {
    return this.#death !== null;
  }
  async process(unit) {
    const result = await this.#call((call) => ({ kind: "process", call, unit }));
    if (result === null) throw new Error("a thread answered a unit without a result");
    return result;
  }
  async end(kind, run) {
    await this.#call((call) => ({ kind, call, run }));
  }
  async close() {
    this.#closing = true;
    await this.#worker.terminate();
  }
  #call(message) {
    if (this.#death !== null) return Promise.reject(this.#death);
    const call = this.#nextCall++;
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage(message(call));
    });
  }
  #settle(call) {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (this.#pending.size === 0) this.#worker.unref();
    return pending;
  }
  #receive(message) {
    switch (message.kind) {
      case "result":
        return this.#settle(message.call)?.resolve(message.result);
      case "error":
        return this.#settle(message.call)?.reject(fromWireError(message.error));
      case "takeBuffer":
        void this.#sendBuffer();
        return;
      case "giveBuffer":
        this.#buffersHeld -= 1;
        return this.#setup.giveBuffer(message.buffer);
      case "pack":
        this.#buffersHeld -= 1;
        return this.#setup.onPack(message.run, message.number, fromWirePack(message.pack));
    }
  }
  async #sendBuffer() {
    const buffer = await this.#setup.takeBuffer();
    if (this.#death !== null) return this.#setup.giveBuffer(buffer);
    this.#buffersHeld += 1;
    const message = { kind: "buffer", buffer };
    this.#worker.postMessage(message, [buffer]);
  }
  #die(cause) {
    if (this.#death !== null) return;
    this.#death = engineThreadDied(cause);
    for (; this.#buffersHeld > 0; this.#buffersHeld -= 1) if (!this.#closing) this.#setup.forgetBuffer();
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
  }
};

// lib/adapters/engine-workers/thread-workers.ts
function threadWorkers(options = {}) {
  const program = options.program ?? programPath("replication.worker.mjs");
  const threadCount = options.threadCount ?? 2;
  const started2 = Array.from({ length: options.early === true ? threadCount : 0 }, () => startThread(program));
  const start = () => started2.shift() ?? startThread(program);
  return (setup) => new ThreadWorkers(setup, start, threadCount, options.niceness ?? null);
}
var ThreadWorkers = class {
  #setup;
  #start;
  #niceness;
  #threads;
  /** Which threads have worked for a run; a run whose thread died has lost blocks that it believes to be packed. */
  #runs = /* @__PURE__ */ new Map();
  constructor(setup, start, threadCount, niceness) {
    this.#setup = setup;
    this.#start = start;
    this.#niceness = niceness;
    this.#threads = Array.from({ length: threadCount }, () => null);
  }
  async process(unit) {
    const thread = this.#leastBusy();
    let threads = this.#runs.get(unit.run);
    if (threads === void 0) this.#runs.set(unit.run, threads = /* @__PURE__ */ new Set());
    threads.add(thread);
    return thread.process(unit);
  }
  async finishRun(run) {
    const threads = [...this.#runs.get(run) ?? []];
    const ends = await Promise.allSettled(threads.map((thread) => thread.end("finish", run)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    this.#runs.delete(run);
  }
  async discardRun(run) {
    const threads = [...this.#runs.get(run) ?? []].filter((thread) => !thread.dead);
    this.#runs.delete(run);
    const ends = await Promise.allSettled(threads.map((thread) => thread.end("discard", run)));
    for (const end of ends) if (end.status === "rejected" && !diedMeanwhile(end.reason)) throw end.reason;
  }
  async close() {
    await Promise.all(this.#threads.map(async (thread) => thread?.close()));
  }
  /** The first of the idle ones, so that a small delta stays in one thread and makes one pack. */
  #leastBusy() {
    let best = null;
    for (const [at, candidate] of this.#threads.entries()) {
      if (candidate !== null && !candidate.dead && candidate.busy > 0) {
        if (best === null || candidate.busy < best.busy) best = candidate;
        continue;
      }
      if (candidate !== null && !candidate.dead) return candidate;
      return this.#threads[at] = new EngineThread(this.#start(), this.#setup, this.#niceness);
    }
    assert(best !== null, "there is at least one thread");
    return best;
  }
};
function diedMeanwhile(error) {
  return error instanceof Fault && error.code === "EngineThreadDied";
}

// lib/adapters/engine-workers/vault-worker-client.ts
import { fork } from "node:child_process";
var VaultWorkerClient = class {
  #options;
  #children = /* @__PURE__ */ new Set();
  #closed = false;
  constructor(options = {}) {
    this.#options = options;
  }
  /** Process ids of the children that are alive, for figures and for tests. */
  get processIds() {
    return [...this.#children].map((child) => child.processId);
  }
  /** Rejects with what the task threw; with the signal's reason when aborted; with the fault VaultWorkerDied. */
  async run(task, args, options = {}) {
    assert(!this.#closed, "a task was given to vault workers that were closed");
    options.signal?.throwIfAborted();
    const child = this.#leastBusy();
    const request = { kind: "request", task, args };
    const onProgress = options.onProgress ?? (() => {
    });
    const result = await child.run(request, onProgress, options.signal);
    return result;
  }
  /** Ends the children at once; what they were doing fails. */
  async close() {
    this.#closed = true;
    await Promise.all([...this.#children].map((child) => child.close()));
  }
  #leastBusy() {
    const children = [...this.#children];
    const idle = children.find((child) => child.busy === 0);
    if (idle !== void 0) return idle;
    if (children.length < (this.#options.childCountMax ?? 2)) {
      const program = this.#options.program ?? programPath("vault-worker.mjs");
      const child = new Child(program, this.#options.niceness, () => this.#children.delete(child));
      this.#children.add(child);
      return child;
    }
    return children.reduce((a, b) => b.busy < a.busy ? b : a);
  }
};
var Child = class {
  #process;
  #pending = /* @__PURE__ */ new Map();
  #ended;
  #nextId = 1;
  constructor(program, niceness, onDeath) {
    this.#process = fork(program, niceness === void 0 ? [] : [String(niceness)], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: []
    });
    this.#process.unref();
    this.#process.channel?.unref();
    this.#process.on("message", (message) => this.#receive(message));
    this.#ended = new Promise((resolve) => {
      const end = (why) => {
        onDeath();
        this.#failAll(why);
        resolve();
      };
      this.#process.on("error", (error) => end(error.message));
      this.#process.on("exit", (code, signal) => end(signal ?? `code ${code ?? "unknown"}`));
    });
  }
  get busy() {
    return this.#pending.size;
  }
  get processId() {
    return this.#process.pid ?? -1;
  }
  run(request, onProgress, signal) {
    const id = this.#nextId++;
    const abort = () => this.#send({ kind: "abort", id });
    const answered = new Promise((resolve, reject) => {
      this.#process.channel?.ref();
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#send({ ...request, id });
    });
    signal?.addEventListener("abort", abort, { once: true });
    return answered.catch((error) => {
      if (signal?.aborted === true && error instanceof Error && error.name === "AbortError") throw signal.reason;
      throw error;
    }).finally(() => signal?.removeEventListener("abort", abort));
  }
  async close() {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
  #send(message) {
    this.#process.send(message, () => {
    });
  }
  #receive(message) {
    const pending = this.#pending.get(message.id);
    if (pending === void 0) return;
    if (message.kind === "progress") {
      pending.onProgress(message.progress);
      return;
    }
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#process.channel?.unref();
    if (message.kind === "result") pending.resolve(message.result);
    else pending.reject(fromWireError(message.error));
  }
  #failAll(why) {
    for (const { reject } of this.#pending.values()) {
      reject(
        new Fault(
          {
            code: "VaultWorkerDied",
            message: `The process that worked on the vault ended unexpectedly (${why}).`,
            possibleCauses: "It was killed, or the machine ran out of memory.",
            recommendedAction: "Nothing: the step is tried again in a new process. If it recurs, look at the memory of the machine."
          },
          { retryable: true }
        )
      );
    }
    this.#pending.clear();
  }
};

// lib/adapters/hypervisors/qemu/qemu-hypervisor.ts
import path5 from "node:path";

// lib/adapters/nbd/nbd-server.ts
import { createServer } from "node:net";

// lib/adapters/nbd/nbd-protocol.ts
var HANDSHAKE_MAGIC = 0x4e42444d41474943n;
var OPTION_MAGIC = 0x49484156454f5054n;
var OPTION_REPLY_MAGIC = 0x0003e889045565a9n;
var REQUEST_MAGIC = 627086611;
var REPLY_MAGIC = 1732535960;
var HANDSHAKE_FLAGS = { fixedNewstyle: 1, noZeroes: 2 };
var OPTION = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 };
var OPTION_REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  unsupported: 2147483649,
  invalid: 2147483651,
  unknown: 2147483654
};
var INFO = { export: 0, blockSize: 3 };
var TRANSMISSION_FLAGS = { hasFlags: 1, sendFlush: 4, sendFua: 8 };
var COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 };
var COMMAND_FLAG_FUA = 1;
var ERROR = { none: 0, io: 5, invalid: 22, noSpace: 28, shutdown: 108 };
var BLOCK_BYTES_MIN = 512;
var BLOCK_BYTES_PREFERRED = 4096;
var PAYLOAD_BYTES_MAX = 32 * 1024 * 1024;
var OPTION_BYTES_MAX = 8 * 1024;
var REQUEST_BYTES = 28;
function parseRequest(bytes) {
  if (bytes.readUInt32BE(0) !== REQUEST_MAGIC) return null;
  return {
    flags: bytes.readUInt16BE(4),
    command: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: Number(bytes.readBigUInt64BE(16)),
    length: bytes.readUInt32BE(24)
  };
}
function encodeReply(error, cookie) {
  const reply = Buffer.alloc(16);
  reply.writeUInt32BE(REPLY_MAGIC, 0);
  reply.writeUInt32BE(error, 4);
  reply.writeBigUInt64BE(cookie, 8);
  return reply;
}
function encodeOptionReply(option, type, data = Buffer.alloc(0)) {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

// lib/adapters/nbd/nbd-handshake.ts
var EXPORT_NAME = "disk";
var EXPORT_FLAGS = TRANSMISSION_FLAGS.hasFlags | TRANSMISSION_FLAGS.sendFlush | TRANSMISSION_FLAGS.sendFua;
var OPTIONS_MAX = 64;
var OLD_PADDING_BYTES = 124;
async function negotiate(socket, reader, sizeBytes) {
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
function answerOption(socket, option, data, sizeBytes, padded) {
  switch (option) {
    case OPTION.exportName:
      if (!isOurs(data)) return "over";
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
function answerInfo(socket, option, data, sizeBytes) {
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
function exportInfo(sizeBytes) {
  const info = Buffer.alloc(10);
  info.writeBigUInt64BE(BigInt(sizeBytes), 0);
  info.writeUInt16BE(EXPORT_FLAGS, 8);
  return info;
}
function nameIn(data) {
  if (data.length < 6) return null;
  const length = data.readUInt32BE(0);
  if (length > data.length - 6) return null;
  return data.readUInt16BE(4 + length) * 2 === data.length - 6 - length ? data.subarray(4, 4 + length) : null;
}
function isOurs(name) {
  return name.length === 0 || name.equals(Buffer.from(EXPORT_NAME, "utf8"));
}
function named(name) {
  const bytes = Buffer.from(name, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

// lib/adapters/nbd/socket-reader.ts
var SocketReader = class {
  #socket;
  #pieces = [];
  #length = 0;
  #wanted = 0;
  #over = false;
  #wake = null;
  constructor(socket) {
    this.#socket = socket;
    socket.pause();
    socket.on("data", (piece) => {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length < this.#wanted) return;
      socket.pause();
      this.#wake?.();
    });
    const end = () => {
      this.#over = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
  }
  /** Null when the other side has gone before all of them came. One call at a time. */
  async take(length) {
    if (this.#length < length && !this.#over) {
      this.#wanted = length;
      await new Promise((resolve) => {
        this.#wake = resolve;
        this.#socket.resume();
      });
      this.#wake = null;
    }
    if (this.#length < length) return null;
    const [first] = this.#pieces;
    const all = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces, this.#length);
    const rest = all.subarray(length);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return all.subarray(0, length);
  }
};

// lib/adapters/nbd/nbd-server.ts
var WAITING_MAX = 64;
var UNSENT_BYTES_MAX = 4 * 1024 * 1024;
var NbdServer = class {
  #disk;
  #hooks;
  #server;
  #sockets = /* @__PURE__ */ new Set();
  #closed = false;
  constructor(disk, hooks) {
    this.#disk = disk;
    this.#hooks = hooks;
    this.#server = createServer((socket) => this.#accept(socket));
  }
  async listen(socketPath) {
    await listenOnUnixSocket(this.#server, socketPath);
  }
  /** From the moment of the call nothing more reaches the disk; the socket's file is gone when it resolves. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(() => resolve()));
  }
  #accept(socket) {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    this.#converse(socket).then(
      () => socket.end(),
      (error) => {
        this.#hooks.onAccessFailed(error);
        socket.destroy();
      }
    );
  }
  async #converse(socket) {
    const reader = new SocketReader(socket);
    if (!await negotiate(socket, reader, this.#disk.virtualSizeBytes)) return;
    const waiting = /* @__PURE__ */ new Set();
    for (; ; ) {
      const header = await reader.take(REQUEST_BYTES);
      const request = header && parseRequest(header);
      if (!request || request.command === COMMAND.disconnect) break;
      if (request.length > PAYLOAD_BYTES_MAX) break;
      const payload = request.command === COMMAND.write ? await reader.take(request.length) : Buffer.alloc(0);
      if (payload === null) break;
      const answer = this.#serve(socket, request, payload);
      if (answer !== null) {
        const waited = answer.finally(() => waiting.delete(waited));
        waiting.add(waited);
      }
      if (waiting.size >= WAITING_MAX) await Promise.race(waiting);
      if (socket.writableLength > UNSENT_BYTES_MAX) await drained(socket);
    }
    await Promise.all(waiting);
  }
  /** Null when it was answered at once. */
  #serve(socket, request, payload) {
    const send = (error, data = Buffer.alloc(0)) => {
      if (socket.destroyed) return;
      socket.write(
        error === ERROR.none ? Buffer.concat([encodeReply(error, request.cookie), data]) : encodeReply(error, request.cookie)
      );
    };
    const attempt = (access) => {
      if (this.#closed) return;
      try {
        send(ERROR.none, access() ?? Buffer.alloc(0));
      } catch (error) {
        this.#hooks.onAccessFailed(error);
        send(errorOf(error));
      }
    };
    if (!this.#isInside(request)) {
      send(ERROR.invalid);
      return null;
    }
    switch (request.command) {
      case COMMAND.read:
        return this.#read(request, attempt);
      case COMMAND.write:
        attempt(() => {
          this.#disk.write(request.offset, payload);
          if ((request.flags & COMMAND_FLAG_FUA) !== 0) this.#disk.sync();
        });
        return null;
      case COMMAND.flush:
        attempt(() => this.#disk.sync());
        return null;
      default:
        send(ERROR.invalid);
        return null;
    }
  }
  #read({ offset, length }, attempt) {
    const read = () => {
      const bytes = Buffer.alloc(length);
      this.#disk.read(offset, bytes);
      return bytes;
    };
    const waiting = length === 0 ? null : this.#disk.prepare?.(offset, length) ?? null;
    if (waiting === null) {
      attempt(read);
      return null;
    }
    const refuse = (error) => attempt(() => {
      throw error;
    });
    return waiting.then(() => attempt(read), refuse);
  }
  /** Flushes have neither. Numbers beyond what a disk can have are outside, too. */
  #isInside({ command, offset, length }) {
    if (command === COMMAND.flush) return true;
    if (offset % BLOCK_BYTES_MIN !== 0 || length % BLOCK_BYTES_MIN !== 0) return false;
    return Number.isSafeInteger(offset) && offset + length <= this.#disk.virtualSizeBytes;
  }
};
function errorOf(error) {
  return error instanceof Fault && error.code === "StorageFull" ? ERROR.noSpace : ERROR.io;
}
function drained(socket) {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}

// lib/adapters/hypervisors/qemu/find-qemu.ts
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
var PROGRAM = "qemu-system-x86_64";
var KVM_DEVICE = "/dev/kvm";
var KVM_PROBE_MS = 1e3;
var POWER_OFF = Buffer.from([184, 0, 32, 186, 4, 6, 239, 244]);
function findQemu(searchPath = process.env["PATH"] ?? "") {
  for (const folder2 of searchPath.split(path.delimiter)) {
    const file = path.join(folder2, PROGRAM);
    if (folder2 !== "" && isExecutable(file)) return file;
  }
  return null;
}
function qemuMissing() {
  return `Machines cannot be started with QEMU: the program ${PROGRAM} was not found. Install Debian's package qemu-system-x86 (apt-get install qemu-system-x86), or use the embedded hypervisor v86.`;
}
async function probeKvm(program) {
  if (!isWritable(KVM_DEVICE)) return false;
  const folder2 = mkdtempSync(path.join(os.tmpdir(), "secondsite-kvm-"));
  try {
    const sector = Buffer.alloc(512);
    POWER_OFF.copy(sector);
    sector.writeUInt16LE(43605, 510);
    const image = path.join(folder2, "probe.raw");
    writeFileSync(image, sector);
    const drive = `file=${image},format=raw,if=ide,read-only=off`;
    const child = spawn(program, ["-accel", "kvm", "-m", "16", "-nodefaults", "-display", "none", "-drive", drive], {
      stdio: "ignore"
    });
    return await endsInTime(child);
  } finally {
    rmSync(folder2, { recursive: true, force: true });
  }
}
function endsInTime(child) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), KVM_PROBE_MS);
    const end = (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    };
    child.on("error", () => end(null));
    child.on("exit", end);
  });
}
function isExecutable(file) {
  return isAccessible(file, constants.X_OK);
}
function isWritable(file) {
  return isAccessible(file, constants.R_OK | constants.W_OK);
}
function isAccessible(file, mode) {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

// lib/adapters/hypervisors/qemu/qemu-machine.ts
import { readFileSync, rmSync as rmSync2 } from "node:fs";
import path2 from "node:path";

// lib/adapters/hypervisors/qemu/qmp-client.ts
import { z as z2 } from "zod";
var Message = z2.object({
  id: z2.number().optional(),
  return: z2.unknown().optional(),
  error: z2.object({ class: z2.string(), desc: z2.string() }).optional()
});
var LINE_CHARACTERS_MAX = 1024 * 1024;
var QmpClient = class {
  #socket;
  #pending = /* @__PURE__ */ new Map();
  #nextId = 1;
  #rest = "";
  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text) => this.#hear(text));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#failAll(new Error("QEMU has ended.")));
  }
  /** Rejects with QEMU's own words, and when QEMU ends before it answers. */
  execute(command, args = {}) {
    if (this.#socket.destroyed) return Promise.reject(new Error("QEMU has ended."));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}
`);
    });
  }
  close() {
    this.#socket.destroy();
  }
  #hear(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LINE_CHARACTERS_MAX) this.#socket.destroy();
    for (const line of lines) if (line.trim() !== "") this.#take(Message.parse(JSON.parse(line)));
  }
  /** Greeting and events have no id. */
  #take(message) {
    const pending = message.id === void 0 ? void 0 : this.#pending.get(message.id);
    if (message.id === void 0 || pending === void 0) return;
    this.#pending.delete(message.id);
    if (message.error) pending.reject(new Error(message.error.desc));
    else pending.resolve(message.return);
  }
  #failAll(error) {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
};

// lib/adapters/hypervisors/qemu/text-screen.ts
var COLUMNS = 80;
var ROWS = 25;
var READ_TEXT_SCREEN = `xp /${COLUMNS * ROWS}xh 0xb8000`;
function parseTextScreen(printed) {
  const cells = [...printed.matchAll(/ 0x([0-9a-f]{4})/g)].map((match) => parseInt(match[1] ?? "0", 16) & 255);
  const rows = [];
  for (let row2 = 0; row2 < ROWS; row2++) {
    const characters = cells.slice(row2 * COLUMNS, (row2 + 1) * COLUMNS).map(characterOf);
    rows.push(characters.join("").padEnd(COLUMNS));
  }
  return rows;
}
function characterOf(code) {
  if (code === 0) return " ";
  return code >= 32 && code < 127 ? String.fromCharCode(code) : CODE_PAGE_437[code] ?? ".";
}
var CODE_PAGE_437 = {
  179: "\u2502",
  186: "\u2551",
  187: "\u2557",
  188: "\u255D",
  191: "\u2510",
  192: "\u2514",
  196: "\u2500",
  200: "\u255A",
  201: "\u2554",
  205: "\u2550",
  217: "\u2518",
  218: "\u250C",
  219: "\u2588"
};

// lib/adapters/hypervisors/qemu/qemu-machine.ts
var SERIAL_KEEP_CHARACTERS = 64 * 1024;
var CONSOLE_INTERVAL_MS = 100;
var SCREEN_INTERVAL_MS = 500;
var QemuMachine = class {
  id;
  #qemu;
  #servers = [];
  #serialSocket = null;
  #qmp = null;
  #dead = false;
  #failure = null;
  #diskProblem = null;
  #serial = "";
  #rows = [];
  #revision = 0;
  #notifyTimer = null;
  #screenTimer = null;
  #consoleListeners = /* @__PURE__ */ new Set();
  #serialListeners = /* @__PURE__ */ new Set();
  #failureListeners = [];
  constructor(id, qemu) {
    this.id = id;
    this.#qemu = qemu;
  }
  diskHooks = {
    onAccessFailed: (cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#diskProblem = reason;
      if (!(cause instanceof Fault)) this.#fail(`The machine's disk broke: ${reason}`);
    }
  };
  serves(server) {
    this.#servers.push(server);
  }
  attach({ serial, qmp }) {
    this.#serialSocket = serial;
    serial.setEncoding("latin1");
    serial.on("data", (text) => this.#takeSerial(text));
    serial.on("error", () => serial.destroy());
    this.#qmp = new QmpClient(qmp);
    this.#qmp.execute("qmp_capabilities").then(
      () => this.#lookAtScreen(),
      () => void 0
      // Likewise.
    );
    void this.#qemu.ended.then((reason) => this.#fail(`The machine stopped by itself: ${reason}`));
  }
  screen() {
    return { rows: this.#rows, serial: this.#serial, revision: this.#revision };
  }
  /** What the machine's display shows, as PNG. */
  async screenshot() {
    const file = path2.join(this.#qemu.folder, "screen.png");
    try {
      await this.#qmp?.execute("screendump", { filename: file, format: "png" });
      return readFileSync(file);
    } finally {
      rmSync2(file, { force: true });
    }
  }
  onConsole(listener2) {
    this.#consoleListeners.add(listener2);
    return () => this.#consoleListeners.delete(listener2);
  }
  onSerial(listener2) {
    this.#serialListeners.add(listener2);
    return () => this.#serialListeners.delete(listener2);
  }
  failure() {
    return this.#failure;
  }
  onFailure(listener2) {
    if (this.#failure === null) this.#failureListeners.push(listener2);
    else listener2(this.#failure);
  }
  diskProblem() {
    return this.#diskProblem;
  }
  /** The disks go first: what QEMU still sends after that reaches nothing. */
  async powerOff() {
    this.#die();
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#serialSocket?.destroy();
    this.#qmp?.close();
    await this.#qemu.end();
  }
  sendSerial(text) {
    if (!this.#dead) this.#serialSocket?.write(text, "latin1");
  }
  #takeSerial(text) {
    if (this.#dead) return;
    this.#serial += text;
    if (this.#serial.length > SERIAL_KEEP_CHARACTERS * 1.5) this.#serial = this.#serial.slice(-SERIAL_KEEP_CHARACTERS);
    for (const listener2 of this.#serialListeners) listener2(text);
    this.#changed();
  }
  #lookAtScreen() {
    if (this.#dead || !this.#qmp) return;
    this.#qmp.execute("human-monitor-command", { "command-line": READ_TEXT_SCREEN }).then((printed) => this.#takeScreen(String(printed))).catch(() => void 0).finally(() => {
      if (this.#dead) return;
      this.#screenTimer = setTimeout(() => this.#lookAtScreen(), SCREEN_INTERVAL_MS);
      this.#screenTimer.unref();
    });
  }
  #takeScreen(printed) {
    const rows = parseTextScreen(printed);
    if (this.#dead || rows.join("\n") === this.#rows.join("\n")) return;
    this.#rows = rows;
    this.#changed();
  }
  #changed() {
    this.#revision += 1;
    if (this.#notifyTimer !== null) return;
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = null;
      for (const listener2 of this.#consoleListeners) listener2();
    }, CONSOLE_INTERVAL_MS);
    this.#notifyTimer.unref();
  }
  #die() {
    if (this.#dead) return;
    this.#dead = true;
    this.#revision += 1;
    for (const timer of [this.#notifyTimer, this.#screenTimer]) if (timer !== null) clearTimeout(timer);
    for (const listener2 of this.#consoleListeners) listener2();
  }
  #fail(reason) {
    if (this.#dead) return;
    this.#failure = reason;
    this.#die();
    for (const server of this.#servers) void server.close();
    for (const listener2 of this.#failureListeners.splice(0)) listener2(reason);
  }
};

// lib/adapters/hypervisors/qemu/qemu-process.ts
import { spawn as spawn2 } from "node:child_process";
import { rmSync as rmSync4 } from "node:fs";
import { createServer as createServer2 } from "node:net";
import path4 from "node:path";

// lib/adapters/hypervisors/qemu/vm-folder.ts
import { mkdtempSync as mkdtempSync2, readdirSync, rmSync as rmSync3 } from "node:fs";
import os2 from "node:os";
import path3 from "node:path";
var NAME = /^secondsite-vm-(\d+)-/;
function makeVmFolder(parent = os2.tmpdir()) {
  for (const name of readdirSync(parent)) {
    const owner = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isInteger(owner) && isDead(owner)) rmSync3(path3.join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync2(path3.join(parent, `secondsite-vm-${process.pid}-`));
}
function isDead(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

// lib/adapters/hypervisors/qemu/qemu-process.ts
var START_MS = 15e3;
var STDERR_KEEP = 4e3;
var TIED_TO_HOST = '{ read -r word <&3 || kill -KILL $$; } & exec "$@" 3<&-';
var QemuProcess = class {
  folder;
  #child = null;
  #ended = Promise.resolve("it was never started");
  #said = "";
  constructor() {
    this.folder = makeVmFolder();
  }
  /** Resolves with the reason once the process has ended. */
  get ended() {
    return this.#ended;
  }
  /** @throws Error with what QEMU said when it does not come up */
  async start(program, args) {
    const serial = await listener(path4.join(this.folder, "serial.sock"));
    const qmp = await listener(path4.join(this.folder, "qmp.sock"));
    const channels = [
      ...["-chardev", `socket,id=serial,path=${this.folder}/serial.sock`, "-serial", "chardev:serial"],
      ...["-chardev", `socket,id=qmp,path=${this.folder}/qmp.sock`, "-mon", "chardev=qmp,mode=control"]
    ];
    const child = spawn2("/bin/sh", ["-c", TIED_TO_HOST, "sh", program, ...args, ...channels], {
      stdio: ["ignore", "ignore", "pipe", "pipe"]
    });
    this.#child = child;
    child.stdio[3]?.on("error", () => void 0);
    child.stderr?.on("data", (text) => this.#said = (this.#said + text.toString()).slice(-STDERR_KEEP));
    this.#ended = new Promise((resolve) => {
      const end = (why) => resolve(`${why}${this.#said === "" ? "" : `: ${this.#said.trim()}`}`);
      child.on("error", (error) => end(error.message));
      child.on("exit", (code, signal) => end(`QEMU ended (${signal ?? `code ${String(code)}`})`));
    });
    try {
      const failed2 = this.#ended.then((reason) => Promise.reject(new Error(reason)));
      failed2.catch(() => void 0);
      const tooLate = timeout(START_MS);
      const connected = Promise.all([serial.first, qmp.first]);
      const [serialSocket, qmpSocket] = await Promise.race([connected, failed2, tooLate.promise]).finally(
        tooLate.cancel
      );
      return { serial: serialSocket, qmp: qmpSocket };
    } finally {
      serial.server.close();
      qmp.server.close();
    }
  }
  /** Gone, with its sockets, when it resolves. Idempotent. */
  async end() {
    const child = this.#child;
    if (child) {
      child.kill("SIGKILL");
      await this.#ended;
      const tie = child.stdio[3];
      if (tie && "end" in tie) tie.end("over\n");
    }
    rmSync4(this.folder, { recursive: true, force: true });
  }
};
async function listener(socketPath) {
  const server = createServer2();
  const first = new Promise((resolve) => server.once("connection", resolve));
  await listenOnUnixSocket(server, socketPath);
  return { server, first };
}
function timeout(ms) {
  let timer;
  const promise = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`QEMU did not answer within ${ms / 1e3} s`)), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

// lib/adapters/hypervisors/qemu/qemu-hypervisor.ts
var MIB = 1024 * 1024;
var LEAST_MEMORY_BYTES = 16 * MIB;
var MOST_DISKS = 4;
var QemuHypervisor = class {
  name = "qemu";
  #program;
  #kvm = null;
  constructor(options = {}) {
    this.#program = options.program ?? findQemu();
  }
  unavailableReason() {
    return this.#program === null ? qemuMissing() : null;
  }
  /** Whether machines run with KVM here; found out once. */
  hasKvm() {
    return this.#kvm ??= this.#program === null ? Promise.resolve(false) : probeKvm(this.#program);
  }
  async start(spec) {
    if (this.#program === null) throw cannotStart(spec, qemuMissing());
    if (spec.disks.length === 0) throw cannotStart(spec, "The machine has no disk to start from.");
    if (spec.disks.length > MOST_DISKS) throw cannotStart(spec, `QEMU attaches ${MOST_DISKS} disks at most here.`);
    const sector = new Uint8Array(512);
    for (const disk of spec.disks) await disk.prepare?.(0, sector.length);
    for (const disk of spec.disks) disk.read(0, sector);
    const accelerator = await this.hasKvm() ? "kvm" : "tcg";
    const qemu = new QemuProcess();
    const machine = new QemuMachine(spec.id, qemu);
    try {
      const drives = [];
      for (const [index, disk] of spec.disks.entries()) {
        const server = new NbdServer(disk, machine.diskHooks);
        machine.serves(server);
        const socketPath = path5.join(qemu.folder, `disk-${index}.sock`);
        await server.listen(socketPath);
        drives.push("-drive", driveOf(index, socketPath));
      }
      machine.attach(await qemu.start(this.#program, [...machineArgs(spec, accelerator), ...drives]));
      return machine;
    } catch (error) {
      await machine.powerOff();
      if (error instanceof Fault) throw error;
      throw cannotStart(spec, error instanceof Error ? error.message : String(error));
    }
  }
};
function machineArgs(spec, accelerator) {
  const memoryMib = Math.floor(Math.max(LEAST_MEMORY_BYTES, spec.memoryBytes) / MIB);
  return [
    ...["-accel", accelerator, "-machine", "pc", "-m", String(memoryMib)],
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-vga", "std", "-display", "none"],
    ...["-rtc", "base=utc", "-boot", "order=c,menu=off"]
  ];
}
function driveOf(index, socketPath) {
  return [
    ...["format=raw", "file.driver=nbd", "file.server.type=unix", `file.server.path=${socketPath}`],
    ...[`file.export=${EXPORT_NAME}`, "if=ide", `index=${index}`, "media=disk", "werror=report", "rerror=report"]
  ].join(",");
}
function cannotStart(spec, reason) {
  return new Fault({
    code: "MachineCannotStart",
    message: `${spec.name} cannot be started. ${reason}`,
    possibleCauses: reason,
    recommendedAction: "Remove the cause and start the machine again. Its disks are untouched."
  });
}

// lib/adapters/hypervisors/v86/v86-hypervisor.ts
import { readFileSync as readFileSync3 } from "node:fs";
import { createRequire } from "node:module";
import { V86 } from "v86";

// lib/adapters/hypervisors/v86/disk-bridge.ts
function bridgeDisk(disk, hooks) {
  const attempt = (buffer, access) => {
    if (hooks.isDead()) return false;
    try {
      access();
      return true;
    } catch (error) {
      hooks.onAccessFailed(buffer, error);
      return false;
    }
  };
  return {
    byteLength: disk.virtualSizeBytes,
    load() {
      this.onload?.({});
    },
    get(offset, length, done) {
      const answer = () => {
        const bytes = new Uint8Array(length);
        if (attempt(this, () => disk.read(offset, bytes))) done(bytes);
      };
      let waiting = null;
      const begun = attempt(this, () => {
        waiting = disk.prepare?.(offset, length) ?? null;
      });
      if (!begun) return;
      if (waiting === null) answer();
      else void waiting.then(answer, (error) => hooks.isDead() || hooks.onAccessFailed(this, error));
    },
    set(offset, bytes, done) {
      if (attempt(this, () => disk.write(offset, bytes))) done();
    },
    // Asked for sector 0 while the machine is put together, to guess a geometry that nothing here depends on. An error
    // would end in the emulator's own promise, where nobody hears it.
    get_from_cache(offset, length) {
      const bytes = new Uint8Array(length);
      attempt(this, () => disk.read(offset, bytes));
      return bytes;
    },
    get_and_cache(_offset, length, done) {
      done(new Uint8Array(length));
    },
    get_buffer(done) {
      done();
    },
    get_state: () => [],
    set_state: () => void 0
  };
}

// lib/adapters/hypervisors/v86/firmware.ts
import { existsSync, readFileSync as readFileSync2 } from "node:fs";
import path6 from "node:path";
var FIRMWARE_FOLDERS = [
  "/usr/share/seabios",
  "/usr/share/qemu",
  "/usr/local/share/qemu",
  "/opt/homebrew/share/qemu",
  "/usr/lib/ipxe/qemu"
];
var VGA_BIOS_NAMES = ["vgabios-stdvga.bin", "vgabios.bin"];
function findFirmware(folder2) {
  const folders = folder2 === void 0 ? FIRMWARE_FOLDERS : [folder2, ...FIRMWARE_FOLDERS];
  for (const candidate of folders) {
    const vgaBiosPath = findVgaBios([candidate, ...folders]);
    for (const name of ["bios.bin", "bios-256k.bin"]) {
      const biosPath = path6.join(candidate, name);
      if (vgaBiosPath !== null && existsSync(biosPath)) return { biosPath, vgaBiosPath, folder: candidate };
    }
  }
  return null;
}
function findVgaBios(folders) {
  for (const folder2 of folders) {
    for (const name of VGA_BIOS_NAMES) if (existsSync(path6.join(folder2, name))) return path6.join(folder2, name);
  }
  return null;
}
function loadFirmware(folder2) {
  const found = findFirmware(folder2);
  if (!found) return null;
  return { folder: found.folder, bios: readWhole(found.biosPath), vgaBios: readWhole(found.vgaBiosPath) };
}
function firmwareMissing(folder2) {
  const looked = [...folder2 === void 0 ? [] : [folder2], ...FIRMWARE_FOLDERS].join(", ");
  return `Machines cannot be started: the PC firmware SeaBIOS (bios.bin and vgabios-stdvga.bin) was not found in ${looked}. Install Debian's package seabios (apt-get install seabios), or QEMU, or name the folder that holds the two files.`;
}
function readWhole(file) {
  const bytes = readFileSync2(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

// lib/adapters/hypervisors/v86/internals.ts
function internalsOf(emulator) {
  return emulator;
}
var STATUS_READY = 64;
var STATUS_SEEK_DONE = 16;
var STATUS_ERROR = 1;
var ERROR_UNCORRECTABLE = 64;
var DMA_ACTIVE = 1;
var DMA_ERROR = 2;
function failCurrentCommand(emulator, buffer) {
  const { primary, secondary } = internalsOf(emulator).v86.cpu.devices.ide;
  for (const channel of [primary, secondary]) {
    for (const drive of channel ? [channel.master, channel.slave] : []) {
      if (drive.buffer !== buffer) continue;
      drive.status_reg = STATUS_READY | STATUS_SEEK_DONE | STATUS_ERROR;
      drive.error_reg = ERROR_UNCORRECTABLE;
      if ((drive.channel.dma_status & DMA_ACTIVE) !== 0) {
        drive.channel.dma_status = drive.channel.dma_status & ~DMA_ACTIVE | DMA_ERROR;
        drive.current_command = -1;
      }
      drive.push_irq();
    }
  }
}

// lib/adapters/hypervisors/v86/v86-machine.ts
var SERIAL_KEEP_CHARACTERS2 = 64 * 1024;
var CONSOLE_INTERVAL_MS2 = 100;
var NEWLINE = 10;
var V86Machine = class {
  id;
  #emulator = null;
  #dead = false;
  #failure = null;
  #diskProblem = null;
  #serial = "";
  #serialPiece = "";
  #lastRows = [];
  #revision = 0;
  #notifyTimer = null;
  #consoleListeners = /* @__PURE__ */ new Set();
  #serialListeners = /* @__PURE__ */ new Set();
  #failureListeners = [];
  constructor(id) {
    this.id = id;
  }
  /** Hooks of the drives; usable before the emulator exists. */
  diskHooks = {
    isDead: () => this.#dead,
    onAccessFailed: (buffer, cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#diskProblem = reason;
      if (cause instanceof Fault && this.#emulator) failCurrentCommand(this.#emulator, buffer);
      else this.#fail(`The machine's disk broke: ${reason}`);
    }
  };
  attach(emulator) {
    this.#emulator = emulator;
    emulator.add_listener("serial0-output-byte", (byte) => this.#takeSerial(byte));
    emulator.add_listener("screen-put-char", () => this.#changed());
    const core = internalsOf(emulator).v86;
    const tick = core.do_tick.bind(core);
    core.do_tick = () => {
      try {
        tick();
      } catch (error) {
        this.#fail(`The emulator stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
  }
  screen() {
    if (!this.#dead && this.#emulator) this.#lastRows = internalsOf(this.#emulator).screen_adapter.get_text_screen();
    return { rows: this.#lastRows, serial: this.#serial, revision: this.#revision };
  }
  onConsole(listener2) {
    this.#consoleListeners.add(listener2);
    return () => this.#consoleListeners.delete(listener2);
  }
  onSerial(listener2) {
    this.#serialListeners.add(listener2);
    return () => this.#serialListeners.delete(listener2);
  }
  failure() {
    return this.#failure;
  }
  onFailure(listener2) {
    if (this.#failure === null) this.#failureListeners.push(listener2);
    else listener2(this.#failure);
  }
  diskProblem() {
    return this.#diskProblem;
  }
  /** Guest writes are synchronous, so none is in flight between two turns of the event loop: dead is dead at once. */
  async powerOff() {
    this.#die();
    const emulator = this.#emulator;
    this.#emulator = null;
    if (!emulator) return;
    await emulator.stop();
    await emulator.destroy();
  }
  sendSerial(text) {
    if (!this.#dead) this.#emulator?.serial0_send(text);
  }
  #takeSerial(byte) {
    if (this.#dead) return;
    this.#serialPiece += String.fromCharCode(byte);
    if (byte === NEWLINE || this.#serialPiece.length >= 512) this.#flushSerial();
    this.#changed();
  }
  #flushSerial() {
    if (this.#serialPiece === "") return;
    const piece = this.#serialPiece;
    this.#serialPiece = "";
    this.#serial += piece;
    if (this.#serial.length > SERIAL_KEEP_CHARACTERS2 * 1.5) this.#serial = this.#serial.slice(-SERIAL_KEEP_CHARACTERS2);
    for (const listener2 of this.#serialListeners) listener2(piece);
  }
  #changed() {
    if (this.#dead) return;
    this.#revision += 1;
    if (this.#notifyTimer !== null) return;
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = null;
      this.#flushSerial();
      this.#tellConsole();
    }, CONSOLE_INTERVAL_MS2);
    this.#notifyTimer.unref();
  }
  #tellConsole() {
    for (const listener2 of this.#consoleListeners) listener2();
  }
  #die() {
    if (this.#dead) return;
    this.screen();
    this.#flushSerial();
    this.#dead = true;
    this.#revision += 1;
    if (this.#notifyTimer !== null) clearTimeout(this.#notifyTimer);
    this.#notifyTimer = null;
    this.#tellConsole();
  }
  #fail(reason) {
    if (this.#dead) return;
    this.#failure = reason;
    this.#die();
    for (const listener2 of this.#failureListeners.splice(0)) listener2(reason);
  }
};

// lib/adapters/hypervisors/v86/v86-hypervisor.ts
var MIB2 = 1024 * 1024;
var LEAST_MEMORY_BYTES2 = 16 * MIB2;
var MOST_MEMORY_BYTES = 512 * MIB2;
var VGA_MEMORY_BYTES = MIB2;
var MOST_DISKS2 = 2;
var V86Hypervisor = class {
  name = "v86";
  #firmwareFolder;
  #firmware = null;
  #wasm = null;
  constructor(options = {}) {
    this.#firmwareFolder = options.firmwareFolder;
  }
  unavailableReason() {
    return findFirmware(this.#firmwareFolder) ? null : firmwareMissing(this.#firmwareFolder);
  }
  async start(spec) {
    const firmware = this.#firmware ??= loadFirmware(this.#firmwareFolder);
    if (!firmware) throw cannotStart2(spec, firmwareMissing(this.#firmwareFolder));
    if (spec.disks.length === 0) throw cannotStart2(spec, "The machine has no disk to start from.");
    if (spec.disks.length > MOST_DISKS2) {
      throw cannotStart2(spec, `The embedded hypervisor attaches ${MOST_DISKS2} disks at most.`);
    }
    const sector = new Uint8Array(512);
    for (const disk of spec.disks) await disk.prepare?.(0, sector.length);
    for (const disk of spec.disks) disk.read(0, sector);
    const module = await (this.#wasm ??= compileEmulator());
    const machine = new V86Machine(spec.id);
    const emulator = new V86(optionsFor(spec, firmware, module, machine));
    await new Promise((resolve) => emulator.add_listener("emulator-ready", () => resolve()));
    machine.attach(emulator);
    await emulator.run();
    return machine;
  }
};
function optionsFor(spec, firmware, module, machine) {
  const [first, second] = spec.disks.map((disk) => bridgeDisk(disk, machine.diskHooks));
  return {
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
    memory_size: memoryFor(spec.memoryBytes),
    vga_memory_size: VGA_MEMORY_BYTES,
    bios: { buffer: firmware.bios.slice(0) },
    vga_bios: { buffer: firmware.vgaBios.slice(0) },
    ...first === void 0 ? {} : { hda: first },
    ...second === void 0 ? {} : { hdb: second },
    autostart: false,
    fastboot: true,
    disable_speaker: true,
    disable_keyboard: true,
    disable_mouse: true
  };
}
function memoryFor(bytes) {
  const power = 2 ** Math.floor(Math.log2(Math.max(1, bytes)));
  return Math.min(MOST_MEMORY_BYTES, Math.max(LEAST_MEMORY_BYTES2, power));
}
async function compileEmulator() {
  const require2 = createRequire(import.meta.url);
  return WebAssembly.compile(readFileSync3(require2.resolve("v86/build/v86.wasm")));
}
function cannotStart2(spec, reason) {
  return new Fault({
    code: "MachineCannotStart",
    message: `${spec.name} cannot be started. ${reason}`,
    possibleCauses: reason,
    recommendedAction: "Remove the cause and start the machine again. Its disks are untouched."
  });
}

// lib/compute/guest/ledger-format.ts
var SECTOR_BYTES = 512;
var RECORD_BYTES = 32;
var RECORDS_PER_SECTOR = SECTOR_BYTES / RECORD_BYTES;
var CONFIG_LBA = 1;
var TAIL_RECORDS = 256 * RECORDS_PER_SECTOR;
var RECORD_MAGIC = 1380209231;
var CONFIG_MAGIC = "SSGUEST1";
var MIX_FACTOR = 2654435761 | 0;
var HOST_NAME_BYTES = 32;
var TITLE_BYTES = 48;
function mix(state, view, offset, words) {
  let sum2 = state | 0;
  for (let index = 0; index < words; index += 1) {
    sum2 = Math.imul((sum2 << 5 | sum2 >>> 27) ^ view.getInt32(offset + index * 4, true), MIX_FACTOR);
  }
  return sum2 >>> 0;
}
function encodeConfig(config) {
  assert(/^[!-~]{1,31}$/.test(config.hostName), `host name "${config.hostName}" does not fit the guest`);
  assert(/^[ -~]{0,47}$/.test(config.title), `title "${config.title}" does not fit the guest`);
  assert(
    config.capacity > 0 && config.capacity % RECORDS_PER_SECTOR === 0,
    "capacity must be a multiple of 16 records"
  );
  assert(config.ticksPerOrder >= 1, "an order takes at least one timer tick");
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.write(CONFIG_MAGIC, 0, "latin1");
  sector.writeUInt32LE(1, 8);
  sector.writeUInt32LE(config.ledgerStartLba, 12);
  sector.writeUInt32LE(config.capacity, 16);
  sector.writeUInt32LE(config.ticksPerOrder, 20);
  sector.writeUInt32LE(config.ledgerId, 24);
  sector.write(config.hostName, 32, HOST_NAME_BYTES - 1, "latin1");
  sector.write(config.title, 64, TITLE_BYTES - 1, "latin1");
  sector.writeUInt32LE(mix(0, viewOf(sector), 0, 127), 508);
  return sector;
}
function decodeConfig(sector) {
  const bytes = Buffer.from(sector.buffer, sector.byteOffset, SECTOR_BYTES);
  if (bytes.toString("latin1", 0, 8) !== CONFIG_MAGIC) return null;
  if (bytes.readUInt32LE(508) !== mix(0, viewOf(bytes), 0, 127)) return null;
  return {
    hostName: textAt(bytes, 32, HOST_NAME_BYTES),
    title: textAt(bytes, 64, TITLE_BYTES),
    ledgerStartLba: bytes.readUInt32LE(12),
    capacity: bytes.readUInt32LE(16),
    ticksPerOrder: bytes.readUInt32LE(20),
    ledgerId: bytes.readUInt32LE(24)
  };
}
function encodeRecord(view, offset, record, chain) {
  const part = (from, to) => Number(record.at.slice(from, to));
  view.setUint32(offset, RECORD_MAGIC, true);
  view.setUint32(offset + 4, record.sequence, true);
  view.setUint16(offset + 8, part(0, 4), true);
  view.setUint8(offset + 10, part(5, 7));
  view.setUint8(offset + 11, part(8, 10));
  view.setUint8(offset + 12, part(11, 13));
  view.setUint8(offset + 13, part(14, 16));
  view.setUint8(offset + 14, part(17, 19));
  view.setUint8(offset + 15, 0);
  view.setUint32(offset + 16, record.amountCents, true);
  view.setUint32(offset + 20, record.startNumber, true);
  view.setUint32(offset + 24, record.picking, true);
  const checksum = mix(chain, view, offset, 7);
  view.setUint32(offset + 28, checksum, true);
  return checksum;
}
function verifyRecord(view, offset, sequence, chain) {
  if (view.getUint32(offset, true) !== RECORD_MAGIC || view.getUint32(offset + 4, true) !== sequence) return null;
  const checksum = mix(chain, view, offset, 7);
  return view.getUint32(offset + 28, true) === checksum ? checksum : null;
}
function recordIsEmpty(view, offset) {
  for (let at = offset; at < offset + RECORD_BYTES; at += 4) if (view.getUint32(at, true) !== 0) return false;
  return true;
}
function recordTime(view, offset) {
  const two = (at) => String(view.getUint8(offset + at)).padStart(2, "0");
  const year = String(view.getUint16(offset + 8, true)).padStart(4, "0");
  return `${year}-${two(10)}-${two(11)}T${two(12)}:${two(13)}:${two(14)}`;
}
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function textAt(bytes, offset, length) {
  const end = bytes.indexOf(0, offset);
  return bytes.toString("latin1", offset, end < 0 ? offset + length : Math.min(end, offset + length));
}

// lib/compute/guest/ledger-image.ts
var LEDGER_IMAGE_BASE64 = "6gV8AAD6McCO2I7AjtC8AHz7/IgWAGW9BQBmxwYAYxAABwBmxwYEYwB+AABmxwYIYwEAAABmxwYMYwAAAAC+AGO0QooWAGXNEw+DswNNdcq+ZXyshMB0CbQOuwcAzRDr8vr06/xUaGUgc3lzdGVtIGRpc2sgY2Fubm90IGJlIHJlYWQuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABTU1RFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVaoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAL8BZblDADDA86roQAa4AwDNELQBuQAgzRC+AH65fwBmMcDo9wJmOwb8f3ULZoE+AH5TU0dVdBXoTgW+2IroTgXo3gW7AQLoJwbpgwDoXAa/PGXovQToowFmoQhlZqMQZWb/BhRlgD4BZQB1A+jBAujHBugrB+hYCOgUCOhUAGbHBjRlAAAAAPv06EYA6G8A6KsHgD4BZQB17oA+AmUAdRlmoTRlZjsGFH5y3GbHBjRlAAAAAOi7AuvOZqEsZWYrBjBlZj22AAAAcr3oigDruPTr/WahbARmicJmKwYoZXMGZgWwABgAZokWKGVmPQcAAQB3CmYBBixlZgEGNGXDuv0D7KgBdFC6+APsPFN0CTxSdezoQgDr54A+AWUAdS3oVAByKMYGAmUBZqEsZWajMGW+kYvoMgC+uYvoUgRmoQRo6FQE6NsE6EYH67O+oovoFwDozQTrqMPGBgJlAL7Ai+gGAOi8BOknB+gdBOggBGahCGXpIgS5AELoagByWmaBPgBoTUFSS3UK6E0AZjsGHGh0Fb8AaLmAAGYxwPNmq2bHBgBoTUFSS2b/BgRovwho6GADZqEIZWajEGhmoRRlZqMUaGahDGVmoxho6AsAZqMcaLkAQ+gOAMO+AGi5BwBmoRh+6TcBZoseDH5mS2a4AQAAAGa6AGgAAOnWAmahGH5mowxlZqEMfmajJGVmoRB+ZsHoBGajIGVmoSBlZoXAdEpmg/hAdgZmuEAAAABmUGaLHiRlZroAAAAQuQBC6JICZlhyKGYpBiBlZgEGJGWJwcHhBB64ABCO2DH2UegTAFlyCIPGIOL0H+uuH8PGBgFlAsMmgD4cZQB1b2aLBGaFwHRXZj1PUkRSD4WJACZmoQhlZkBmO0QEdXxWuQcAJmahDGXoeABeZjtEHHVpJmajDGVmi0QUJmajFGUmiz4IZSZm/wYIZYPnB8HnBYHHAGJWuQgA82alXvjDJsYGHGUBJmbHBhhlABAAAGaLBGYLRARmC0QIZgtEDGYLRBBmC0QUZgtEGGYLRBx1CyZmgy4YZQF0CPjDJsYGAWUB+cNmwcAFZjMEZmnAsXk3noPGBOLtw2ahCGVmOwYQfnMqqA90JmbB6ARmAwYMfmaJw2a4AQAAAGa6AGAAALkAQuh0AXMSxgYBZQLDvwBguYAAZjHA82arw2ahCGVmOwYQfnIkgD4EZQAPhToBxgYEZQHo+gG+ZIvo+gFmoQhl6PwB6IMC6e4Eg+APweAFBQBgicVmx0YAT1JEUmahCGVmQGaJRgSNfgjoTgFmoRRlZolGFGahDGVmwcAHZjMGbARmiUYYZg+3wGbR6GYF8wEAAGaJRhCJ7rkHAGahDGXoIv9miUYcZoseCGVmwesEZgMeDH5muAEAAABmugBgAAC5AENV6LIAXXJqZotGHGajDGWLPghlg+cHwecFgccAYonuuQgA82alZv8GCGX2BghlD3UD6OH+6DYBvl2L6DYBZqEIZeg4AbAg6CgB6FoAg8YIsFToZQGwIOgYAehKAGaLRBDoGQHooAHGBgNlAOgXA+kDBInvuQgAZjHA82arxgYDZQHo6QC+eIvo6QCgBWXoFQG+iYvo3QBmoQhlZkDo3QDoZAHpzwPDizYIZU6D5gfB5gWBxgBiw6MCY8cGAGMQAGaJFgRjZokeCGNmxwYMYwAAAAC9AwCJx4k+AmOJyL4AY4oWAGVRV1XNE11fWXMIiCYFZU114vnDVYn9tATNGnL6UVK0As0acldRUrQEzRqJ1lpZWzneWHXiUIjo6EUAiEYEiMjoPQCIRgWI8Og1AIhGBsZGBwCI+OgpAIhGAojY6CEAiEYDWojw6BgAsWT24YnBiNDoDQAw5AHIiUYAXcNaWeuXiMTA7AQkD9UKw78AZMOqw6yEwHQDquv4w2ZTZrsKAAAAMclmMdJm9/NSQWaFwHXzWAQwquL6ZlvD1AqGxAUwMKvDUMDoBOgDAFgkDzwKcgIEBwQwqsNQZg+3BOi7/7AtqopEAujS/7AtqopEA+jJ/1iqikQE6MH/sDqqikQF6Lj/sDqqikQG67BmMdJmU2a7ZAAAAGb382ZbUuh8/7Auqljrlle+AGQ5/nMGrOgOAOv2sA3oBwCwCugCAF/DULr9A7n//+yoIOH7WLr4A+7DuvsDsIDuuvgDsAHuQjDA7rr7A7AD7rr6A7AH7rr5AzDA7sO0H4n9vgBkUA+2x7Kg9uKJxw+2w9HgAcdYuU4AKNkGaAC4B7AgOe5zAawmOQV0AyaJBYPHAuLsB4nvwwZoALgHMf+50Ae4IB/zq75GibkEAFGtice0G6yrsMS5TgDzq6yrWeLsv6AAuRcAJoA9IHULuLMbJokFJomFngCBx6AA4ukH6JP+viB+6JP+vqCJ6I3+vkB+6If+uwMBtB7oY/++VomshMB0E4jHswPoav7obf5WtBvoS/9e6+joW/6+ponoW/67FgbpN//oTP6APgFlAXQcgD4BZQJ0Jr69ieg+/mahEGXoQP6+wonoMf7rHb7ciegp/mahCGVmQOgp/usMvu6J6Bj+oAVl6ET+uxYG6O7+6AP+vjxlsCDoR/6+Boro+/1moRRl6P39uxYH6dD+6OX9ZqEIZejt/bsWBLQe6MD+6NP9vh+KZoM+CGUAdA7o/vyDxgiwIOgJ/r4aiui9/bsWBeiZ/maLDghltw1n41uA/xVzVmZRU+ic/bAj6Jv9ZonIUeif/VmB/wxkcwewIOiI/evzic5Og+YHweYFgcYIYrAgVui7/V6wIOht/ehq/ehn/WaLRAjo2/1bU7MF6D3+W2ZZZkn+x+uiw2ahLGVmugUAAABm9+Jmu1sAAABm9/NmOwY4ZXQ0ZqM4Zegn/WYx0ma7EA4AAGb381LoJv1YULA6qlixPPbxUOg4/bA6qliI4Ogv/bsWCOni/cPo9vy0Gr4oioA+AmUAdAO+NoqAPgRlAHQFtBy+YoqAPgNlAHQFtBy+iIqAPgFlAHQFtBy+p4pQ6MX8WLsWCemi/ei1/L74iui1/L4gfuiv/L4Pi+ip/GahFGXoq/y+FouAPgFlAHQbviGLgD4BZQJ0Eb40i+iI/GahCGVmQOiI/OsD6Hr8vkiL6HT8ZqEIZeh2/L5Ri+hn/GaDPghlAHQO6I/7g8YIsFTomvzp5Py+WIvoS/zp2/wAANq/QAHDtOAGw7QAD8DZBE9yZGVycwAFTGFzdCBvcmRlcgAGTGVkZ2VyIGNoZWNrAAdTdGFydGVkAAhVcCBmb3IACVN0YXRlAAxOZXdlc3Qgb3JkZXJzAAAgIMQgIAByZWFkaW5nIHRoZSBsZWRnZXIgLi4uAE9LLCAAIG9yZGVycyB2ZXJpZmllZCBhdCBzdGFydABEQU1BR0VEIGF0IG9yZGVyIABVTlJFQURBQkxFLCBkaXNrIGVycm9yIAAgVVRDLCBzdGFydCBudW1iZXIgACBVVEMAbm9uZSB5ZXQAdGFraW5nIG9yZGVycwBwYXVzZWQ6IGV2ZXJ5dGhpbmcgY29uZmlybWVkIGlzIG9uIHRoZSBkaXNrAExFREdFUiBGVUxMOiBubyBtb3JlIG9yZGVycyBhcmUgdGFrZW4ARElTSyBXUklURSBFUlJPUjogdHJ5aW5nIGFnYWluAHN0b3BwZWQ6IG5vIG9yZGVycyBhcmUgdGFrZW4gb24gYSBkYW1hZ2VkIGxlZGdlcgBTRUNPTkRTSVRFLUdVRVNUIGNvbmZpZz1kYW1hZ2VkAFNFQ09ORFNJVEUtR1VFU1QgaG9zdD0AIGJvb3Q9ACBsZWRnZXI9b2sAIGxlZGdlcj11bnJlYWRhYmxlACBsZWRnZXI9ZGFtYWdlZCBhdD0AIG9yZGVycz0AIGxhc3Q9AG5vbmUAT1JERVIgAExFREdFUi1GVUxMIG9yZGVycz0ARElTSy1FUlJPUiBjb2RlPQAgb3JkZXI9AFFVSUVTQ0VEIG9yZGVycz0AUVVJRVNDRS1GQUlMRUQgb3JkZXJzPQAgbWFyaz0AUkVTVU1FRCBvcmRlcnM9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

// lib/compute/guest/ledger.ts
var CHUNK_BYTES = 64 * 1024;
function installLedgerGuest(disk, config) {
  const image = Buffer.from(LEDGER_IMAGE_BASE64, "base64");
  const ledgerEnd = config.ledgerStartLba * SECTOR_BYTES + config.capacity * RECORD_BYTES;
  assert((config.ledgerStartLba - 1) * SECTOR_BYTES >= image.length, "the mark or the ledger overwrites the program");
  assert(ledgerEnd <= disk.virtualSizeBytes, "the ledger does not fit on the disk");
  writePartitionTable(image, disk.virtualSizeBytes / SECTOR_BYTES);
  image.set(encodeConfig(config), CONFIG_LBA * SECTOR_BYTES);
  disk.write(0, image);
}
function writePartitionTable(image, sectors) {
  const entry = 446;
  const first = Math.min(2048, sectors - 1);
  image.set([128, 254, 255, 255, 218, 254, 255, 255], entry);
  image.writeUInt32LE(first, entry + 8);
  image.writeUInt32LE(Math.min(sectors - first, 4294967295), entry + 12);
}
function writeOrders(disk, config, orders) {
  assert(orders.length <= config.capacity, "more orders than the ledger holds");
  const sectors = Math.ceil(orders.length / RECORDS_PER_SECTOR);
  if (sectors === 0) return;
  const bytes = new Uint8Array(sectors * SECTOR_BYTES);
  let chain = config.ledgerId;
  orders.forEach((order, index) => {
    const record = { sequence: index + 1, ...order, startNumber: 1, picking: Math.imul(index + 1, 2654435761) >>> 0 };
    chain = encodeRecord(viewOf(bytes), index * RECORD_BYTES, record, chain);
  });
  disk.write(config.ledgerStartLba * SECTOR_BYTES, bytes);
}
var LedgerReader = class {
  #config = null;
  #count = 0;
  #chain = 0;
  #lastAt = null;
  read(disk) {
    if (disk.virtualSizeBytes < (CONFIG_LBA + 1) * SECTOR_BYTES) return null;
    const sector = new Uint8Array(SECTOR_BYTES);
    disk.read(CONFIG_LBA * SECTOR_BYTES, sector);
    const config = decodeConfig(sector);
    if (!config) return null;
    if (!this.#continues(disk, config, sector)) this.#restart(config, sector);
    const damagedAt = this.#scan(disk, config);
    const state = {
      hostName: config.hostName,
      count: this.#count,
      lastAt: this.#lastAt,
      verdict: damagedAt === null ? "ok" : "damaged",
      damagedAt
    };
    if (damagedAt !== null) this.#config = null;
    return state;
  }
  #restart(config, sector) {
    this.#config = sector;
    this.#count = 0;
    this.#chain = config.ledgerId;
    this.#lastAt = null;
  }
  #continues(disk, config, sector) {
    if (!this.#config || this.#count === 0 || Buffer.compare(this.#config, sector) !== 0) return false;
    const bytes = new Uint8Array(SECTOR_BYTES);
    const last = this.#count - 1;
    disk.read((config.ledgerStartLba + Math.floor(last / RECORDS_PER_SECTOR)) * SECTOR_BYTES, bytes);
    const offset = last % RECORDS_PER_SECTOR * RECORD_BYTES;
    return viewOf(bytes).getUint32(offset + 28, true) === this.#chain && recordTime(viewOf(bytes), offset) === this.#lastAt;
  }
  /** Returns the sequence number of the damaged order, or null. */
  #scan(disk, config) {
    const bytes = new Uint8Array(CHUNK_BYTES);
    let record = this.#count - this.#count % RECORDS_PER_SECTOR;
    let emptyLeft = null;
    while (record < config.capacity) {
      const length = Math.min(CHUNK_BYTES, (config.capacity - record) * RECORD_BYTES);
      const chunk = bytes.subarray(0, length);
      disk.read(config.ledgerStartLba * SECTOR_BYTES + record * RECORD_BYTES, chunk);
      const view = viewOf(chunk);
      for (let offset = 0; offset < length; offset += RECORD_BYTES, record += 1) {
        if (record < this.#count) continue;
        if (emptyLeft === null && view.getUint32(offset, true) !== 0) {
          if (!this.#accept(view, offset)) return this.#count + 1;
          continue;
        }
        emptyLeft ??= TAIL_RECORDS;
        if (!recordIsEmpty(view, offset)) return this.#count + 1;
        emptyLeft -= 1;
        if (emptyLeft === 0) return null;
      }
    }
    return null;
  }
  #accept(view, offset) {
    const checksum = verifyRecord(view, offset, this.#count + 1, this.#chain);
    if (checksum === null) return false;
    this.#chain = checksum;
    this.#count += 1;
    this.#lastAt = recordTime(view, offset);
    return true;
  }
};

// lib/compute/host-refusals.ts
function machineUnknown(id) {
  return new Refusal("notFound", {
    code: "MachineNotFound",
    message: `There is no machine '${id}' on this host.`,
    possibleCauses: "It was removed, or it belongs to another host.",
    recommendedAction: "List the host's machines."
  });
}
function diskUnknown(machineName, id) {
  return new Refusal("notFound", {
    code: "DiskNotFound",
    message: `The machine '${machineName}' has no disk '${id}'.`,
    possibleCauses: "The disk was removed from the machine since it was protected.",
    recommendedAction: "Look at the machine's disks and choose again."
  });
}
function machineNotBootable(name) {
  return new Refusal("notAllowed", {
    code: "MachineNotBootable",
    message: `The machine '${name}' cannot be started here.`,
    possibleCauses: "It comes from a folder of disk images: its images are served for replication only.",
    recommendedAction: "Start it where it lives, or run a test failover to start its replica."
  });
}
function hypervisorUnavailable(name, reason) {
  return new Fault({
    code: "HypervisorUnavailable",
    message: `The machine '${name}' was not started. ${reason}`,
    possibleCauses: "This computer has no hypervisor that can be used.",
    recommendedAction: "Install what is missing and start the machine again. Its disks are untouched."
  });
}
function badRequest(reason) {
  return new Refusal("invalid", {
    code: "RequestNotValid",
    message: `The compute host cannot use this request: ${reason}`,
    possibleCauses: "The program that sent it has another version, or a bug.",
    recommendedAction: "Bring both to the same version."
  });
}
function diskNotWhole(name) {
  return new Refusal("conflict", {
    code: "DiskNotWhole",
    message: `'${name}' was started instantly and has not come from the vault completely.`,
    possibleCauses: "It is still being completed behind the running machine.",
    recommendedAction: "Wait until its virtual machine's page says that the disk is complete, then try again."
  });
}
function hypervisorNotUsable(reason) {
  return new Refusal("conflict", {
    code: "HypervisorUnavailable",
    message: `This hypervisor cannot be chosen. ${reason}`,
    possibleCauses: "It is not installed on this computer.",
    recommendedAction: "Install it and choose it again, or stay with the one that is chosen."
  });
}

// lib/compute/block-supply.ts
var noBlocks = (imagePath) => {
  throw new Fault({
    code: "NoBlockSupply",
    message: `'${imagePath}' is not complete, and this host has no way to the vault that it comes from.`,
    possibleCauses: "A disk that was started instantly in the region was moved to another host.",
    recommendedAction: "Use it where it was made, until its virtual machine's page says that it is complete."
  });
};

// lib/compute/machine-store.ts
import { z as z4 } from "zod";

// lib/compute/host-protocol.ts
import { z as z3 } from "zod";
var Id = z3.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
var Explanation = z3.object({
  code: z3.string(),
  message: z3.string(),
  possibleCauses: z3.string(),
  recommendedAction: z3.string()
});
var MachineDefinition = z3.object({
  id: Id,
  name: z3.string(),
  generation: z3.union([z3.literal(1), z3.literal(2)]).default(1),
  osType: z3.enum(["Windows", "Linux", "Other"]).default("Other"),
  memoryBytes: z3.number().int().positive(),
  cpuCount: z3.number().int().positive().default(1),
  /** Absolute paths, boot disk first. */
  disks: z3.array(
    z3.object({
      id: Id,
      name: z3.string(),
      path: z3.string().startsWith("/"),
      role: z3.enum(["os", "data"]),
      /** Why the file is not opened, whatever it is: who described the machine pointed somewhere else. */
      refused: Explanation.optional()
    })
  ),
  /** Whether the host should run it: `running` also after a restart of the host. */
  desired: z3.enum(["running", "off"]),
  /** False: the images are served for replication, but this machine cannot be started (a folder of somebody's disks). */
  bootable: z3.boolean().default(true),
  attachments: z3.object({ passThrough: z3.boolean(), iscsi: z3.boolean(), sharedVhd: z3.boolean(), fibreChannel: z3.boolean() }).default({ passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false })
});
var DiskStatus = z3.object({
  id: z3.string(),
  name: z3.string(),
  path: z3.string(),
  role: z3.enum(["os", "data"]),
  /** Null when the image could not be opened; `problem` says why. */
  format: z3.enum(DISK_FORMATS).nullable(),
  virtualSizeBytes: z3.number(),
  allocatedBytes: z3.number(),
  problem: Explanation.nullable(),
  /** Bytes written since the last committed cut. */
  pendingBytes: z3.number(),
  /** There while the disk is not an ordinary one yet (lib/engine/on-demand). */
  onDemand: z3.object({
    stage: z3.enum(["hydrating", "merging"]),
    /** What the guest wrote and the image does not hold yet; null while the disk is closed. */
    overlayBytes: z3.number().nullable(),
    /** Why blocks cannot be had at the moment: the guest's reads wait for them. Null: nothing waits. */
    waiting: z3.string().nullable()
  }).optional()
});
var MachineStatus = MachineDefinition.extend({
  power: z3.enum(["off", "starting", "running", "stopping", "failed"]),
  powerProblem: z3.string().nullable(),
  tracking: z3.boolean(),
  disks: z3.array(DiskStatus),
  /**
   * Confirmed orders so far, where the guest is our ledger guest: from its console while it runs, from its disk while it
   * is off. `lastAt` is the guest's clock, UTC, `2026-11-22T18:00:01Z`.
   */
  orders: z3.object({ count: z3.number(), lastAt: z3.string().nullable(), verdict: z3.enum(["ok", "damaged"]) }).nullable(),
  /** What the guest last complained about on its console (it cannot write to its disk, its ledger is full); or null. */
  guestProblem: z3.string().nullable()
});
var HostStatus = z3.object({
  hostName: z3.string(),
  pid: z3.number(),
  /** Changes at every start of the host process: cuts of an earlier epoch are void. */
  epoch: z3.string(),
  hypervisor: z3.string(),
  hypervisorProblem: z3.string().nullable(),
  /** All that can be chosen; `problem` says why one cannot be used here. */
  hypervisors: z3.array(z3.object({ name: z3.string(), problem: z3.string().nullable() })).optional(),
  machines: z3.array(MachineStatus),
  /** What the host found wrong at its start and went on without: unreadable machine definitions. */
  problems: z3.array(z3.string())
});
var HypervisorRequest = z3.object({ name: z3.string().max(32) });
var ConsoleView = z3.object({
  power: MachineStatus.shape.power,
  rows: z3.array(z3.string()),
  serial: z3.string(),
  revision: z3.number(),
  orders: MachineStatus.shape.orders,
  powerProblem: z3.string().nullable(),
  /** What the ledger guest found on its disk when it started, in its own words on the serial port; null before. */
  bootReport: z3.object({ orders: z3.number(), verdict: z3.enum(["ok", "damaged"]) }).nullable(),
  /** Milliseconds from power-on to the first line of the serial port; null before it came. */
  firstLineMs: z3.number().nullable()
});
var TrackingRequest = z3.object({
  enabled: z3.boolean(),
  /** Which disks; all of them when left out. Enabling ends the logs of the disks not named. */
  diskIds: z3.array(z3.string()).min(1).optional()
});
var CutRequest = z3.object({
  /** Chosen by the host when left out. */
  cutId: Id.optional(),
  /** Which disks; all of them when left out. */
  diskIds: z3.array(z3.string()).min(1).optional(),
  /** Ask the guest first to bring its data to rest; it goes on as soon as the cut is taken. */
  quiesce: z3.boolean().optional()
});
var ReleaseRequest = z3.object({
  /** What the cut holds is safe elsewhere: the write logs up to it are dropped. */
  committed: z3.boolean(),
  /** With `committed`: the name of the point that now holds it. Later cuts return it. */
  baseline: z3.string().max(256).nullable().default(null)
});
var CutDisk = z3.object({
  diskId: z3.string(),
  imagePath: z3.string(),
  format: z3.enum(DISK_FORMATS),
  virtualSizeBytes: z3.number(),
  /** Blocks overwritten since the cut, as they were at the cut (lib/engine/tracking/preserve-log). Null: nobody writes. */
  preservePath: z3.string().nullable(),
  /** Closed write logs since the last committed cut, oldest first. Null: unknown, everything must be read. */
  writeLogPaths: z3.array(z3.string()).nullable()
});
var Quiesced = z3.discriminatedUnion("state", [
  z3.object({
    state: z3.literal("quiesced"),
    /** The application's own mark, found on the disk at the cut. */
    mark: z3.object({ sequence: z3.number(), orders: z3.number(), at: z3.string() })
  }),
  z3.object({ state: z3.literal("notAvailable"), problem: Explanation }),
  z3.object({ state: z3.literal("failed"), problem: Explanation })
]);
var Cut = z3.object({
  cutId: z3.string(),
  epoch: z3.string(),
  at: z3.string(),
  disks: z3.array(CutDisk),
  /**
   * The name that the last committed release gave to its point; null when none did. The write logs cover at least what
   * changed since that point (after a kill they may begin one point earlier).
   */
  baseline: z3.string().nullable(),
  /** The application's own mark at the instant of the cut: read from the disk, not from the console. */
  orders: z3.object({ count: z3.number(), lastAt: z3.string().nullable() }).nullable(),
  /** Null when it was not asked for. */
  quiesced: Quiesced.nullable().default(null)
});
var GROUP_MACHINES_MAX = 16;
var GroupCutRequest = z3.object({
  machines: z3.array(CutRequest.extend({ machineId: z3.string() })).min(1).max(GROUP_MACHINES_MAX)
});
var GroupCut = z3.object({
  at: z3.string(),
  machines: z3.array(
    z3.union([
      z3.object({ machineId: z3.string(), cut: Cut }),
      /** This machine could not be cut; the cuts of the others stand. */
      z3.object({ machineId: z3.string(), error: Explanation })
    ])
  )
});

// lib/compute/json-file.ts
function writeJsonFile(fileSystem, path8, value) {
  const temporary = `${path8}.new`;
  const file = fileSystem.create(temporary, { replace: true });
  try {
    file.write(0, Buffer.from(`${JSON.stringify(value, null, 2)}
`, "utf8"));
    file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(temporary, path8);
}
function readJsonFile(fileSystem, path8) {
  const file = fileSystem.open(path8, "read");
  try {
    const bytes = Buffer.alloc(file.sizeBytes());
    const length = file.read(0, bytes);
    return JSON.parse(bytes.toString("utf8", 0, length));
  } finally {
    file.close();
  }
}

// lib/compute/machine-store.ts
var HypervisorFile = z4.object({ name: z4.string() });
var ReplicationState = z4.object({
  trackedDiskIds: z4.array(z4.string()),
  /** Name of the point that the last committed release stands for. */
  baseline: z4.string().nullable()
});
var NOT_REPLICATED = { trackedDiskIds: [], baseline: null };
var MachineStore = class {
  #fileSystem;
  #home;
  constructor(fileSystem, home) {
    this.#fileSystem = fileSystem;
    this.#home = home;
    fileSystem.makeFolder(`${home}/machines`);
    fileSystem.makeFolder(`${home}/replication`);
  }
  /** The chosen hypervisor's name; null: none was chosen. */
  hypervisor() {
    const path8 = `${this.#home}/hypervisor.json`;
    if (!this.#fileSystem.exists(path8)) return null;
    return HypervisorFile.parse(readJsonFile(this.#fileSystem, path8)).name;
  }
  saveHypervisor(name) {
    writeJsonFile(this.#fileSystem, `${this.#home}/hypervisor.json`, { name });
  }
  trackingFolder(id) {
    return `${this.#home}/tracking/${id}`;
  }
  /** Definitions that cannot be read are left in place and reported, so that one bad file does not take a site down. */
  load() {
    const definitions = [];
    const problems = [];
    for (const name of this.#fileSystem.list(`${this.#home}/machines`)) {
      if (!name.endsWith(".json")) continue;
      const path8 = `${this.#home}/machines/${name}`;
      try {
        definitions.push(MachineDefinition.parse(readJsonFile(this.#fileSystem, path8)));
      } catch (error) {
        problems.push(`The machine definition ${path8} cannot be used: ${reasonOf(error)}`);
      }
    }
    return { definitions, problems };
  }
  save(definition) {
    writeJsonFile(this.#fileSystem, `${this.#home}/machines/${definition.id}.json`, definition);
  }
  replication(id) {
    const path8 = this.#replicationPath(id);
    if (!this.#fileSystem.exists(path8)) return NOT_REPLICATED;
    return ReplicationState.parse(readJsonFile(this.#fileSystem, path8));
  }
  saveReplication(id, state) {
    writeJsonFile(this.#fileSystem, this.#replicationPath(id), state);
  }
  /** Forgets the machine. Its logs must have been ended before (TrackedDisk.disableTracking). */
  remove(id) {
    this.#fileSystem.remove(this.#replicationPath(id));
    this.#fileSystem.remove(`${this.#home}/machines/${id}.json`);
  }
  #replicationPath(id) {
    return `${this.#home}/replication/${id}.json`;
  }
};
function reasonOf(error) {
  if (error instanceof z4.ZodError) {
    return error.issues.map((issue) => `${issue.path.join(".") || "(whole)"}: ${issue.message}`).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}

// lib/compute/guest/ledger-serial.ts
var BOOT = /^SECONDSITE-GUEST host=(\S+) boot=(\d+) ledger=(ok|damaged|unreadable)(?: at=(\d+))? orders=(\d+) last=(\S+)$/;
var ORDER = /^ORDER (\d+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) (\d+)$/;
var DISK_ERROR = /^DISK-ERROR code=([0-9A-F]{2}) order=(\d+)$/;
var COUNTED = /^(LEDGER-FULL|QUIESCE-FAILED|RESUMED) orders=(\d+)$/;
var COUNTED_KINDS = { "LEDGER-FULL": "full", "QUIESCE-FAILED": "quiesceFailed", RESUMED: "resumed" };
var QUIESCED = /^QUIESCED orders=(\d+)(?: mark=(\d+))?$/;
function parseGuestLine(line) {
  const order = ORDER.exec(line);
  if (order) return { kind: "order", sequence: Number(order[1]), at: order[2] ?? "", amountCents: Number(order[3]) };
  const boot = BOOT.exec(line);
  if (boot) return bootLine(boot);
  const fault = DISK_ERROR.exec(line);
  if (fault) return { kind: "diskError", code: parseInt(fault[1] ?? "", 16), order: Number(fault[2]) };
  const counted = COUNTED.exec(line);
  if (counted) {
    return { kind: COUNTED_KINDS[counted[1]], orders: Number(counted[2]) };
  }
  const quiesced = QUIESCED.exec(line);
  if (quiesced) {
    const mark = quiesced[2] === void 0 ? null : Number(quiesced[2]);
    return { kind: "quiesced", orders: Number(quiesced[1]), mark };
  }
  return line === "SECONDSITE-GUEST config=damaged" ? { kind: "badConfiguration" } : null;
}
function bootLine(match) {
  return {
    kind: "boot",
    hostName: match[1] ?? "",
    startNumber: Number(match[2]),
    verdict: match[3],
    damagedAt: match[4] === void 0 ? null : Number(match[4]),
    orders: Number(match[5]),
    lastAt: match[6] === "none" ? null : match[6] ?? null
  };
}
var GuestSerialFollower = class {
  #partial = "";
  #orders = null;
  #problem = null;
  #listeners = /* @__PURE__ */ new Set();
  /** Null until the guest has reported its ledger. */
  get orders() {
    return this.#orders;
  }
  /** What the guest last complained about, null when the last thing it said was good. */
  get problem() {
    return this.#problem;
  }
  /** Every line that the guest says from now on. Returns the unsubscribe function. */
  onLine(listener2) {
    this.#listeners.add(listener2);
    return () => this.#listeners.delete(listener2);
  }
  push(text) {
    const lines = (this.#partial + text).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-1024);
    for (const line of lines) this.#take(parseGuestLine(line.replace(/\r$/, "")));
  }
  #take(line) {
    if (line === null) return;
    for (const listener2 of this.#listeners) listener2(line);
    switch (line.kind) {
      case "boot":
        this.#orders = { count: line.orders, lastAt: line.lastAt, verdict: line.verdict === "ok" ? "ok" : "damaged" };
        this.#problem = line.verdict === "ok" ? null : `The ledger is ${line.verdict}.`;
        return;
      case "order":
        this.#orders = { count: line.sequence, lastAt: line.at, verdict: "ok" };
        this.#problem = null;
        return;
      case "diskError":
        this.#problem = `The guest could not write order ${line.order} to its disk (BIOS code ${line.code}).`;
        return;
      case "full":
        this.#problem = `The ledger is full with ${line.orders} orders.`;
        return;
      case "badConfiguration":
        this.#problem = "The guest's configuration sector is damaged.";
        return;
      case "quiesced":
      case "quiesceFailed":
      case "resumed":
        return;
    }
  }
};

// lib/compute/guest-quiesce.ts
var ANSWER_MS2 = 5e3;
async function quiesceGuest(machine, follower, clock) {
  const { name, running } = machine;
  if (running === null) return notAvailable(`${name} is not running.`);
  if (follower.orders === null) return notAvailable(`Nothing in ${name} answers on its first serial port.`);
  const waiting = new AbortController();
  const answered = new Promise((resolve) => {
    const unsubscribe = follower.onLine((line) => {
      if (line.kind === "quiesced") resolve(fromAnswer(name, line.orders, line.mark));
      if (line.kind === "quiesceFailed") resolve(failed(refused(name)));
    });
    waiting.signal.addEventListener("abort", unsubscribe, { once: true });
  });
  const silence = clock.sleep(ANSWER_MS2, waiting.signal).then(
    () => failed(silent(name)),
    () => failed(silent(name))
  );
  running.sendSerial("S");
  const answer = await Promise.race([answered, silence]);
  waiting.abort();
  return answer;
}
function provenOnDisk(name, answer, mark, ordersAtCut) {
  if (answer.state !== "quiesced") return answer;
  const stands = mark?.sequence === answer.mark && mark.orders === answer.orders && ordersAtCut === answer.orders;
  if (!stands || mark === null) return failed(markNotFound(name, answer.mark));
  return { state: "quiesced", mark: { sequence: mark.sequence, orders: mark.orders, at: `${mark.at}Z` } };
}
function fromAnswer(name, orders, mark) {
  return mark === null ? failed(withoutMark(name)) : { state: "quiesced", orders, mark };
}
function failed(problem) {
  return { state: "failed", problem };
}
function notAvailable(message) {
  return {
    state: "notAvailable",
    problem: {
      code: "QuiesceNotAvailable",
      message: `${message} There is nothing to quiesce.`,
      possibleCauses: "The machine is off, or runs a system that the host cannot ask.",
      recommendedAction: "Nothing, or add freeze and thaw scripts to the site's folder."
    }
  };
}
function silent(name) {
  return {
    code: "GuestDidNotQuiesce",
    message: `The guest of ${name} did not answer within ${ANSWER_MS2 / 1e3} s when it was asked to quiesce.`,
    possibleCauses: "The guest hangs, is overloaded, or is still starting.",
    recommendedAction: "Look at the machine's console. The next attempt is made by itself."
  };
}
function refused(name) {
  return {
    code: "GuestCouldNotQuiesce",
    message: `The guest of ${name} could not write its mark to the disk.`,
    possibleCauses: "Its disk refuses writes (full, damaged), or its ledger is damaged.",
    recommendedAction: "Look at the machine's console and at its disk."
  };
}
function withoutMark(name) {
  return {
    code: "GuestWithoutMark",
    message: `The guest of ${name} came to rest but is of a version that leaves no mark on its disk.`,
    possibleCauses: "The machine was made by an earlier version.",
    recommendedAction: "Make the demonstration site again."
  };
}
function markNotFound(name, mark) {
  return {
    code: "GuestMarkNotFound",
    message: `The guest of ${name} said that mark ${mark} is on its disk, but at the cut it was not, or orders had followed.`,
    possibleCauses: "The guest went on by itself before the cut was taken: the host was overloaded.",
    recommendedAction: "Nothing: the next attempt is made by itself."
  };
}

// lib/engine/on-demand/sector-overlay.ts
import { Buffer as Buffer2 } from "node:buffer";
var SECTOR_BYTES2 = 512;
var MAP_PAGE_BYTES = 4096;
var SECTORS_PER_PAGE = MAP_PAGE_BYTES * 8;
var LOAD_BYTES = 1024 * 1024;
var SectorOverlay = class _SectorOverlay {
  #data;
  #map;
  /** Pages of the map that are not all zero. */
  #pages = /* @__PURE__ */ new Map();
  #sectorCount = 0;
  constructor(data, map) {
    this.#data = data;
    this.#map = map;
  }
  /** Continues what is there; a map without data, or data without a map, is one that was being removed: empty. */
  static open(fileSystem, imagePath) {
    const { overlay, overlayMap } = onDemandFiles(imagePath);
    const continued = fileSystem.exists(overlay) && fileSystem.exists(overlayMap);
    const open = (path8) => continued ? fileSystem.open(path8, "readwrite") : fileSystem.create(path8, { replace: true });
    const map = open(overlayMap);
    try {
      const opened = new _SectorOverlay(open(overlay), map);
      if (continued) opened.#load();
      return opened;
    } catch (error) {
      map.close();
      throw error;
    }
  }
  /** Bytes that the overlay holds, each counted once. */
  get heldBytes() {
    return this.#sectorCount * SECTOR_BYTES2;
  }
  write(offsetBytes, bytes) {
    this.#data.write(offsetBytes, bytes);
    const first = offsetBytes / SECTOR_BYTES2;
    const end = first + bytes.length / SECTOR_BYTES2;
    for (let sector = first; sector < end; ) {
      const page = Math.floor(sector / SECTORS_PER_PAGE);
      const pageEnd = Math.min(end, (page + 1) * SECTORS_PER_PAGE);
      this.#mark(page, sector, pageEnd);
      sector = pageEnd;
    }
  }
  read(offsetBytes, into) {
    readExactly(this.#data, offsetBytes, into);
  }
  /** The range cut where it changes between held and not held. */
  runs(offsetBytes, lengthBytes) {
    const runs = [];
    const end = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < end; at += SECTOR_BYTES2) {
      const held = this.#has(at / SECTOR_BYTES2);
      const last = runs.at(-1);
      if (last?.held === held) last.lengthBytes += SECTOR_BYTES2;
      else runs.push({ held, offsetBytes: at, lengthBytes: SECTOR_BYTES2 });
    }
    return runs;
  }
  /** Everything that is held, in the order of the disk, in pieces of at most `pieceBytes`. */
  *heldPieces(pieceBytes) {
    for (const page of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (const run of this.runs(page * SECTORS_PER_PAGE * SECTOR_BYTES2, SECTORS_PER_PAGE * SECTOR_BYTES2)) {
        if (!run.held) continue;
        for (let at = 0; at < run.lengthBytes; at += pieceBytes) {
          yield { offsetBytes: run.offsetBytes + at, lengthBytes: Math.min(pieceBytes, run.lengthBytes - at) };
        }
      }
    }
  }
  /** Data before map, as in `write`. */
  sync() {
    this.#data.sync();
    this.#map.sync();
  }
  close() {
    this.#data.close();
    this.#map.close();
  }
  #has(sector) {
    const page = this.#pages.get(Math.floor(sector / SECTORS_PER_PAGE));
    if (page === void 0) return false;
    const bit = sector % SECTORS_PER_PAGE;
    return ((page[bit >>> 3] ?? 0) >>> (bit & 7) & 1) === 1;
  }
  #mark(pageIndex, first, end) {
    let page = this.#pages.get(pageIndex);
    if (page === void 0) this.#pages.set(pageIndex, page = Buffer2.alloc(MAP_PAGE_BYTES));
    const base = pageIndex * SECTORS_PER_PAGE;
    let added = 0;
    for (let bit = first - base; bit < end - base; bit++) {
      const byte = page[bit >>> 3] ?? 0;
      const marked = byte | 1 << (bit & 7);
      if (marked === byte) continue;
      page[bit >>> 3] = marked;
      added += 1;
    }
    if (added === 0) return;
    const from = first - base >>> 3;
    const to = (end - base - 1 >>> 3) + 1;
    try {
      this.#map.write(pageIndex * MAP_PAGE_BYTES + from, page.subarray(from, to));
    } catch (error) {
      this.#reloadPage(pageIndex, page);
      throw error;
    }
    this.#sectorCount += added;
  }
  #reloadPage(pageIndex, page) {
    page.fill(0);
    this.#map.read(pageIndex * MAP_PAGE_BYTES, page);
    this.#sectorCount = [...this.#pages.values()].reduce((sum2, one) => sum2 + countBits(one), 0);
  }
  #load() {
    const size = this.#map.sizeBytes();
    const chunk = Buffer2.alloc(Math.min(LOAD_BYTES, Math.ceil(size / MAP_PAGE_BYTES) * MAP_PAGE_BYTES));
    const zeros = Buffer2.alloc(MAP_PAGE_BYTES);
    for (let offset = 0; offset < size; offset += chunk.length) {
      chunk.fill(0);
      this.#map.read(offset, chunk);
      for (let at = 0; at < chunk.length; at += MAP_PAGE_BYTES) {
        const page = chunk.subarray(at, at + MAP_PAGE_BYTES);
        if (page.equals(zeros)) continue;
        this.#pages.set((offset + at) / MAP_PAGE_BYTES, Buffer2.from(page));
        this.#sectorCount += countBits(page);
      }
    }
  }
};
function countBits(bytes) {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

// lib/engine/on-demand/on-demand-disk.ts
var MERGE_PIECE_BYTES = 256 * 1024;
var OnDemandDisk = class {
  #image;
  #overlay;
  #supplier;
  #present;
  #fileSystem;
  #isWhole;
  #stage = "hydrating";
  #closed = false;
  /** `image` is open for writing; it and the overlay are closed with this disk. `isWhole`: nothing is missing any more. */
  constructor(parts) {
    this.#image = parts.image;
    this.#fileSystem = parts.fileSystem;
    this.#supplier = parts.supplier;
    this.#overlay = SectorOverlay.open(parts.fileSystem, parts.image.file.path);
    this.#isWhole = parts.isWhole;
    this.#present = new PresentBlocks(Math.ceil(parts.image.virtualSizeBytes / BLOCK_BYTES));
  }
  get format() {
    return this.#image.format;
  }
  get virtualSizeBytes() {
    return this.#image.virtualSizeBytes;
  }
  get logicalSectorBytes() {
    return this.#image.logicalSectorBytes;
  }
  get files() {
    return this.#image.files;
  }
  get file() {
    return this.#image.file;
  }
  get stage() {
    return this.#stage;
  }
  /** Bytes of the guest's that are not in the image yet. */
  get overlayBytes() {
    return this.#stage === "ordinary" ? 0 : this.#overlay.heldBytes;
  }
  /** Null when the range can be read at once. */
  prepare(offsetBytes, lengthBytes) {
    assertInside(this, offsetBytes, lengthBytes);
    return this.#missing(offsetBytes, lengthBytes) === null ? null : this.#fetch(offsetBytes, lengthBytes);
  }
  async #fetch(offsetBytes, lengthBytes) {
    for (; ; ) {
      const missing = this.#missing(offsetBytes, lengthBytes);
      if (missing === null || this.#closed) return;
      const runs = await this.#supplier.want(missing.first, missing.end - missing.first);
      const [only] = runs;
      if (only?.first === 0 && only.end * BLOCK_BYTES >= this.virtualSizeBytes) this.#isWhole = true;
      else this.#present.addRuns(runs);
      assert(this.#isWhole || this.#present.has(missing.first), "a block that was asked for is said to be there");
    }
  }
  /** From the first to the last block that only the vault has. */
  #missing(offsetBytes, lengthBytes) {
    if (this.#isWhole) return null;
    const first = Math.floor(offsetBytes / BLOCK_BYTES);
    const end = Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES);
    let from = -1;
    let to = -1;
    for (let index = first; index < end; index++) {
      if (this.#present.has(index) || this.#isCovered(index, offsetBytes, lengthBytes)) continue;
      if (from < 0) from = index;
      to = index + 1;
    }
    return from < 0 ? null : { first: from, end: to };
  }
  /** Whether the overlay holds all of the range that lies in this block. */
  #isCovered(block, offsetBytes, lengthBytes) {
    const from = Math.max(offsetBytes, block * BLOCK_BYTES);
    const to = Math.min(offsetBytes + lengthBytes, (block + 1) * BLOCK_BYTES);
    return this.#overlay.runs(from, to - from).every((run) => run.held);
  }
  /** Fault BlockNotHere when the range was not prepared. */
  read(offsetBytes, into) {
    assertInside(this, offsetBytes, into.length);
    if (this.#stage === "ordinary") return this.#image.read(offsetBytes, into);
    if (this.#missing(offsetBytes, into.length) !== null) throw blockNotHere(this.file.path);
    for (const run of this.#overlay.runs(offsetBytes, into.length)) {
      const piece = into.subarray(run.offsetBytes - offsetBytes, run.offsetBytes - offsetBytes + run.lengthBytes);
      if (run.held) this.#overlay.read(run.offsetBytes, piece);
      else this.#image.read(run.offsetBytes, piece);
    }
  }
  write(offsetBytes, bytes) {
    assertInside(this, offsetBytes, bytes.length);
    if (this.#stage === "hydrating") return this.#overlay.write(offsetBytes, bytes);
    if (this.#stage === "merging") {
      for (const run of this.#overlay.runs(offsetBytes, bytes.length)) {
        const from = run.offsetBytes - offsetBytes;
        if (run.held) this.#overlay.write(run.offsetBytes, bytes.subarray(from, from + run.lengthBytes));
      }
    }
    this.#image.write(offsetBytes, bytes);
  }
  /**
   * Copies the guest's writes into the image, which must be whole and proven, and removes all that lay beside it. Each
   * step of the iterator is short and synchronous; the guest may write in between. Interrupted, it is begun again.
   */
  *merge() {
    if (this.#stage === "ordinary") return;
    this.#isWhole = true;
    this.#stage = "merging";
    let bytesLeft = this.#overlay.heldBytes;
    for (const { offsetBytes, lengthBytes } of this.#overlay.heldPieces(MERGE_PIECE_BYTES)) {
      const piece = new Uint8Array(lengthBytes);
      this.#overlay.read(offsetBytes, piece);
      this.#image.write(offsetBytes, piece);
      bytesLeft -= lengthBytes;
      yield { bytesLeft };
    }
    this.#image.sync();
    this.#overlay.close();
    this.#stage = "ordinary";
    removeOnDemandFiles(this.#fileSystem, this.file.path);
  }
  /** Everything: what the vault still has is not known here. */
  allocatedExtents() {
    return [{ offsetBytes: 0, lengthBytes: this.virtualSizeBytes }];
  }
  sync() {
    if (this.#stage !== "ordinary") this.#overlay.sync();
    if (this.#stage !== "hydrating") this.#image.sync();
  }
  close() {
    this.#closed = true;
    if (this.#stage !== "ordinary") this.#overlay.close();
    this.#image.close();
  }
};
function blockNotHere(path8) {
  return new Fault(
    {
      code: "BlockNotHere",
      message: `The part of '${path8}' that was asked for has not come from the vault yet.`,
      possibleCauses: "The disk was started instantly and is still being completed.",
      recommendedAction: "Wait until the disk is complete; the virtual machine's page shows how far it is."
    },
    { retryable: true }
  );
}

// lib/engine/tracking/tracking-files.ts
import { Buffer as Buffer3 } from "node:buffer";
var TrackingFiles = class {
  #fileSystem;
  #folder;
  #diskId;
  constructor(fileSystem, folder2, diskId) {
    assertId(diskId, /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/, "disk");
    this.#fileSystem = fileSystem;
    this.#folder = folder2;
    this.#diskId = diskId;
    fileSystem.makeFolder(folder2);
  }
  #path(suffix) {
    return `${this.#folder}/${this.#diskId}.${suffix}`;
  }
  writeLog(generation) {
    return this.#path(`${String(generation).padStart(10, "0")}.writes`);
  }
  preserveLog(cutId) {
    assertId(cutId, /^[A-Za-z0-9_-]{1,64}$/, "cut");
    return this.#path(`${cutId}.preserve`);
  }
  generations() {
    return this.#matching(/^(\d{10})\.writes$/).map(Number).sort((a, b) => a - b);
  }
  #matching(pattern) {
    const prefix = `${this.#diskId}.`;
    return this.#fileSystem.list(this.#folder).filter((name) => name.startsWith(prefix)).map((name) => pattern.exec(name.slice(prefix.length))?.[1]).filter((part) => part !== void 0);
  }
  /** The cuts of a dead process: nobody preserves for them any more. */
  removePreserveLogs() {
    for (const cutId of this.#matching(/^([A-Za-z0-9_-]+)\.preserve$/))
      this.#fileSystem.remove(this.preserveLog(cutId));
  }
  removeWriteLogs(through) {
    for (const generation of this.generations()) {
      if (generation <= through) this.#fileSystem.remove(this.writeLog(generation));
    }
  }
  /** Null: tracking is off. `lost`: it is on, but what was logged no longer suffices. */
  readState() {
    const path8 = this.#path("state.json");
    if (!this.#fileSystem.exists(path8)) return this.#fileSystem.exists(this.#path("lost")) ? "lost" : null;
    const file = this.#fileSystem.open(path8, "read");
    try {
      const bytes = Buffer3.alloc(Math.min(file.sizeBytes(), 4096));
      file.read(0, bytes);
      return parseState(bytes.toString("utf8"));
    } finally {
      file.close();
    }
  }
  writeState(state) {
    const draft = this.#path("state.new");
    const file = this.#fileSystem.create(draft, { replace: true });
    try {
      file.write(0, Buffer3.from(JSON.stringify(state)));
    } finally {
      file.close();
    }
    this.#fileSystem.rename(draft, this.#path("state.json"));
    this.#fileSystem.remove(this.#path("lost"));
  }
  /** Needs no space on the medium, as it is called when there is none. */
  markLost() {
    this.#fileSystem.rename(this.#path("state.json"), this.#path("lost"));
  }
  removeState() {
    this.#fileSystem.remove(this.#path("lost"));
    this.#fileSystem.remove(this.#path("state.json"));
    this.#fileSystem.remove(this.#path("state.new"));
  }
};
function assertId(id, pattern, what) {
  if (pattern.test(id)) return;
  throw new Refusal("invalid", {
    code: "InvalidTrackingId",
    message: `'${id}' cannot be the id of a ${what}, since it becomes part of a file name.`,
    possibleCauses: "The id is empty, too long, or holds characters other than letters, digits, '.', '_' and '-'.",
    recommendedAction: `Give the ${what} another id.`
  });
}
function parseState(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return "lost";
    throw error;
  }
  return isState(value) ? value : "lost";
}
function isState(value) {
  if (typeof value !== "object" || value === null) return false;
  const state = value;
  return state.format === 1 && typeof state.virtualSizeBytes === "number" && typeof state.baseCommitted === "boolean" && Number.isSafeInteger(state.committedThrough) && (state.closedImage === null || isIdentity(state.closedImage)) && (state.bootId === null || typeof state.bootId === "string");
}
function isIdentity(value) {
  if (typeof value !== "object" || value === null) return false;
  const identity = value;
  return typeof identity.fileId === "string" && typeof identity.sizeBytes === "number" && typeof identity.modifiedNs === "string";
}

// lib/engine/tracking/write-log.ts
import { Buffer as Buffer4 } from "node:buffer";
import { crc32 } from "node:zlib";
var MAGIC = "SSWRLOG1";
var HEADER_BYTES = 64;
var RECORD_BYTES2 = 16;
var LENGTH_MAX = 4294967295;
var WriteLogWriter = class {
  path;
  /** What this log names so far: a block that is in it need not be logged again in this generation. */
  blocks = new DirtyBlocks();
  #file;
  #record = Buffer4.alloc(RECORD_BYTES2);
  #end = HEADER_BYTES;
  #synced = true;
  constructor(fileSystem, path8, generation, virtualSizeBytes) {
    this.path = path8;
    this.#file = fileSystem.create(path8, { replace: true });
    try {
      this.#file.write(0, encodeHeader(generation, virtualSizeBytes));
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }
  /** When it throws, nothing was logged and the data must not be written. */
  append(offsetBytes, lengthBytes) {
    if (this.blocks.hasExtent(offsetBytes, lengthBytes)) return;
    for (let done = 0; done < lengthBytes; ) {
      const length = Math.min(LENGTH_MAX, lengthBytes - done);
      this.#appendRecord(offsetBytes + done, length);
      done += length;
    }
    this.blocks.addExtent(offsetBytes, lengthBytes);
  }
  #appendRecord(offsetBytes, lengthBytes) {
    this.#record.writeBigUInt64LE(BigInt(offsetBytes), 0);
    this.#record.writeUInt32LE(lengthBytes, 8);
    this.#record.writeUInt32LE(crc32(this.#record.subarray(0, 12)), 12);
    this.#synced = false;
    this.#file.write(this.#end, this.#record);
    this.#end += RECORD_BYTES2;
  }
  sync() {
    if (this.#synced) return;
    this.#file.sync();
    this.#synced = true;
  }
  close() {
    this.#file.close();
  }
};
function encodeHeader(generation, virtualSizeBytes) {
  const header = Buffer4.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(TRACKING_BLOCK_BYTES, 8);
  header.writeBigUInt64LE(BigInt(generation), 16);
  header.writeBigUInt64LE(BigInt(virtualSizeBytes), 24);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4);
  return header;
}
function readWriteLog(fileSystem, path8) {
  const blocks = new DirtyBlocks();
  addWriteLog(fileSystem, path8, blocks);
  return blocks.toArray();
}
function addWriteLog(fileSystem, path8, into) {
  const file = fileSystem.open(path8, "read");
  try {
    const virtualSizeBytes = readHeader(file);
    if (virtualSizeBytes === null) return;
    const chunk = Buffer4.alloc(RECORD_BYTES2 * 4096);
    for (let offset = HEADER_BYTES; ; offset += chunk.length) {
      const got = file.read(offset, chunk);
      const complete = got - got % RECORD_BYTES2;
      for (let at = 0; at < complete; at += RECORD_BYTES2) addRecord(path8, chunk, at, virtualSizeBytes, into);
      if (got < chunk.length) return;
    }
  } finally {
    file.close();
  }
}
function readHeader(file) {
  const header = Buffer4.alloc(HEADER_BYTES);
  if (file.read(0, header) < HEADER_BYTES) return null;
  if (header.toString("latin1", 0, 8) !== MAGIC)
    throw writeLogDamaged(file.path, "it does not begin as a write log does");
  if (header.readUInt32LE(HEADER_BYTES - 4) !== crc32(header.subarray(0, HEADER_BYTES - 4))) {
    throw writeLogDamaged(file.path, "the checksum of its header does not match");
  }
  if (header.readUInt32LE(8) !== TRACKING_BLOCK_BYTES) throw writeLogDamaged(file.path, "it has another block size");
  return Number(header.readBigUInt64LE(24));
}
function addRecord(path8, chunk, at, virtualSizeBytes, into) {
  if (chunk.readUInt32LE(at + 12) !== crc32(chunk.subarray(at, at + 12))) {
    throw writeLogDamaged(path8, "the checksum of a record does not match");
  }
  const offsetBytes = Number(chunk.readBigUInt64LE(at));
  const lengthBytes = chunk.readUInt32LE(at + 8);
  if (lengthBytes === 0 || offsetBytes + lengthBytes > virtualSizeBytes) {
    throw writeLogDamaged(path8, `a record names ${lengthBytes} bytes at offset ${offsetBytes}, outside the disk`);
  }
  const { first, last } = blocksOf(offsetBytes, lengthBytes);
  for (let index = first; index <= last; index++) into.add(index);
}

// lib/engine/tracking/tracking-recovery.ts
var NOTHING_COMMITTED = "Nothing was replicated yet since tracking was turned on.";
function recoverTracking(fileSystem, files, disk, state, bootId) {
  const generations = files.generations();
  const committedThrough = state === "lost" ? 0 : state.committedThrough;
  const nextGeneration = Math.max(committedThrough, ...generations) + 1;
  const kept = generations.filter((generation) => generation > committedThrough);
  const pending = new DirtyBlocks();
  const reason = doubt(fileSystem, disk, state, bootId, kept) ?? readLogs(fileSystem, files, kept, pending);
  if (reason !== null) {
    const nothing = new DirtyBlocks();
    return {
      baseCommitted: false,
      committedThrough: nextGeneration - 1,
      pending: nothing,
      nextGeneration,
      fullReadReason: reason
    };
  }
  const baseCommitted = state !== "lost" && state.baseCommitted;
  const fullReadReason = baseCommitted ? null : NOTHING_COMMITTED;
  return { baseCommitted, committedThrough, pending, nextGeneration, fullReadReason };
}
function doubt(fileSystem, disk, state, bootId, kept) {
  if (state === "lost") return "The write log could not be written, so it is not known what changed.";
  if (state.virtualSizeBytes !== disk.virtualSizeBytes) return "The disk has another size than when it was logged.";
  if (state.closedImage !== null) {
    const now = fileSystem.statIdentity(disk.file.path);
    if (!sameIdentity(state.closedImage, now))
      return "The image was changed or replaced while the host did not have it open.";
  } else if (state.bootId !== null && bootId !== null && state.bootId !== bootId) {
    return "The computer stopped while the disk was in use, so the end of the write log may be missing.";
  }
  const complete = kept.length > 0 && kept.every((generation, index) => generation === state.committedThrough + 1 + index);
  return complete ? null : "A write log is missing.";
}
function readLogs(fileSystem, files, generations, into) {
  for (const generation of generations) {
    try {
      into.addAll(readWriteLog(fileSystem, files.writeLog(generation)));
    } catch (error) {
      if (error instanceof Fault && error.code === "WriteLogDamaged") return error.message;
      throw error;
    }
  }
  return null;
}

// lib/engine/tracking/open-tracked-disk.ts
function openTrackedDisk(options) {
  return new LoggedDisk(options);
}
var LoggedDisk = class {
  #disk;
  #fileSystem;
  #files;
  #bootId;
  #logging;
  #cut = null;
  constructor(options) {
    this.#disk = options.disk;
    this.#fileSystem = options.fileSystem;
    this.#files = new TrackingFiles(options.fileSystem, options.folder, options.diskId);
    this.#bootId = options.bootId ?? null;
    this.#files.removePreserveLogs();
    this.#logging = this.#resume();
  }
  #resume() {
    const state = this.#files.readState();
    if (state === null) {
      this.#files.removeWriteLogs(Number.MAX_SAFE_INTEGER);
      return null;
    }
    const found = recoverTracking(this.#fileSystem, this.#files, this.#disk, state, this.#bootId);
    const logging = {
      log: this.#openLog(found.nextGeneration),
      generation: found.nextGeneration,
      committedThrough: found.committedThrough,
      baseCommitted: found.baseCommitted,
      broken: false,
      fullReadReason: found.fullReadReason,
      pending: found.pending
    };
    try {
      this.#saveState(logging, null);
      this.#files.removeWriteLogs(logging.committedThrough);
    } catch (error) {
      logging.log.close();
      throw error;
    }
    return logging;
  }
  #openLog(generation) {
    return new WriteLogWriter(this.#fileSystem, this.#files.writeLog(generation), generation, this.virtualSizeBytes);
  }
  #saveState(logging, closedImage) {
    this.#files.writeState({
      format: 1,
      virtualSizeBytes: this.virtualSizeBytes,
      baseCommitted: logging.baseCommitted,
      committedThrough: logging.committedThrough,
      closedImage,
      bootId: this.#bootId
    });
  }
  get virtualSizeBytes() {
    return this.#disk.virtualSizeBytes;
  }
  get trackingEnabled() {
    return this.#logging !== null;
  }
  get pendingBytes() {
    return this.#logging?.pending.bytes ?? 0;
  }
  get fullReadReason() {
    return this.#logging === null ? "Tracking is off." : this.#logging.fullReadReason;
  }
  get activeCutId() {
    return this.#cut?.cutId ?? null;
  }
  prepare(offsetBytes, lengthBytes) {
    return this.#disk.prepare?.(offsetBytes, lengthBytes) ?? null;
  }
  read(offsetBytes, into) {
    this.#disk.read(offsetBytes, into);
  }
  write(offsetBytes, bytes) {
    if (bytes.length === 0) return;
    if (this.#logging !== null) this.#logWrite(this.#logging, offsetBytes, bytes.length);
    if (this.#cut !== null) this.#preserve(this.#cut, offsetBytes, bytes.length);
    this.#disk.write(offsetBytes, bytes);
  }
  #logWrite(logging, offsetBytes, lengthBytes) {
    if (!logging.broken) {
      try {
        logging.log.append(offsetBytes, lengthBytes);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.#breakLog(logging, error);
      }
    }
    logging.pending.addExtent(offsetBytes, lengthBytes);
  }
  /**
   * A full disk under the logs must not fail the guest's writes: replication pays instead, with one full read. That
   * decision has to be durable before the write goes on; where even this fails, the write is refused.
   */
  #breakLog(logging, fault) {
    if (logging.baseCommitted) this.#files.markLost();
    logging.baseCommitted = false;
    logging.broken = true;
    logging.fullReadReason = `The write log could not be written: ${fault.message}`;
  }
  #preserve(cut, offsetBytes, lengthBytes) {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    try {
      cut.preserve.preserve(this.#disk, first, last);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#endCut();
    }
  }
  /** Removing the log's name voids the cut for its readers; if that fails, nothing may be written either. */
  #endCut() {
    this.#cut?.preserve.end();
    this.#cut = null;
  }
  sync() {
    if (this.#logging?.broken === false) this.#logging.log.sync();
    this.#disk.sync();
  }
  enableTracking() {
    if (this.#logging !== null) return;
    const logging = {
      log: this.#openLog(1),
      generation: 1,
      committedThrough: 0,
      baseCommitted: false,
      broken: false,
      fullReadReason: NOTHING_COMMITTED,
      pending: new DirtyBlocks()
    };
    try {
      this.#saveState(logging, null);
    } catch (error) {
      logging.log.close();
      throw error;
    }
    this.#logging = logging;
  }
  disableTracking() {
    if (this.#logging === null) return;
    this.#files.removeState();
    this.#logging.log.close();
    this.#logging = null;
    if (this.#cut !== null) this.#cut.generation = null;
    this.#files.removeWriteLogs(Number.MAX_SAFE_INTEGER);
  }
  beginCut(cutId) {
    this.#endCut();
    const preserve = new PreserveLogWriter(this.#fileSystem, this.#files.preserveLog(cutId));
    try {
      const generation = this.#logging === null ? null : this.#closeLog(this.#logging);
      this.#cut = { cutId, preserve, generation };
    } catch (error) {
      preserve.end();
      throw error;
    }
    return { preservePath: preserve.path, writeLogPaths: this.#closedLogPaths() };
  }
  /** Opens the next log, then lets go of the current one, whose generation is returned. */
  #closeLog(logging) {
    if (!logging.broken) logging.log.sync();
    const next = this.#openLog(logging.generation + 1);
    logging.log.close();
    logging.log = next;
    logging.generation += 1;
    logging.broken = false;
    return logging.generation - 1;
  }
  #closedLogPaths() {
    const logging = this.#logging;
    if (logging === null || !logging.baseCommitted) return null;
    const count = logging.generation - logging.committedThrough - 1;
    return Array.from({ length: count }, (_, index) => this.#files.writeLog(logging.committedThrough + 1 + index));
  }
  releaseCut({ committed }) {
    const cut = this.#cut;
    if (cut === null) return false;
    this.#endCut();
    if (committed && cut.generation !== null && this.#logging !== null) this.#commit(this.#logging, cut.generation);
    return true;
  }
  /** The state first, then the logs that it makes superfluous: killed in between, the next open removes them. */
  #commit(logging, generation) {
    if (logging.broken) return;
    const before = { baseCommitted: logging.baseCommitted, committedThrough: logging.committedThrough };
    logging.baseCommitted = true;
    logging.committedThrough = generation;
    try {
      this.#saveState(logging, null);
    } catch (error) {
      Object.assign(logging, before);
      throw error;
    }
    logging.fullReadReason = null;
    logging.pending.clear();
    logging.pending.addAll(logging.log.blocks);
    this.#files.removeWriteLogs(generation);
  }
  close() {
    this.#endCut();
    try {
      if (this.#logging !== null) this.#closeTracking(this.#logging);
    } finally {
      this.#disk.close();
    }
  }
  #closeTracking(logging) {
    this.sync();
    logging.log.close();
    if (!logging.broken) this.#saveState(logging, this.#fileSystem.statIdentity(this.#disk.file.path));
  }
};

// lib/compute/host-disk.ts
var HostDisk = class {
  definition;
  #fileSystem;
  #supplyBlocks;
  #logs;
  #open = null;
  #inspection = null;
  #openProblem = null;
  constructor(definition, around, logs) {
    this.definition = definition;
    this.#fileSystem = around.fileSystem;
    this.#supplyBlocks = around.supplyBlocks;
    this.#logs = logs;
  }
  get id() {
    return this.definition.id;
  }
  get isOpen() {
    return this.#open !== null;
  }
  /** The disk as the guest gets it. Must be open. */
  get tracked() {
    assert(this.#open !== null, `disk ${this.id} is used while closed`);
    return this.#open.tracked;
  }
  /** Idempotent. Faults of `openDisk` and `openTrackedDisk`. */
  open() {
    if (this.#open) return this.#open.tracked;
    this.#inspection = null;
    if (this.definition.refused) throw new Fault(this.definition.refused);
    try {
      const { disk, supply } = this.#openWritable();
      try {
        const tracked = openTrackedDisk({
          disk,
          fileSystem: this.#fileSystem,
          folder: this.#logs.folder,
          diskId: this.id,
          ...this.#logs.bootId === null ? {} : { bootId: this.#logs.bootId }
        });
        this.#open = { disk, tracked, supply };
        this.#openProblem = null;
        return tracked;
      } catch (error) {
        disk.close();
        supply?.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof Fault) this.#openProblem = error.explanation;
      throw error;
    }
  }
  close() {
    const open = this.#open;
    this.#open = null;
    open?.tracked.close();
    open?.supply?.close();
  }
  /** @throws Refusal DiskNotWhole: what the image alone holds is not the disk. */
  requireWhole() {
    if (this.#onDemand() !== void 0) throw diskNotWhole(this.definition.name);
  }
  /**
   * Makes a disk that was started instantly, and is proven, an ordinary one, a little at a time between the guest's own
   * accesses. False when it is not proven yet, or was closed meanwhile; repeatable.
   */
  async settle() {
    if (this.#onDemand() === void 0) return true;
    const proven = readOnDemandState(this.#fileSystem, this.definition.path)?.hydrated;
    if (!proven) return false;
    this.open();
    const disk = this.#open?.disk;
    assert(disk instanceof OnDemandDisk, "a disk with the marks of instant start is opened as one");
    for (const _ of disk.merge()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#open?.disk !== disk) return false;
    }
    return true;
  }
  #openWritable() {
    const { path: path8 } = this.definition;
    const image = openDisk(this.#fileSystem, path8, "readwrite");
    try {
      const state = readOnDemandState(this.#fileSystem, path8);
      if (state === null) return { disk: image, supply: null };
      const supply = this.#supplyBlocks(path8);
      const parts = { image, fileSystem: this.#fileSystem, supplier: supply, isWhole: state.hydrated !== null };
      return { disk: new OnDemandDisk(parts), supply };
    } catch (error) {
      image.close();
      throw error;
    }
  }
  #onDemand() {
    if (this.#open?.disk instanceof OnDemandDisk) {
      const { stage, overlayBytes } = this.#open.disk;
      return stage === "ordinary" ? void 0 : { stage, overlayBytes, waiting: this.#open.supply?.problem ?? null };
    }
    if (this.#open || !this.#fileSystem.exists(onDemandFiles(this.definition.path).state)) return void 0;
    return { stage: "hydrating", overlayBytes: null, waiting: null };
  }
  /** What the image is, whoever has it open. Never throws for a bad image: `problem` explains it. */
  status() {
    const { id, name, path: path8, role } = this.definition;
    if (this.#open) {
      const { disk, tracked } = this.#open;
      return {
        ...{ id, name, path: path8, role, problem: null, format: disk.format, virtualSizeBytes: disk.virtualSizeBytes },
        allocatedBytes: disk.file.allocatedBytes(),
        pendingBytes: tracked.pendingBytes,
        onDemand: this.#onDemand()
      };
    }
    const seen = this.#inspect();
    return {
      ...{ id, name, path: path8, role, pendingBytes: 0, format: seen.format, virtualSizeBytes: seen.virtualSizeBytes },
      allocatedBytes: seen.allocatedBytes,
      problem: seen.problem ?? this.#openProblem,
      onDemand: this.#onDemand()
    };
  }
  /** Throws the image's problem; else what it is and the identity by which a change is noticed. */
  inspectForReading() {
    const seen = this.#inspect();
    if (seen.problem !== null || seen.format === null) {
      assert(seen.problem !== null, "an image without a format has a problem");
      throw new Fault(seen.problem);
    }
    return { format: seen.format, virtualSizeBytes: seen.virtualSizeBytes, identity: seen.identity };
  }
  unchangedSince(identity) {
    return this.#fileSystem.exists(this.definition.path) && sameIdentity(identity, this.#fileSystem.statIdentity(this.definition.path));
  }
  /** Runs `look` on the disk, opened for reading when it is closed. */
  peek(look) {
    if (this.#open) return look(this.#open.tracked);
    const opened = this.#onDemand() === void 0 ? null : this.#openWritable();
    const disk = opened?.disk ?? openDisk(this.#fileSystem, this.definition.path, "read");
    try {
      return look(disk);
    } finally {
      disk.close();
      opened?.supply?.close();
    }
  }
  /** Opening an image parses its tables, which is too much for every heartbeat: the answer is kept until it changes. */
  #inspect() {
    if (this.definition.refused) return { identity: NOWHERE, ...broken(this.definition.refused) };
    try {
      const identity = this.#fileSystem.statIdentity(this.definition.path);
      if (this.#inspection && sameIdentity(this.#inspection.identity, identity)) return this.#inspection;
      const seen = { identity, ...this.#look() };
      this.#inspection = seen.problem === null ? seen : null;
      return seen;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { identity: NOWHERE, ...broken(error.explanation) };
    }
  }
  #look() {
    try {
      const disk = openDisk(this.#fileSystem, this.definition.path, "read");
      try {
        const allocatedBytes = disk.files.reduce((sum2, file) => sum2 + file.allocatedBytes(), 0);
        return { format: disk.format, virtualSizeBytes: disk.virtualSizeBytes, allocatedBytes, problem: null };
      } finally {
        disk.close();
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return broken(error.explanation);
    }
  }
};
var NOWHERE = { fileId: "", sizeBytes: 0, modifiedNs: "0" };
function broken(problem) {
  return { format: null, virtualSizeBytes: 0, allocatedBytes: 0, problem };
}

// lib/compute/guest/ledger-mark.ts
var MARK_MAGIC = 1263681869;
var markLba = (config) => config.ledgerStartLba - 1;
function readLedgerMark(disk) {
  if (disk.virtualSizeBytes < (CONFIG_LBA + 1) * SECTOR_BYTES) return null;
  const sector = new Uint8Array(SECTOR_BYTES);
  disk.read(CONFIG_LBA * SECTOR_BYTES, sector);
  const config = decodeConfig(sector);
  if (!config) return null;
  disk.read(markLba(config) * SECTOR_BYTES, sector);
  const view = viewOf(sector);
  if (view.getUint32(0, true) !== MARK_MAGIC) return null;
  if (view.getUint32(RECORD_BYTES - 4, true) !== mix(config.ledgerId, view, 0, 7)) return null;
  return {
    sequence: view.getUint32(4, true),
    at: recordTime(view, 0),
    orders: view.getUint32(16, true),
    chain: view.getUint32(24, true)
  };
}

// lib/compute/machine-cuts.ts
var MachineCuts = class {
  #disks;
  /** False: the images belong to somebody else; they are only read and watched for changes. */
  #ours;
  #ledger = new LedgerReader();
  #active = null;
  constructor(disks, ours) {
    this.#disks = disks;
    this.#ours = ours;
  }
  get isActive() {
    return this.#active !== null;
  }
  /**
   * Cuts all the disks in one go: nothing else runs in this process between the first and the last, so no guest write
   * falls in between. Faults of the disks.
   */
  begin(cutId, disks) {
    return this.#ours ? this.#beginTracked(cutId, disks) : this.#beginWatched(cutId, disks);
  }
  #beginTracked(cutId, disks) {
    for (const disk of disks) disk.requireWhole();
    for (const disk of disks) disk.open();
    this.#dropDisksNotIn(disks);
    const begun = [];
    this.#active = { cutId, tracked: disks, watched: [] };
    try {
      const cuts = disks.map((disk) => {
        const cut = disk.tracked.beginCut(cutId);
        begun.push(disk);
        return { disk, cut };
      });
      const orders = this.readOrders();
      return {
        orders,
        disks: cuts.map(({ disk, cut }) => ({
          ...describe(disk),
          preservePath: cut.preservePath,
          writeLogPaths: cut.writeLogPaths === null ? null : [...cut.writeLogPaths]
        }))
      };
    } catch (error) {
      for (const disk of begun) disk.tracked.releaseCut({ committed: false });
      this.#active = null;
      throw error;
    }
  }
  #beginWatched(cutId, disks) {
    const watched = disks.map((disk) => ({ disk, seen: disk.inspectForReading() }));
    this.#active = {
      cutId,
      tracked: [],
      watched: watched.map(({ disk, seen }) => ({ disk, identity: seen.identity }))
    };
    return {
      orders: this.readOrders(),
      disks: watched.map(({ disk, seen }) => ({
        diskId: disk.id,
        imagePath: disk.definition.path,
        format: seen.format,
        virtualSizeBytes: seen.virtualSizeBytes,
        preservePath: null,
        writeLogPaths: null
      }))
    };
  }
  /** True while everything read through the cut is the state at the cut. */
  isValid(cutId) {
    const active = this.#active;
    if (active?.cutId !== cutId) return false;
    return active.tracked.every((disk) => disk.isOpen && disk.tracked.activeCutId === cutId) && active.watched.every(({ disk, identity }) => disk.unchangedSince(identity));
  }
  /**
   * Ends the cut. False when it was void already: nothing is dropped then. `beforeDropping` runs only for a cut that is
   * committed and stands, and before the first log goes: what it records may be newer than the logs, never older.
   */
  release(cutId, committed, beforeDropping) {
    const active = this.#active;
    if (active?.cutId !== cutId) return false;
    const stands = this.isValid(cutId);
    if (committed && stands) beforeDropping();
    this.#active = null;
    for (const disk of active.tracked) if (disk.isOpen) disk.tracked.releaseCut({ committed: committed && stands });
    return stands;
  }
  /** Ends whatever cut there is: the machine is forgotten or the host goes down. */
  abandon() {
    if (this.#active) this.release(this.#active.cutId, false, () => void 0);
  }
  /** The ledger guest's own mark on the first disk; null for any other system, and for a disk that cannot be read. */
  readOrders() {
    const [first] = this.#disks;
    if (!first || first.status().problem !== null) return null;
    return first.peek((disk) => this.#ledger.read(disk));
  }
  /** What the guest wrote when it was last quiesced; as `readOrders`. */
  readMark() {
    const [first] = this.#disks;
    if (!first || first.status().problem !== null) return null;
    return first.peek((disk) => readLedgerMark(disk));
  }
  /** A smaller cut replaces a larger one: the disks left out must not go on preserving. */
  #dropDisksNotIn(disks) {
    for (const disk of this.#active?.tracked ?? []) {
      if (!disks.includes(disk) && disk.isOpen) disk.tracked.releaseCut({ committed: false });
    }
  }
};
function describe(disk) {
  const { format, virtualSizeBytes } = disk.status();
  assert(format !== null, "an open disk has a format");
  return { diskId: disk.id, imagePath: disk.definition.path, format, virtualSizeBytes };
}

// lib/compute/managed-machine.ts
var BLANK = { rows: [], serial: "", revision: 0 };
var ManagedMachine = class {
  #definition;
  #around;
  #disks;
  #cuts;
  #replication;
  #power = "off";
  #powerProblem = null;
  #running = null;
  #lastScreen = BLANK;
  #revisionBase = 0;
  #follower = new GuestSerialFollower();
  #bootReport = null;
  #firstLineMs = null;
  #offOrders = null;
  #turn = Promise.resolve();
  #listeners = /* @__PURE__ */ new Set();
  constructor(definition, around) {
    this.#definition = definition;
    this.#around = around;
    this.#replication = around.store.replication(definition.id);
    this.#disks = this.#disksOf(definition);
    this.#cuts = new MachineCuts(this.#disks, definition.bootable);
    this.#settleDisks();
    this.#readOffOrders();
  }
  get definition() {
    return this.#definition;
  }
  /** Runs one verb after the other, whatever order requests come in. */
  inTurn(verb) {
    const result = this.#turn.then(verb);
    this.#turn = result.catch(() => void 0);
    return result;
  }
  status() {
    return {
      ...this.#definition,
      power: this.#power,
      powerProblem: this.#powerProblem,
      tracking: this.#replication.trackedDiskIds.length > 0,
      disks: this.#disks.map((disk) => disk.status()),
      orders: this.#orders(),
      guestProblem: this.#running === null ? null : this.#follower.problem ?? this.#running.diskProblem()
    };
  }
  console() {
    const screen = this.#running?.screen() ?? this.#lastScreen;
    return {
      power: this.#power,
      powerProblem: this.#powerProblem,
      rows: [...screen.rows],
      serial: screen.serial,
      revision: this.#revisionBase + screen.revision,
      orders: this.#orders(),
      bootReport: this.#bootReport,
      firstLineMs: this.#firstLineMs
    };
  }
  onChange(listener2) {
    this.#listeners.add(listener2);
    return () => this.#listeners.delete(listener2);
  }
  /** Takes a new definition. Disks may only change while the machine is off and no cut of it stands. */
  redefine(definition) {
    const sameDisks = JSON.stringify(definition.disks) === JSON.stringify(this.#definition.disks);
    const sameOwner = definition.bootable === this.#definition.bootable;
    if (!sameDisks || !sameOwner) {
      if (this.#running) throw disksInUse(this.#definition.name);
      this.#closeDisks();
      this.#disks = this.#disksOf(definition);
      this.#cuts = new MachineCuts(this.#disks, definition.bootable);
    }
    this.#definition = definition;
    this.#around.store.save(definition);
    if (!this.#running) this.#readOffOrders();
    this.#settleDisks();
  }
  /** Idempotent. Faults of disks and hypervisor also leave the machine `failed` with the reason. */
  async start() {
    this.#desire("running");
    if (this.#running) return;
    const hypervisor = this.#around.hypervisor();
    if (!this.#definition.bootable) throw machineNotBootable(this.#definition.name);
    const unavailable = hypervisor.unavailableReason();
    if (unavailable !== null) {
      this.#setPower("off", unavailable);
      throw hypervisorUnavailable(this.#definition.name, unavailable);
    }
    this.#setPower("starting", null);
    try {
      await this.#powerOn();
    } catch (error) {
      this.#setPower("failed", error instanceof Error ? error.message : String(error));
      this.#settleDisks();
      throw error;
    }
  }
  async #powerOn() {
    const { clock } = this.#around;
    for (const disk of this.#disks) disk.open();
    this.#follower = new GuestSerialFollower();
    this.#bootReport = null;
    this.#firstLineMs = null;
    const startedMs = clock.monotonicMs();
    const { id, name, memoryBytes } = this.#definition;
    const machine = await this.#around.hypervisor().start({
      ...{ id, name, memoryBytes },
      disks: this.#disks.map((disk) => disk.tracked)
    });
    machine.onSerial((text) => this.#takeSerial(text, startedMs));
    machine.onConsole(() => this.announce());
    machine.onFailure((reason) => this.#failed(machine, reason));
    this.#revisionBase = this.console().revision + 1;
    this.#running = machine;
    if (machine.failure() === null) this.#setPower("running", null);
  }
  /** Idempotent. Off, with everything that the guest wrote durable, when it returns. */
  async stop() {
    this.#desire("off");
    await this.powerOff();
  }
  /** As `stop`, without a change of what is desired: the host goes down and starts the machine when it is back. */
  async powerOff() {
    const machine = this.#running;
    if (machine) {
      this.#setPower("stopping", null);
      await machine.powerOff();
      this.#lastScreen = machine.screen();
      this.#running = null;
      for (const disk of this.#disks) if (disk.isOpen) disk.tracked.sync();
    }
    this.#setPower("off", null);
    this.#readOffOrders();
    this.#settleDisks();
  }
  /** Not one of the verbs in turn: it takes long, and the machine goes on, and may be stopped, meanwhile. */
  async settleDisks() {
    let ordinary = true;
    for (const disk of this.#disks) ordinary = await disk.settle() && ordinary;
    await this.inTurn(() => this.#settleDisks());
    this.announce();
    return ordinary;
  }
  setTracking(request) {
    const disks = request.enabled ? this.#chosen(request.diskIds) : [];
    const tracked = this.#definition.bootable ? disks : [];
    for (const disk of this.#disks) {
      if (tracked.includes(disk)) disk.open().enableTracking();
      else if (this.#replication.trackedDiskIds.includes(disk.id)) disk.open().disableTracking();
    }
    const trackedDiskIds = tracked.map((disk) => disk.id);
    this.#saveReplication({ trackedDiskIds, baseline: disks.length === 0 ? null : this.#replication.baseline });
    this.#settleDisks();
    this.announce();
  }
  /** Whatever comes of it, `resume` has to follow. */
  quiesce() {
    const { name } = this.#definition;
    return quiesceGuest({ name, running: this.#running }, this.#follower, this.#around.clock);
  }
  resume() {
    if (this.#follower.orders !== null) this.#running?.sendSerial("R");
  }
  cut(request) {
    const { cutId, epoch, at, quiesced } = request;
    try {
      const { disks, orders } = this.#cuts.begin(cutId, this.#chosen(request.diskIds));
      return {
        ...{ cutId, epoch, at, disks, baseline: this.#replication.baseline },
        quiesced: quiesced && provenOnDisk(this.#definition.name, quiesced, this.#cuts.readMark(), orders?.count ?? null),
        orders: orders === null ? null : { count: orders.count, lastAt: inUtc(orders.lastAt) }
      };
    } finally {
      this.#settleDisks();
    }
  }
  cutIsValid(cutId) {
    return this.#cuts.isValid(cutId);
  }
  releaseCut(cutId, committed, baseline) {
    const released = this.#cuts.release(
      cutId,
      committed,
      () => this.#saveReplication({ ...this.#replication, baseline })
    );
    this.#settleDisks();
    return released;
  }
  /** Powers off and lets go of disks and logs. The images stay. */
  async forget() {
    await this.powerOff();
    this.#cuts.abandon();
    if (this.#replication.trackedDiskIds.length > 0) this.setTracking({ enabled: false });
    this.#closeDisks();
    this.#around.store.remove(this.#definition.id);
  }
  async shutDown() {
    await this.powerOff();
    this.#closeDisks();
  }
  #disksOf(definition) {
    const { fileSystem, supplyBlocks, store, bootId } = this.#around;
    const logs = { folder: store.trackingFolder(definition.id), bootId };
    return definition.disks.map((disk) => new HostDisk(disk, { fileSystem, supplyBlocks }, logs));
  }
  #chosen(diskIds) {
    if (diskIds === void 0) return this.#disks;
    return [...new Set(diskIds)].map((id) => {
      const disk = this.#disks.find((candidate) => candidate.id === id);
      if (!disk) throw diskUnknown(this.#definition.name, id);
      return disk;
    });
  }
  /** Opens what must be open, closes what need not be. A tracked image that cannot be opened shows its problem. */
  #settleDisks() {
    const needed = this.#running !== null || this.#cuts.isActive;
    for (const disk of this.#disks) {
      if (needed) continue;
      if (!this.#definition.bootable || !this.#replication.trackedDiskIds.includes(disk.id)) disk.close();
      else if (!disk.isOpen) openOrShow(disk);
    }
  }
  #closeDisks() {
    this.#cuts.abandon();
    for (const disk of this.#disks) disk.close();
  }
  #saveReplication(state) {
    this.#around.store.saveReplication(this.#definition.id, state);
    this.#replication = state;
  }
  #desire(desired) {
    if (this.#definition.desired === desired) return;
    const definition = { ...this.#definition, desired };
    this.#around.store.save(definition);
    this.#definition = definition;
  }
  #orders() {
    const orders = this.#running === null ? this.#offOrders : this.#follower.orders ?? this.#offOrders;
    return orders && { ...orders, lastAt: inUtc(orders.lastAt) };
  }
  #readOffOrders() {
    try {
      const state = this.#cuts.readOrders();
      this.#offOrders = state && { count: state.count, lastAt: state.lastAt, verdict: state.verdict };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#offOrders = null;
    }
  }
  #takeSerial(text, startedMs) {
    this.#firstLineMs ??= Math.round(this.#around.clock.monotonicMs() - startedMs);
    this.#follower.push(text);
    const { orders } = this.#follower;
    if (orders) this.#bootReport ??= { orders: orders.count, verdict: orders.verdict };
  }
  #failed(machine, reason) {
    void this.inTurn(async () => {
      if (this.#running !== machine) return;
      await machine.powerOff();
      this.#lastScreen = machine.screen();
      this.#running = null;
      this.#setPower("failed", reason);
      this.#readOffOrders();
      this.#settleDisks();
    });
  }
  #setPower(power, problem) {
    this.#power = power;
    this.#powerProblem = problem;
    this.announce();
  }
  /** Tells every watcher of the machine to look again. */
  announce() {
    for (const listener2 of this.#listeners) listener2();
  }
};
function openOrShow(disk) {
  try {
    disk.open();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
function disksInUse(name) {
  return new Refusal("conflict", {
    code: "MachineDisksInUse",
    message: `The disks of '${name}' cannot be changed while it runs.`,
    possibleCauses: "The machine was registered again with other disks, under the same id.",
    recommendedAction: "Stop the machine first, or use another id."
  });
}
function inUtc(time) {
  return time === null ? null : `${time}Z`;
}

// lib/compute/host.ts
var ComputeHost = class {
  #options;
  #store;
  #epoch;
  #machines = /* @__PURE__ */ new Map();
  #problems;
  constructor(options) {
    this.#options = options;
    this.#epoch = options.random.uuid();
    this.#store = new MachineStore(options.fileSystem, options.home);
    const { definitions, problems } = this.#store.load();
    this.#problems = problems;
    for (const definition of definitions) this.#machines.set(definition.id, this.#manage(definition));
  }
  /** Starts what was running. A machine that cannot start shows why; the others start all the same. */
  async startDesired() {
    await Promise.all(
      [...this.#machines.values()].filter((machine) => machine.definition.desired === "running" && machine.definition.bootable).map((machine) => this.#startOrShow(machine))
    );
  }
  status() {
    const { hostName, pid } = this.#options;
    const hypervisor = this.#hypervisor();
    return {
      ...{ hostName, pid, epoch: this.#epoch, hypervisor: hypervisor.name },
      hypervisorProblem: hypervisor.unavailableReason(),
      hypervisors: this.#hypervisors().map((one) => ({ name: one.name, problem: one.unavailableReason() })),
      machines: [...this.#machines.values()].map((machine) => machine.status()).sort((a, b) => a.name.localeCompare(b.name, "en")),
      problems: [...this.#problems]
    };
  }
  /** Registers a machine or changes it, and brings it to what is desired. */
  async put(definition) {
    let machine = this.#machines.get(definition.id);
    if (!machine) {
      this.#store.save(definition);
      machine = this.#manage(definition);
      this.#machines.set(definition.id, machine);
    }
    const known = machine;
    await known.inTurn(() => known.redefine(definition));
    if (definition.desired === "off") await known.inTurn(() => known.stop());
    else if (definition.bootable) await this.#startOrShow(known);
    return known.status();
  }
  /**
   * What machines are started with from now on, also after a restart of the host; those that run stay where they are.
   * @throws Refusal HypervisorUnavailable: not installed here
   */
  chooseHypervisor(name) {
    const chosen = this.#hypervisors().find((one) => one.name === name);
    const problem = chosen ? chosen.unavailableReason() : `This host knows no hypervisor named ${JSON.stringify(name)}.`;
    if (problem !== null) throw hypervisorNotUsable(problem);
    this.#store.saveHypervisor(name);
    return this.status();
  }
  #hypervisors() {
    return [this.#options.hypervisor, ...this.#options.otherHypervisors ?? []];
  }
  #hypervisor() {
    const name = this.#store.hypervisor();
    return this.#hypervisors().find((one) => one.name === name) ?? this.#options.hypervisor;
  }
  machine(id) {
    return this.#find(id).status();
  }
  has(id) {
    return this.#machines.has(id);
  }
  async remove(id) {
    const machine = this.#machines.get(id);
    if (!machine) return;
    await machine.inTurn(() => machine.forget());
    this.#machines.delete(id);
    machine.announce();
  }
  async start(id) {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.start());
    return machine.status();
  }
  async stop(id) {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.stop());
    return machine.status();
  }
  /** Disks that were started instantly and are proven become ordinary ones; true when all are. The guest goes on. */
  settleDisks(id) {
    return this.#find(id).settleDisks();
  }
  console(id) {
    return this.#find(id).console();
  }
  /** Called after every change of the machine's console or power. Returns the unsubscribe function. */
  onChange(id, listener2) {
    return this.#find(id).onChange(listener2);
  }
  async setTracking(id, request) {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.setTracking(request));
    return machine.status();
  }
  async cut(id, request) {
    this.#find(id);
    const [result] = (await this.cutTogether([{ machineId: id, ...request }])).results;
    assert(result !== void 0, "a cut of one machine has one result");
    if ("cut" in result) return result.cut;
    throw result.error;
  }
  /**
   * Cuts all disks of all these machines in one synchronous step, so that no guest of them writes in between. Guests
   * that are asked to quiesce do so before it, at the same time, and go on right after it.
   */
  async cutTogether(requests) {
    const ids = [...new Set(requests.map((request) => request.machineId))].sort();
    if (ids.length !== requests.length) throw badRequest("a machine is named twice");
    const machines = ids.map((id) => this.#machines.get(id)).filter((machine) => machine !== void 0);
    return inTurnOfAll(machines, async () => {
      const quiesced = await Promise.all(
        requests.map(
          async ({ machineId, quiesce }) => quiesce === true ? await this.#machines.get(machineId)?.quiesce() ?? null : null
        )
      );
      try {
        const at = this.#options.clock.now().toISOString();
        return { at, results: requests.map((request, index) => this.#cutNow(request, at, quiesced[index] ?? null)) };
      } finally {
        for (const { machineId, quiesce } of requests) {
          if (quiesce === true) this.#machines.get(machineId)?.resume();
        }
      }
    });
  }
  /** Synchronous: whatever is awaited here would let guests write between two disks. */
  #cutNow({ machineId, ...request }, at, quiesced) {
    try {
      const machine = this.#find(machineId);
      const cutId = request.cutId ?? this.#options.random.uuid();
      return { machineId, cut: machine.cut({ ...request, cutId, epoch: this.#epoch, at, quiesced }) };
    } catch (error) {
      return { machineId, error };
    }
  }
  verifyCut(id, cutId) {
    return this.#find(id).cutIsValid(cutId);
  }
  async releaseCut(id, cutId, committed, baseline) {
    const machine = this.#find(id);
    return machine.inTurn(() => machine.releaseCut(cutId, committed, baseline));
  }
  /** Orderly: every guest off, everything durable. What is desired stays, so that the next start brings it back. */
  async shutDown() {
    await Promise.all([...this.#machines.values()].map((machine) => machine.inTurn(() => machine.shutDown())));
  }
  #manage(definition) {
    const { fileSystem, clock, bootId, supplyBlocks = noBlocks } = this.#options;
    return new ManagedMachine(definition, {
      ...{ fileSystem, clock, bootId, supplyBlocks, hypervisor: () => this.#hypervisor() },
      store: this.#store
    });
  }
  #find(id) {
    const machine = this.#machines.get(id);
    if (!machine) throw machineUnknown(id);
    return machine;
  }
  async #startOrShow(machine) {
    try {
      await machine.inTurn(() => machine.start());
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
};
function inTurnOfAll(machines, verb) {
  const [first, ...others] = machines;
  return first === void 0 ? verb() : first.inTurn(() => inTurnOfAll(others, verb));
}

// lib/engine/vault/adopt-packs.ts
var HEADERS_AT_ONCE = 8;
async function adoptPacks(index, store, setup) {
  const beganAt = setup.clock.monotonicMs();
  await index.refresh(store);
  const orphans = await index.unlistedPacks(store);
  const packs = [];
  for (let at = 0; at < orphans.length; at += HEADERS_AT_ONCE) {
    const headers = orphans.slice(at, at + HEADERS_AT_ONCE).map((one) => headerOf(store, one, setup.keys));
    for (const pack of await Promise.all(headers)) if (pack !== null) packs.push(pack);
  }
  if (packs.length === 0 || setup.clock.monotonicMs() - beganAt > SWEEP_GRACE_MS / 2) return { packs: 0, bytes: 0 };
  const { name, bytes } = encodeIndex(packs, setup.keys, setup.random);
  await store.put(name, bytes);
  index.adopt(name, packs);
  return { packs: packs.length, bytes: packs.reduce((sum2, pack) => sum2 + pack.sizeBytes, 0) };
}
function headerOf(store, { name, sizeBytes }, keys) {
  return readPackHeader(store, name, sizeBytes, keys).catch((error) => {
    if (isGone(error)) return null;
    throw error;
  });
}
function isGone(error) {
  const code = error.code;
  return code === "ObjectNotFound" || code === "ObjectTruncated";
}

// lib/engine/vault/buffer-pool.ts
var BufferPool = class {
  #countMax;
  #free = [];
  #waiting = [];
  #made = 0;
  /** `countMax` is asked whenever a buffer is wanted and none is free. */
  constructor(countMax) {
    this.#countMax = countMax;
  }
  async take() {
    const free = this.#free.pop();
    if (free !== void 0) return free;
    if (this.#made < this.#countMax()) {
      this.#made += 1;
      return new ArrayBuffer(PACK_FILL_BYTES);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  give(buffer) {
    assert(buffer.byteLength === PACK_FILL_BYTES, "a pack buffer came back that had been handed to another thread");
    const next = this.#waiting.shift();
    if (next !== void 0) next(buffer);
    else this.#free.push(buffer);
  }
  /** A buffer is gone for good (the thread that held it died): another may be made in its place. */
  forget() {
    const next = this.#waiting.shift();
    if (next !== void 0) next(new ArrayBuffer(PACK_FILL_BYTES));
    else this.#made -= 1;
  }
};

// lib/engine/vault/replicate-disk.ts
var UNIT_BLOCKS = 256;
var PAGES_IN_FLIGHT = 4;
var DiskReplication = class {
  #run;
  #request;
  #shape;
  #earlier;
  #levels;
  #hasher;
  #source;
  #stats = { bytesRead: 0, bytesTotal: 0, changedBytes: 0, storedBytes: 0 };
  constructor(run, request) {
    this.#run = run;
    this.#request = request;
    this.#source = request.source;
    this.#shape = treeShape(request.virtualSizeBytes);
    this.#hasher = run.hasher;
    this.#earlier = this.#openEarlier();
    const earlier = this.#earlier;
    const inherits = request.blocks !== "allocated" && earlier !== null;
    const inherited = inherits ? (level, index) => earlier.page(level, index) : noEarlierPage;
    this.#levels = new TreeLevels(this.#shape, run.hasher, inherited);
  }
  async replicate() {
    const { blocks, source } = this.#inspect();
    this.#source = source;
    this.#stats.bytesTotal = blocks.count * BLOCK_BYTES;
    this.#report();
    await this.#processPages(pagesOf(blocks.indexes));
    const made = await this.#levels.finish(async ({ id, bytes }) => {
      this.#stats.storedBytes += await this.#run.storePage(id, bytes);
    });
    const unchanged = this.#request.blocks === "allocated" ? null : this.#request.previousTop?.top ?? null;
    const top = made ?? unchanged ?? zeroId();
    this.#report();
    return { root: this.#hasher.root(this.#shape.virtualSizeBytes, top), top, stats: { ...this.#stats } };
  }
  /** What there is to read, and the source with the identity that every worker must find. */
  #inspect() {
    const { blocks, source, virtualSizeBytes } = this.#request;
    const view = this.#run.openSource(source);
    try {
      if (view.virtualSizeBytes !== virtualSizeBytes) throw imageChangedWhileReading(source.imagePath);
      const pinned = view.identity === void 0 ? source : { ...source, identity: view.identity };
      return {
        blocks: blocks === "allocated" ? this.#allocated(view.allocatedExtents()) : this.#listed(blocks),
        source: pinned
      };
    } finally {
      view.close();
    }
  }
  #allocated(extents) {
    const runs = blockRuns(extents, this.#shape);
    return { count: runsBlockCount(runs), indexes: blocksOfRuns(runs) };
  }
  #listed(blocks) {
    return { count: blocks.count, indexes: blocks };
  }
  #openEarlier() {
    const { previousTop, virtualSizeBytes, blocks } = this.#request;
    const sameSize = previousTop !== null && this.#hasher.root(virtualSizeBytes, previousTop.top).equals(previousTop.root);
    if (sameSize) return this.#run.earlierTree(this.#shape, previousTop.top);
    if (blocks === "allocated") return null;
    throw new Fault({
      code: "ResynchronizationRequired",
      message: `Disk ${this.#request.diskName} of ${this.#run.machineName} cannot be replicated by its changes alone: its previous state has another size or is unknown.`,
      possibleCauses: "The disk was resized or replaced since the last recovery point.",
      recommendedAction: "Resynchronize the machine: the whole disk is read, and only what differs is stored."
    });
  }
  /** Some pages at a time, so that workers never wait for a page to be closed; the first error ends it. */
  async #processPages(pages) {
    const inFlight = /* @__PURE__ */ new Set();
    try {
      for (const page of pages) {
        this.#request.signal?.throwIfAborted();
        this.#run.check();
        const work = this.#processPage(page);
        inFlight.add(work);
        void work.then(
          () => inFlight.delete(work),
          () => void 0
        );
        if (inFlight.size >= PAGES_IN_FLIGHT) await Promise.race(inFlight);
      }
      await Promise.all(inFlight);
      this.#request.signal?.throwIfAborted();
    } finally {
      await Promise.allSettled(inFlight);
    }
  }
  async #processPage({ index, blocks }) {
    const earlier = this.#earlier === null ? null : await this.#earlier.page(1, index);
    const earlierIds = earlier === null ? null : sharedCopy(earlier);
    const inherits = this.#request.blocks !== "allocated" && earlier !== null;
    const pageIds = inherits ? sharedCopy(earlier) : new SharedArrayBuffer(PAGE_BYTES);
    const units = [];
    for (let at = 0; at < blocks.length; at += UNIT_BLOCKS) {
      units.push(this.#processUnit(blocks.subarray(at, at + UNIT_BLOCKS), earlierIds, pageIds));
    }
    await allOrFirstError(units);
    const bytes = Buffer.alloc(PAGE_BYTES);
    bytes.set(new Uint8Array(pageIds));
    const id = this.#hasher.pageId(1, bytes);
    const same = earlier !== null && earlier.equals(bytes);
    if (!same && !isZeroId(id)) this.#stats.storedBytes += await this.#run.storePage(id, bytes);
    await this.#levels.setPage(1, index, id);
  }
  async #processUnit(blocks, earlier, page) {
    const { virtualSizeBytes, signal } = this.#request;
    const source = this.#source;
    const unit = { source, virtualSizeBytes, blocks: blocks.slice(), earlier, page };
    const result = await this.#run.process(unit, signal);
    this.#stats.bytesRead += result.bytesRead;
    this.#stats.changedBytes += result.changedBytes;
    this.#stats.storedBytes += result.storedBytes;
    this.#report();
  }
  #report() {
    this.#request.onProgress?.({ ...this.#stats });
  }
};
function* pagesOf(indexes) {
  const blocks = new Uint32Array(PAGE_CHILDREN);
  let count = 0;
  let page = -1;
  for (const index of indexes) {
    const owner = Math.floor(index / PAGE_CHILDREN);
    if (owner !== page) {
      if (count > 0) yield { index: page, blocks: blocks.slice(0, count) };
      page = owner;
      count = 0;
    }
    blocks[count++] = index;
  }
  if (count > 0) yield { index: page, blocks: blocks.slice(0, count) };
}
function sharedCopy(page) {
  const shared = new SharedArrayBuffer(PAGE_BYTES);
  new Uint8Array(shared).set(page);
  return shared;
}
async function allOrFirstError(work) {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

// lib/engine/vault/run-packs.ts
var PACKS_PER_INDEX = 64;
var RunPacks = class {
  #setup;
  #numbers = [];
  #uploads = /* @__PURE__ */ new Set();
  #stored = [];
  #indexing = Promise.resolve();
  #failure = null;
  /** Bytes that the store has acknowledged. */
  storedBytes = 0;
  constructor(setup) {
    this.#setup = setup;
  }
  /** Numbers of all packs of the run. */
  get numbers() {
    return this.#numbers;
  }
  /** Throws the first failure of an upload, so that a run does not go on for hours after one. */
  check() {
    if (this.#failure !== null) throw this.#failure.error;
  }
  /** Takes the pack and its buffer over; the buffer goes back when the store has the bytes, or has refused them. */
  add(number, pack) {
    this.#numbers.push(number);
    this.#setup.index.registerOpen(number, pack);
    const upload = this.#upload(number, pack);
    this.#uploads.add(upload);
    void upload.finally(() => this.#uploads.delete(upload));
  }
  /** Resolves when every pack is stored and listed by a stored index. */
  async settle() {
    while (this.#uploads.size > 0) await Promise.all(this.#uploads);
    await this.#indexing;
    this.check();
    await this.#storeIndex(1);
  }
  /**
   * After a failed run: what is stored is indexed when that is still possible, so that the next run finds it; the rest is
   * forgotten. The failure that ended the run is the caller's to report.
   */
  async giveUp() {
    while (this.#uploads.size > 0) await Promise.all(this.#uploads);
    await this.#indexing;
    try {
      if (this.#failure === null) await this.#storeIndex(1);
    } catch {
    }
    const { table } = this.#setup.index;
    for (const number of this.#numbers) {
      if (!this.#setup.index.isReliable(number)) table.setPackState(number, PACK_DEAD);
    }
  }
  async #upload(number, pack) {
    try {
      if (this.#failure !== null) return;
      await this.#setup.sink.put(pack.name, pack.bytes);
      const { name, type, sizeBytes, salt, entries } = pack;
      this.#stored.push({ number, name, type, sizeBytes, salt, entries });
      this.storedBytes += sizeBytes;
      if (this.#stored.length >= PACKS_PER_INDEX) this.#indexing = this.#indexing.then(() => this.#indexSome());
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      const buffer = pack.bytes.buffer;
      assert(buffer instanceof ArrayBuffer, "a pack is filled in a buffer of the pool");
      this.#setup.giveBuffer(buffer);
    }
  }
  async #indexSome() {
    try {
      await this.#storeIndex(PACKS_PER_INDEX);
    } catch (error) {
      this.#failure ??= { error };
    }
  }
  async #storeIndex(countMin) {
    if (this.#stored.length < countMin) return;
    const packs = this.#stored;
    this.#stored = [];
    const { keys, random, sink, index } = this.#setup;
    const { name, bytes } = encodeIndex(packs, keys, random);
    await sink.put(name, bytes);
    index.registerIndex(name, packs);
  }
};

// lib/engine/vault/replication-run.ts
var ReplicationRun = class {
  #setup;
  #packs;
  #reliedOn = /* @__PURE__ */ new Set();
  #treePack = null;
  /** Pages are stored one after the other: they share a pack. */
  #storing = Promise.resolve();
  #blocksClaimable = 0;
  #ended = false;
  constructor(setup) {
    this.#setup = setup;
    const { index, keys, random, store, buffers } = setup;
    this.#packs = new RunPacks({ index, keys, random, sink: store, giveBuffer: (buffer) => buffers.give(buffer) });
  }
  get machineName() {
    return this.#setup.machineName;
  }
  get hasher() {
    return this.#setup.hasher;
  }
  /** Bytes of packs that the store has acknowledged so far. */
  get storedBytes() {
    return this.#packs.storedBytes;
  }
  async replicateDisk(request) {
    assert(!this.#ended, "a disk was replicated in a run that has ended");
    return new DiskReplication(this, request).replicate();
  }
  /**
   * Stores what is left, then the index, then the point. Fault ReplicationOvertaken (retryable) when a sweep or a
   * deletion took something away that the run relied on.
   */
  async commit(newPoint) {
    assert(!this.#ended, "a run was committed that has ended");
    await this.#setup.workers.finishRun(this.#setup.number);
    await this.#storing;
    this.#closeTreePack();
    await this.#packs.settle();
    const checkedAt = this.#setup.clock.monotonicMs();
    await this.#checkNothingWasTakenAway(newPoint.previous);
    const point = { machineId: this.#setup.machineId, ...newPoint };
    const { name, bytes } = encodePoint(point, this.#setup.keys, this.#setup.random);
    await this.#setup.store.put(name, bytes);
    if (this.#setup.clock.monotonicMs() - checkedAt > SWEEP_GRACE_MS / 2) {
      throw runOvertaken(
        this.machineName,
        "storing the recovery point took so long that a sweep may have overtaken it"
      );
    }
    this.#ended = true;
    this.#setup.onEnd(true);
    return { name, point };
  }
  /** Idempotent; also after a failure. What was stored already is kept for the next run. */
  async abort() {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#setup.workers.discardRun(this.#setup.number);
    } finally {
      await this.#storing;
      if (this.#treePack !== null) {
        this.#setup.index.table.setPackState(this.#treePack.number, PACK_DEAD);
        this.#setup.buffers.give(this.#treePack.buffer);
        this.#treePack = null;
      }
      await this.#packs.giveUp();
      this.#setup.onEnd(false);
    }
  }
  /** Called by the session when a worker has finished a pack of this run. */
  takePack(number, pack) {
    this.#packs.add(number, pack);
  }
  check() {
    this.#packs.check();
  }
  openSource(spec) {
    return this.#setup.openSource(spec);
  }
  earlierTree(shape, top) {
    const context = { machine: this.machineName, point: null };
    return new TreeReader(this.#setup.reader, shape, top, context);
  }
  async process(unit, signal) {
    signal?.throwIfAborted();
    const { table } = this.#setup.index;
    this.#blocksClaimable += unit.blocks.length;
    table.reserve(this.#blocksClaimable * 2 + 4096);
    const { segments } = table.shared;
    try {
      const result = await this.#setup.workers.process({ ...unit, run: this.#setup.number, segments });
      for (const pack of result.reliedOn) this.#reliedOn.add(pack);
      return result;
    } finally {
      this.#blocksClaimable -= unit.blocks.length;
    }
  }
  storePage(id, page) {
    const stored = this.#storing.then(() => this.#storePage(id, page));
    this.#storing = stored.catch(() => void 0);
    return stored;
  }
  async #storePage(id, page) {
    const { index, reader, number } = this.#setup;
    reader.pages.put(id, page);
    if (this.#treePack?.writer.hasRoom() === false) this.#closeTreePack();
    const pack = this.#treePack ??= await this.#openTreePack();
    index.table.reserve(this.#blocksClaimable * 2 + 4096);
    const holder = index.table.claim(id, pack.number, number);
    if (holder === 0) return pack.writer.add(id, page);
    if (index.table.packState(holder) === PACK_STORED) this.#reliedOn.add(holder);
    return 0;
  }
  async #openTreePack() {
    const { buffers, index, keys, random, compressor, number } = this.#setup;
    const buffer = await buffers.take();
    const writer = new PackWriter("page", Buffer.from(buffer), keys, random, compressor);
    return { number: index.table.newPack(number), writer, buffer };
  }
  #closeTreePack() {
    const pack = this.#treePack;
    this.#treePack = null;
    if (pack === null) return;
    if (pack.writer.count > 0) this.#packs.add(pack.number, pack.writer.finish());
    else this.#setup.buffers.give(pack.buffer);
  }
  /** docs/vault-format.md §7, rule 4. */
  async #checkNothingWasTakenAway(previous) {
    const { index, store } = this.#setup;
    await index.refresh(store);
    for (const pack of [...this.#packs.numbers, ...this.#reliedOn]) {
      if (!index.isReliable(pack)) {
        throw runOvertaken(
          this.machineName,
          `${index.packByNumber(pack).name} is being deleted or is no longer listed`
        );
      }
    }
    if (previous !== null && await store.size(previous) === null) {
      throw runOvertaken(this.machineName, "the recovery point that it continued from was deleted");
    }
  }
};

// lib/engine/vault/vault-session.ts
var RUNS_MAX = 4;
var EXPECTED_BLOBS = 8e4;
var BUFFERS_A_RUN = 3;
var BUFFERS_UNDER_WAY = 6;
var VaultSession = class _VaultSession {
  #setup;
  #index;
  #reader;
  #buffers = new BufferPool(() => this.#active * BUFFERS_A_RUN + BUFFERS_UNDER_WAY);
  #workers;
  #hasher;
  #compressor = new Compressor();
  #runs = /* @__PURE__ */ new Map();
  #waiting = [];
  #active = 0;
  /** An earlier run, of this process or another, may have stored packs that no index lists. */
  #mayHaveOrphans = true;
  #nextRun = FIRST_RUN;
  constructor(setup, index) {
    this.#setup = setup;
    this.#index = index;
    this.#reader = new BlobReader(setup.store, index, setup.keys);
    this.#hasher = new BlockHasher(setup.keys);
    this.#workers = setup.startWorkers({
      keys: setup.keys,
      table: index.table.shared,
      takeBuffer: () => this.#buffers.take(),
      giveBuffer: (buffer) => this.#buffers.give(buffer),
      forgetBuffer: () => this.#buffers.forget(),
      onPack: (run, number, pack) => {
        const owner = this.#runs.get(run);
        assert(owner !== void 0, `a worker finished a pack of run ${run}, which has ended`);
        owner.takePack(number, pack);
      }
    });
  }
  static async open(setup) {
    const index = new VaultIndex(setup.keys, setup.expectedBlobs ?? EXPECTED_BLOBS);
    await index.refresh(setup.store, { checkPacks: true });
    return new _VaultSession(setup, index);
  }
  get health() {
    return { damagedIndexes: [...this.#index.damaged.values()], missingPacks: this.#index.lostPacks };
  }
  /**
   * Begins a run; waits while RUNS_MAX are under way, hence to be called before the cut is taken. It must end with `commit`
   * or `abort`.
   */
  async begin(machine) {
    if (!isMachineId(machine.id)) throw badMachineId(machine.id);
    await this.#takeTurn();
    try {
      if (this.#mayHaveOrphans && this.#runs.size === 0) await this.#adoptOrphans();
      else await this.#index.refresh(this.#setup.store);
      return this.#newRun(machine);
    } catch (error) {
      this.#giveTurn();
      throw error;
    }
  }
  /** All runs must have ended. */
  async close() {
    assert(this.#runs.size === 0, "a vault session was closed while a replication was under way");
    await this.#workers.close();
  }
  /** Only while no run is under way: the packs of one that is are not orphans, they are not listed yet. */
  async #adoptOrphans() {
    const { store } = this.#setup;
    const adopted = await adoptPacks(this.#index, store, this.#setup);
    this.#mayHaveOrphans = false;
    if (adopted.packs > 0) this.#setup.onAdopted?.(adopted);
  }
  #newRun(machine) {
    const number = this.#nextRun++;
    const { store, keys, openSource, random, clock } = this.#setup;
    const run = new ReplicationRun({
      number,
      machineId: machine.id,
      machineName: machine.name,
      store,
      keys,
      openSource,
      random,
      clock,
      index: this.#index,
      reader: this.#reader,
      workers: this.#workers,
      buffers: this.#buffers,
      hasher: this.#hasher,
      compressor: this.#compressor,
      onEnd: (committed) => {
        if (!committed) this.#mayHaveOrphans = true;
        this.#runs.delete(number);
        this.#giveTurn();
      }
    });
    this.#runs.set(number, run);
    return run;
  }
  async #takeTurn() {
    if (this.#active < RUNS_MAX) this.#active += 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
  }
  #giveTurn() {
    const next = this.#waiting.shift();
    if (next !== void 0) next();
    else this.#active -= 1;
  }
};
function badMachineId(id) {
  return new Refusal("invalid", {
    code: "InvalidMachineId",
    message: `${JSON.stringify(id.slice(0, 100))} cannot be the id of a machine in a vault.`,
    possibleCauses: "An id has 1 to 64 letters, digits, dots, underscores or hyphens, and does not begin with a dot.",
    recommendedAction: "Give the machine another id in its definition."
  });
}

// e2e/bench/processes.ts
import fs from "node:fs";
import os3 from "node:os";
import process2 from "node:process";

// lib/site/supervisor/supervisor-client.ts
import { z as z6 } from "zod";

// lib/site/supervisor/supervisor-protocol.ts
import { z as z5 } from "zod";
var SiteStatus = z5.object({
  name: z5.string(),
  kind: z5.enum(["contoso", "folder"]),
  folder: z5.string(),
  state: z5.enum(["running", "failed"]),
  processes: z5.array(
    z5.object({
      role: z5.enum(["host", "agent"]),
      pid: z5.number().nullable(),
      running: z5.boolean(),
      restarts: z5.number()
    })
  ),
  registeredVault: z5.string().nullable(),
  registeredFabric: z5.string().nullable(),
  /** The host's control socket (lib/compute/host-protocol). */
  hostSocket: z5.string()
});
var SiteList = z5.object({ sites: z5.array(SiteStatus) });
var AddSite = z5.object({ folder: z5.string().min(1) });
var RegisterSite = z5.object({ credentialsXml: z5.string(), passphrase: z5.string() });
var ProcessList = z5.object({
  processes: z5.array(
    z5.object({ name: z5.string(), pid: z5.number().nullable(), running: z5.boolean(), restarts: z5.number() })
  )
});

// lib/site/supervisor/supervisor-client.ts
var Failure2 = z6.object({
  error: z6.object({
    code: z6.string(),
    message: z6.string(),
    possibleCauses: z6.string(),
    recommendedAction: z6.string()
  })
});

// e2e/bench/statistics.ts
function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.max(0, Math.ceil(percent / 100 * sorted.length) - 1);
  const value = sorted[index];
  if (value === void 0) throw new Error("nothing was measured");
  return value;
}
var median = (values) => (percentile(values, 50) - percentile(
  values.map((value) => -value),
  50
)) / 2;
var sum = (values) => values.reduce((total, value) => total + value, 0);

// e2e/bench/processes.ts
var TICKS_PER_SECOND = 100;
function watchOthers() {
  const before = { all: busySeconds(), ours: ourSeconds(), at: performance.now() };
  return () => {
    const elapsed = (performance.now() - before.at) / 1e3;
    const others = busySeconds() - before.all - (ourSeconds() - before.ours);
    return Math.max(0, others) / elapsed / os3.cpus().length;
  };
}
function ourSeconds() {
  const ticks = descendantsOf(process2.pid).flatMap((pid) => statFields(pid)?.slice(11, 15).map(Number) ?? []);
  return sum(ticks) / TICKS_PER_SECOND;
}
function busySeconds() {
  const fields = fs.readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = fields;
  return (user + nice + system + interrupts + softInterrupts + stolen) / TICKS_PER_SECOND;
}
function descendantsOf(root) {
  const children = /* @__PURE__ */ new Map();
  for (const entry of fs.readdirSync("/proc")) {
    const fields = /^\d+$/.test(entry) ? statFields(Number(entry)) : null;
    if (fields === null) continue;
    const parent = Number(fields[1]);
    children.set(parent, [...children.get(parent) ?? [], Number(entry)]);
  }
  const found = [root];
  for (const pid of found) found.push(...children.get(pid) ?? []);
  return found;
}
function statFields(pid) {
  const stat = readProc(pid, "stat");
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
function readProc(pid, file) {
  try {
    return fs.readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(error.code ?? "")) return null;
    throw error;
  }
}

// e2e/bench/report.ts
function row(figure, measured) {
  return { figure, measured, goal: "", verdict: "" };
}
function rowWithGoal(figure, measured, goalBelow, show, detail = "") {
  return {
    figure,
    measured: `${show(measured)}${detail}`,
    goal: `< ${show(goalBelow)}`,
    verdict: measured < goalBelow ? "met" : "missed"
  };
}
function othersRow(share) {
  return row("taken by other programs meanwhile", `${(share * 100).toFixed(0)} % of all cores`);
}
var seconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
var mebibytes = (bytes) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
var megabytesPerSecond = (bytes, inSeconds) => `${(bytes / 1e6 / inSeconds).toFixed(0)} MB/s`;
function asText(sections) {
  const rows = sections.flatMap((section) => section.rows);
  const width = Math.max(...rows.map(({ figure }) => figure.length));
  return sections.map(({ title, rows: own }) => {
    const lines = own.map(
      ({ figure, measured, goal, verdict }) => `  ${figure.padEnd(width)}  ${measured}${goal === "" ? "" : `  (goal ${goal}: ${verdict})`}`.trimEnd()
    );
    return [title, ...lines].join("\n");
  }).join("\n\n");
}

// e2e/bench/instant-start.ts
var GIB = 1024 ** 3;
var SIZES = { small: GIB, large: 500 * GIB };
var GOAL_SECONDS = 3;
var GOAL_DIFFERENCE = 0.2;
var LEDGER = { hostName: "BENCH", title: "Instant start", ledgerStartLba: 2048, capacity: 65536, ledgerId: 9 };
var ORDERS = 5e3;
var DATA_OFFSET = 64 * 1024 ** 2;
async function measureInstantStart(folder2, dataBytes, runs) {
  const alive = setInterval(() => void 0, 1e3);
  try {
    return await measure(folder2, dataBytes, runs);
  } finally {
    clearInterval(alive);
  }
}
async function measure(folder2, dataBytes, runs) {
  const others = watchOthers();
  const keys = deriveVaultKeys(systemRandom.bytes(32));
  const points = /* @__PURE__ */ new Map();
  for (const size of ["small", "large"]) points.set(size, await fillVault(folder2, size, keys, dataBytes));
  const rows = [];
  for (const hypervisor of [new V86Hypervisor(), new QemuHypervisor()]) {
    const unavailable = hypervisor.unavailableReason();
    if (unavailable !== null) {
      rows.push(row(`on ${hypervisor.name}`, `not measured: ${unavailable}`));
      continue;
    }
    const found = { small: [], large: [] };
    for (let run = 0; run <= runs; run++) {
      for (const size of run % 2 === 0 ? ["small", "large"] : ["large", "small"]) {
        const started2 = await startOnce(folder2, { hypervisor, size, keys, point: points.get(size) ?? "", run });
        if (run > 0) found[size].push(started2);
      }
    }
    rows.push(...rowsOf(hypervisor.name, found));
  }
  return {
    title: "Instant start",
    method: `The Contoso guest with ${String(ORDERS)} orders and ${mebibytes(dataBytes)} of incompressible data on a disk of 1 GiB and one of 500 GiB; medians of ${String(runs)} runs, alternating, after one that does not count. From the decision to start, vault not opened yet, to the guest's first line.`,
    rows: [...rows, othersRow(others())]
  };
}
function rowsOf(name, found) {
  const first = (size) => median(found[size].map((one) => one.firstLineSeconds));
  const hydrated = median(found.large.map((one) => one.hydratedSeconds));
  const written = found.large[0]?.bytesWritten ?? 0;
  const difference = Math.abs(first("large") - first("small")) / first("small");
  return [
    rowWithGoal(`${name}: first line, disk of 1 GiB`, first("small"), GOAL_SECONDS, seconds),
    rowWithGoal(`${name}: first line, disk of 500 GiB`, first("large"), GOAL_SECONDS, seconds),
    rowWithGoal(`${name}: difference`, difference, GOAL_DIFFERENCE, (share) => `${(share * 100).toFixed(1)} %`),
    row(
      `${name}: disk of 500 GiB complete and verified behind the machine`,
      `${seconds(hydrated)} (${mebibytes(written)}, ${megabytesPerSecond(written, hydrated)}, read back included)`
    )
  ];
}
async function fillVault(folder2, size, keys, dataBytes) {
  const imagePath = path7.join(folder2, `${size}.vhd`);
  const virtualSizeBytes = SIZES[size];
  const image = { virtualSizeBytes, uniqueId: systemRandom.uuid(), createdAt: /* @__PURE__ */ new Date(0) };
  const disk = createDynamicVhd(nodeFileSystem, imagePath, image);
  installLedgerGuest(disk, { ...LEDGER, ticksPerOrder: 2 });
  const orders = Array.from({ length: ORDERS }, () => ({ at: "2026-01-02T03:04:05", amountCents: 100 }));
  writeOrders(disk, { ...LEDGER, ticksPerOrder: 2 }, orders);
  for (let at = 0; at < dataBytes; at += BLOCK_BYTES) disk.write(DATA_OFFSET + at, systemRandom.bytes(BLOCK_BYTES));
  disk.close();
  const session = await VaultSession.open({
    store: await FolderStore.open(path7.join(folder2, `vault-${size}`)),
    ...{ keys, random: systemRandom, clock: systemClock },
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    startWorkers: threadWorkers({})
  });
  const run = await session.begin({ id: "bench", name: "BENCH" });
  const made = await run.replicateDisk({
    ...{ diskName: "os", source: { imagePath, preservePath: null }, virtualSizeBytes },
    ...{ previousTop: null, blocks: "allocated" }
  });
  const hex = { root: made.root.toString("hex"), top: made.top.toString("hex") };
  const { name } = await run.commit({
    ...{ at: (/* @__PURE__ */ new Date()).toISOString(), kind: "CrashConsistent", orders: null, final: false, previous: null },
    ...{ disks: [{ diskId: "os", virtualSizeBytes, ...hex }], sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 }
  });
  await session.close();
  return name;
}
async function startOnce(folder2, ask) {
  const { hypervisor, size, keys, point, run } = ask;
  const home = path7.join(folder2, `${hypervisor.name}-${size}-${run}`);
  const imagePath = path7.join(home, "disk.vhd");
  nodeFileSystem.makeFolder(home);
  const workers = new VaultWorkerClient({ childCountMax: 1, niceness: 0 });
  const host = new ComputeHost({
    ...{ home: path7.join(home, "host"), hostName: "bench", pid: process.pid, fileSystem: nodeFileSystem, hypervisor },
    ...{ clock: systemClock, random: systemRandom, bootId: null },
    supplyBlocks: supplyBlocksOver(nodeFileSystem, systemClock)
  });
  try {
    const startedMs = performance.now();
    const context = { machine: "BENCH", point };
    let markUsable = () => {
    };
    const usable = new Promise((resolve) => markUsable = resolve);
    const hydrated = workers.run(
      "hydrate",
      {
        store: { kind: "folder", folder: path7.join(folder2, `vault-${size}`) },
        ...{ masterKey: keys.master, pointName: point, context, diskId: "os", imagePath, bootId: null },
        socketPath: path7.join(home, "b.sock")
      },
      { onProgress: () => markUsable() }
    );
    await Promise.race([usable, hydrated]);
    const disks = [{ id: "os", name: "disk.vhd", path: imagePath, role: "os" }];
    const machine = { id: "m", name: "M", memoryBytes: 32 * 1024 ** 2, disks, desired: "running" };
    const definition = { ...machine, generation: 1, osType: "Other", cpuCount: 1, bootable: true };
    const attachments = { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false };
    await host.put({ ...definition, attachments });
    while (host.console("m").firstLineMs === null) await systemClock.sleep(5);
    const firstLineSeconds = (performance.now() - startedMs) / 1e3;
    const { bytesWritten } = await hydrated;
    const hydratedSeconds = (performance.now() - startedMs) / 1e3;
    if (!await host.settleDisks("m")) throw new Error("a proven disk did not become an ordinary one");
    return { firstLineSeconds, hydratedSeconds, bytesWritten };
  } finally {
    await host.shutDown();
    await workers.close();
    nodeFileSystem.remove(imagePath);
  }
}

// e2e/bench/instant-only.tmp.ts
import fs2 from "node:fs";
var folder = fs2.mkdtempSync("/tmp/inst-");
var started = performance.now();
measureInstantStart(folder, 64 * 1024 * 1024, 4).then((s) => console.log(asText([s]), (performance.now() - started) / 1e3), (e) => console.error(e)).finally(() => {
  fs2.rmSync(folder, { recursive: true });
  process.exit(0);
});
