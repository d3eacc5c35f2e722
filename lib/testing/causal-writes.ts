import type { GuestDisk } from "@/lib/compute/hypervisor";
import type { Random } from "@/lib/kernel/random";

export const PLACE_BYTES = 4_096;

export interface CausalDisk {
  readonly machine: number;
  readonly disk: number;
  readonly target: Pick<GuestDisk, "virtualSizeBytes" | "write">;
}

/**
 * Writes to many disks of many machines in one causal order: generation n+1 is written, wherever, only after n was. Each
 * 16 bytes name machine, disk, place and generation. Whatever is cut at one instant is then a prefix: all generations up
 * to some n and none beyond it.
 */
export class CausalWriter {
  /** Of generation n at n - 1: which disk, which place. */
  readonly history: { readonly disk: number; readonly place: number }[] = [];
  readonly #disks: readonly CausalDisk[];
  readonly #random: Random;

  constructor(disks: readonly CausalDisk[], random: Random) {
    this.#disks = disks;
    this.#random = random;
  }

  get diskCount(): number {
    return this.#disks.length;
  }

  writeNext(): void {
    const draw = this.#random.bytes(8);
    const disk = draw.readUInt32LE(0) % this.#disks.length;
    const { machine, disk: number, target } = this.#at(disk);
    const place = draw.readUInt32LE(4) % (target.virtualSizeBytes / PLACE_BYTES);
    this.history.push({ disk, place });
    target.write(place * PLACE_BYTES, contentOf(machine, number, place, this.history.length));
  }

  /**
   * Of what was read of all disks at one cut: up to which generation it is everything that was written, and nothing else.
   * `problem` names the first place that is not what it must be.
   */
  check(contents: readonly Buffer[]): { readonly generation: number; readonly problem: string | null } {
    const generation = contents.reduce((newest, bytes) => Math.max(newest, newestIn(bytes)), 0);
    const expected = new Map<string, number>();
    this.history.slice(0, generation).forEach(({ disk, place }, index) => expected.set(`${disk}/${place}`, index + 1));
    for (const [disk, bytes] of contents.entries()) {
      const { machine, disk: number } = this.#at(disk);
      for (let place = 0; place < bytes.length / PLACE_BYTES; place++) {
        const due = expected.get(`${disk}/${place}`) ?? 0;
        const found = bytes.subarray(place * PLACE_BYTES, (place + 1) * PLACE_BYTES);
        if (found.equals(due === 0 ? EMPTY : contentOf(machine, number, place, due))) continue;
        const seen = found.readUInt32LE(12);
        const what = `machine ${machine}, disk ${number}, place ${place}: generation ${seen} instead of ${due}`;
        return { generation, problem: `${what}, in a cut that has ${generation}` };
      }
    }
    return { generation, problem: null };
  }

  #at(index: number): CausalDisk {
    const disk = this.#disks[index];
    if (!disk) throw new RangeError(`no disk ${index}`);
    return disk;
  }
}

const EMPTY = Buffer.alloc(PLACE_BYTES);

function contentOf(machine: number, disk: number, place: number, generation: number): Buffer {
  const sixteen = Buffer.alloc(16);
  sixteen.writeUInt32LE(machine + 1, 0);
  sixteen.writeUInt32LE(disk, 4);
  sixteen.writeUInt32LE(place, 8);
  sixteen.writeUInt32LE(generation, 12);
  return Buffer.alloc(PLACE_BYTES, sixteen);
}

function newestIn(bytes: Buffer): number {
  let newest = 0;
  for (let at = 12; at < bytes.length; at += PLACE_BYTES) newest = Math.max(newest, bytes.readUInt32LE(at));
  return newest;
}
