export interface BacklogFigures {
  readonly phase: string;
  /** Of the run under way. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Named by the write logs: written since the last point that is safe. */
  readonly pendingBytes: number;
}

/**
 * Bytes of disk that are still to be read and sent, before deduplication and compression: an upper bound of what travels.
 * What a delta sends stays in the write logs until its point is safe, so it must not be counted twice; a full pass reads
 * the disk beside them.
 */
export function backlogBytes({ phase, bytesDone, bytesTotal, pendingBytes }: BacklogFigures): number {
  const left = Math.max(0, bytesTotal - bytesDone);
  switch (phase) {
    case "initial":
    case "resync":
      return left + pendingBytes;
    case "delta":
      return Math.max(left, pendingBytes - bytesDone);
    default:
      return pendingBytes;
  }
}
