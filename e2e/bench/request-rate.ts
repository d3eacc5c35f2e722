const CONNECTIONS = 4;

/**
 * Asks GET /readyz over four connections, each as soon as its last answer is there, until told to stop. Instants of the answers,
 * milliseconds since 1970; an answer other than 200 ends the benchmark.
 */
export async function askWithoutPause(origin: string, until: AbortSignal): Promise<number[]> {
  const instants: number[] = [];
  const connection = async (): Promise<void> => {
    while (!until.aborted) {
      const response = await fetch(`${origin}/readyz`);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`/readyz answered ${String(response.status)}`);
      instants.push(Date.now());
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return instants;
}

/** Answers per second between two instants. */
export function rateBetween(instants: readonly number[], from: number, to: number): number {
  return (instants.filter((at) => at >= from && at < to).length * 1000) / (to - from);
}
