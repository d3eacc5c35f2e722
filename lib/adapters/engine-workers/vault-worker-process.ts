import { assert } from "@/lib/kernel/assert";
import { toWireError } from "./error-wire";
import { vaultTasks } from "./vault-tasks";
import type { FromVaultWorker, ToVaultWorker, VaultTask, VaultTasks } from "./vault-worker-protocol";

/** Progress goes out at most so often; the last is always overtaken by the result. */
const PROGRESS_INTERVAL_MS = 100;

/** The child's side: serves requests on the process's channel until that closes. Then nobody wants the results: it ends at once. */
export function serveVaultWorker(): void {
  assert(process.send !== undefined, "vault-worker is started by the server, with a channel");
  const running = new Map<number, AbortController>();
  const send = (message: FromVaultWorker): void => {
    if (process.connected) process.send?.(message);
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: ToVaultWorker) => {
    if (message.kind === "abort") {
      running.get(message.id)?.abort();
      return;
    }
    const { id } = message;
    const controller = new AbortController();
    running.set(id, controller);
    void perform(message, controller.signal, send)
      .then(
        (result) => send({ kind: "result", id, result }),
        (error: unknown) => send({ kind: "error", id, error: toWireError(error) }),
      )
      .finally(() => running.delete(id));
  });
}

type Request = Extract<ToVaultWorker, { kind: "request" }>;

async function perform(
  request: Request,
  signal: AbortSignal,
  send: (message: FromVaultWorker) => void,
): Promise<VaultTasks[VaultTask]["result"]> {
  let sentAtMs = -Infinity;
  const onProgress = (progress: VaultTasks[VaultTask]["progress"]): void => {
    if (performance.now() - sentAtMs < PROGRESS_INTERVAL_MS) return;
    sentAtMs = performance.now();
    send({ kind: "progress", id: request.id, progress });
  };
  // A turn of the event loop, in which an abort that follows on the heels of the request is seen.
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
  switch (request.task) {
    case "materialise":
      return vaultTasks.materialise(request.args, { onProgress, signal });
    case "hydrate":
      return vaultTasks.hydrate(request.args, { onProgress, signal });
    case "capture-replica":
      return vaultTasks["capture-replica"](request.args, { onProgress, signal });
    case "verify-root":
      return vaultTasks["verify-root"](request.args, { onProgress, signal });
    case "check":
      return vaultTasks.check(request.args, { onProgress, signal });
    case "check-vault":
      return vaultTasks["check-vault"](request.args, { onProgress, signal });
    case "isolate-damage":
      return vaultTasks["isolate-damage"](request.args, { onProgress, signal });
    case "compact":
      return vaultTasks.compact(request.args, { onProgress, signal });
    case "measure-space":
      return vaultTasks["measure-space"](request.args, { onProgress, signal });
    case "sweep":
      return vaultTasks.sweep(request.args, { onProgress, signal });
  }
}
