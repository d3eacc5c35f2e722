/** Child process for bulk work on vaults: restoring, checking, sweeping. Started by the server; gives way to it. */
import { serveVaultWorker } from "@/lib/adapters/engine-workers/vault-worker-process";
import { BULK_NICENESS, lowerPriority } from "@/lib/adapters/system/process-priority";

// The one that serves blocks to running guests asks for another: they wait for it.
lowerPriority(process.argv[2] === undefined ? BULK_NICENESS : Number(process.argv[2]));
serveVaultWorker();
