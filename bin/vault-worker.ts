/** Child process for bulk work on vaults: restoring, checking, sweeping. Started by the server; gives way to it. */
import os from "node:os";
import { serveVaultWorker } from "@/lib/adapters/engine-workers/vault-worker-process";

const NICENESS = 10;

// The one that serves blocks to running guests asks for another: they wait for it.
os.setPriority(process.argv[2] === undefined ? NICENESS : Number(process.argv[2]));
serveVaultWorker();
