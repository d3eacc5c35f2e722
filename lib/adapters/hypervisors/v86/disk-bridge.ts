import type { GuestDisk } from "@/lib/compute/hypervisor";
import type { V86DiskBuffer } from "./internals";

export interface DiskBridgeHooks {
  /** An access failed: the drive must report an error for the command under way. */
  onAccessFailed(buffer: V86DiskBuffer, cause: unknown): void;
  /** True once the machine is off or failed: nothing more may reach the disk. */
  isDead(): boolean;
}

/**
 * A guest's drive over a `GuestDisk`. Reads (unless the disk must fetch what is read) and writes are answered within the
 * call: when the guest sees "written", the
 * disk below has returned. A failing access never calls back; the drive reports the error instead, so that the guest
 * cannot take a lost write for a good one.
 */
export function bridgeDisk(disk: GuestDisk, hooks: DiskBridgeHooks): V86DiskBuffer {
  const attempt = (buffer: V86DiskBuffer, access: () => void): boolean => {
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
      const answer = (): void => {
        const bytes = new Uint8Array(length);
        if (attempt(this, () => disk.read(offset, bytes))) done(bytes);
      };
      let waiting = null as Promise<void> | null;
      const begun = attempt(this, () => {
        waiting = disk.prepare?.(offset, length) ?? null;
      });
      if (!begun) return;
      if (waiting === null) answer();
      else void waiting.then(answer, (error: unknown) => hooks.isDead() || hooks.onAccessFailed(this, error));
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
    set_state: () => undefined,
  };
}
