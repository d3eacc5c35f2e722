import type { Clock } from "@/lib/kernel/clock";
import type { TransferOrders } from "../protocol";
import type { UploadPace } from "../vault-client";
import { ProgressMeter } from "./progress-meter";
import { Slots } from "./slots";
import { Throttle } from "./throttle";

/** Writers fill packs up to this. */
const PACK_BYTES = 4 * 1024 * 1024;
/** A pack that takes longer counts as stuck, on either side. Under a low limit fewer go at a time. */
const PACK_SECONDS_MAX = 60;
const UPLOAD_THREADS = 4;
/** Small under a limit, so that several uploads share it evenly; large without, so that it costs nothing. */
const LIMITED_SLICE_BYTES = 16 * 1024;
const SLICE_BYTES = 256 * 1024;

/** What the host may send at a time and how fast, as the vault last said, and how fast it really sends. */
export class TransferPace implements UploadPace {
  readonly #throttle: Throttle;
  readonly #reads: Throttle;
  readonly #uploads = new Slots(UPLOAD_THREADS);
  readonly #meter: ProgressMeter;
  #sentBytes = 0;

  constructor(clock: Clock) {
    this.#throttle = new Throttle(clock);
    this.#reads = new Throttle(clock);
    this.#meter = new ProgressMeter(clock);
    this.#meter.start(0);
  }

  apply({ uploadThreads, uploadBytesPerSecond, resynchronizationReadBytesPerSecond }: TransferOrders): void {
    this.#throttle.limitTo(uploadBytesPerSecond);
    this.#reads.limitTo(resynchronizationReadBytesPerSecond);
    this.#uploads.resize(threadsUnder(uploadBytesPerSecond, uploadThreads));
  }

  /** One upload's turn; returns the way to give it back. */
  takeThread(signal: AbortSignal): Promise<() => void> {
    return this.#uploads.take(signal);
  }

  get sliceBytes(): number {
    return this.#throttle.bytesPerSecond === null ? SLICE_BYTES : LIMITED_SLICE_BYTES;
  }

  take(bytes: number, signal: AbortSignal): Promise<void> {
    return this.#throttle.take(bytes, signal);
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    this.#meter.update(this.#sentBytes, this.#sentBytes);
  }

  /** Resolves when a resynchronization may read so many bytes more of a disk. */
  takeRead(bytes: number, signal: AbortSignal): Promise<void> {
    return this.#reads.take(bytes, signal);
  }

  /** Measured: bytes handed to the sockets since the start, and how many a second lately. */
  report(): { sentBytes: number; bytesPerSecond: number; limitBytesPerSecond: number | null } {
    const { bytesPerSecond } = this.#meter.read();
    return { sentBytes: this.#sentBytes, bytesPerSecond, limitBytesPerSecond: this.#throttle.bytesPerSecond };
  }
}

export function threadsUnder(bytesPerSecond: number | null, threads: number): number {
  if (bytesPerSecond === null) return threads;
  return Math.max(1, Math.min(threads, Math.floor((bytesPerSecond * PACK_SECONDS_MAX) / PACK_BYTES)));
}
