/** Child process for bulk work on vaults: restoring, checking, sweeping. Started by the server; gives way to it. */
import os from "node:os";
import { serveVaultWorker } from "@/lib/adapters/engine-workers/vault-worker-process";

const NICENESS = 10;

os.setPriority(NICENESS);
serveVaultWorker();
