import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { Hydration } from "@/lib/engine/on-demand/hydration";
import type { HydratedDisk } from "@/lib/engine/on-demand/on-demand-files";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import { diskNotInPoint } from "./disk-not-in-point";
import { toWireError } from "./error-wire";
import type { VaultTasks } from "./vault-worker-protocol";

const REPORT_MS = 200;
const RETRY_MS = 5_000;
const BODY_BYTES_MAX = 1_000;
const Want = z.object({ first: z.number().int().nonnegative(), count: z.number().int().min(1).max(65_536) });

interface TaskContext {
  readonly onProgress: (progress: VaultTasks["hydrate"]["progress"]) => void;
  readonly signal: AbortSignal;
}

/**
 * Serves one image that is not whole yet: `POST /want {first, count}` on the socket answers with the runs of blocks that
 * are in the image by then. Plain data goes into the image only, never over the socket; the keys stay in this process.
 */
export async function hydrate(
  store: ObjectStore,
  args: VaultTasks["hydrate"]["args"],
  { onProgress, signal }: TaskContext,
): Promise<HydratedDisk> {
  const keys = deriveVaultKeys(args.masterKey);
  const point = await openPoint(store, keys, args.pointName, args.context);
  const disk = point.disks.find(({ diskId }) => diskId === args.diskId);
  if (disk === undefined) throw diskNotInPoint(args);
  const hydration = new Hydration({
    vault: await openVaultReader(store, keys),
    ...{ disk, context: args.context, imagePath: args.imagePath, socket: args.socketPath, bootId: args.bootId },
    ...{ fileSystem: nodeFileSystem, random: systemRandom, clock: systemClock },
  });
  let problem: Explanation | null = null;
  const report = () => onProgress({ ...hydration.progress, problem });
  const server = createServer((request, response) => void answer(hydration, request, response));
  try {
    await listenOnUnixSocket(server, args.socketPath);
    report();
    const reporting = setInterval(report, REPORT_MS);
    try {
      return await untilHydrated(hydration, signal, (found) => (problem = found));
    } finally {
      clearInterval(reporting);
    }
  } finally {
    await close(server);
    hydration.close();
  }
}

/** A block that cannot be had must not take those away from the guest that can. */
async function untilHydrated(
  hydration: Hydration,
  signal: AbortSignal,
  onProblem: (problem: Explanation | null) => void,
): Promise<HydratedDisk> {
  for (;;) {
    try {
      return await hydration.run(signal);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      onProblem(error.explanation);
      await systemClock.sleep(RETRY_MS, signal);
      onProblem(null);
    }
  }
}

async function answer(hydration: Hydration, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    const { first, count } = Want.parse(JSON.parse(await textOf(request)));
    send(200, { runs: await hydration.want(first, count) });
  } catch (error) {
    send(error instanceof Fault ? 500 : 400, { error: toWireError(error) });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += piece;
    if (text.length > BODY_BYTES_MAX) throw new RangeError("a request for blocks is short");
  }
  return text;
}

/** Node removes the socket's file with the server. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
