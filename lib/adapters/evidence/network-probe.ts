import net from "node:net";
import type { ApplicationProbe, ProbeAnswer, ProbeLimits } from "@/lib/operations/ports/application-probe";

const BODY_BYTES_MAX = 64 * 1024;

/** From this machine, as the local user would. */
export const networkProbe: ApplicationProbe = {
  connect: (host, port, limits) =>
    new Promise((resolve) => {
      const socket = net.connect({ host, port });
      const signal = signalOf(limits);
      const end = (answer: ProbeAnswer): void => {
        signal.removeEventListener("abort", onAbort);
        socket.destroy();
        resolve(answer);
      };
      const onAbort = (): void => end({ passed: false, detail: `${host}:${port} did not answer in time` });
      signal.addEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
      socket.once("connect", () => end({ passed: true, detail: `${host}:${port} accepted a connection` }));
      socket.once("error", (error: NodeJS.ErrnoException) =>
        end({ passed: false, detail: `${host}:${port}: ${error.code ?? error.message}` }),
      );
    }),

  async get(url, wanted, limits) {
    try {
      const response = await fetch(url, { redirect: "manual", signal: signalOf(limits) });
      const body = await firstBytesOf(response);
      const { status } = response;
      const isStatus = wanted.status === null ? status >= 200 && status <= 299 : status === wanted.status;
      if (!isStatus) return { passed: false, detail: `it answered ${status}` };
      if (wanted.matches === null) return { passed: true, detail: `it answered ${status}` };
      return wanted.matches(body)
        ? { passed: true, detail: `it answered ${status}, and its body has the pattern` }
        : { passed: false, detail: `it answered ${status}, but its body has not the pattern` };
    } catch (error) {
      return { passed: false, detail: reasonOf(error) };
    }
  },
};

async function firstBytesOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return "";
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= BODY_BYTES_MAX) break;
  }
  return Buffer.concat(pieces).subarray(0, BODY_BYTES_MAX).toString("utf8");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it did not answer in time";
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}

function signalOf({ timeoutMs, signal }: ProbeLimits): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]);
}
