import { Buffer } from "node:buffer";

export interface Allocations {
  readonly largestBytes: number;
  readonly totalBytes: number;
}

type Allocator = (size: number, ...rest: never[]) => Buffer;
const ALLOCATORS = ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const;
const ARRAYS = ["ArrayBuffer", "Uint8Array", "Uint32Array", "BigUint64Array", "Float64Array"] as const;
const ELEMENT_BYTES: Readonly<Record<(typeof ARRAYS)[number], number>> = {
  ...{ ArrayBuffer: 1, Uint8Array: 1, Uint32Array: 4, BigUint64Array: 8, Float64Array: 8 },
};

/** Runs `work` (synchronous) and says how much memory it took in buffers and typed arrays, the largest of them apart. */
export function watchAllocations<Result>(work: () => Result): { result: Result; allocations: Allocations } {
  let largestBytes = 0;
  let totalBytes = 0;
  const count = (bytes: number): void => {
    largestBytes = Math.max(largestBytes, bytes);
    totalBytes += bytes;
  };
  const restore = [...ALLOCATORS.map((name) => watchAllocator(name, count)), ...ARRAYS.map((name) => watchArray(name, count))]; // prettier-ignore
  try {
    const result = work();
    return { result, allocations: { largestBytes, totalBytes } };
  } finally {
    for (const one of restore) one();
  }
}

function watchAllocator(name: (typeof ALLOCATORS)[number], count: (bytes: number) => void): () => void {
  const holder = Buffer as unknown as Record<string, Allocator>;
  const original = holder[name];
  if (original === undefined) throw new Error(`Buffer.${name} is missing`);
  holder[name] = (size, ...rest) => {
    count(size);
    return original.call(Buffer, size, ...rest);
  };
  return () => {
    holder[name] = original;
  };
}

function watchArray(name: (typeof ARRAYS)[number], count: (bytes: number) => void): () => void {
  const holder = globalThis as unknown as Record<string, new (...args: unknown[]) => object>;
  const original = holder[name];
  if (original === undefined) throw new Error(`${name} is missing`);
  holder[name] = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === "number") count(args[0] * ELEMENT_BYTES[name]);
      return Reflect.construct(target, args, newTarget === holder[name] ? target : newTarget) as object;
    },
  });
  return () => {
    holder[name] = original;
  };
}
