/**
 * Watches one runbook: starts it within its bounds, keeps what it prints, ends it when it must, records how it ended. Started
 * by the server and independent of it from then on. Its order, with whatever is secret in it, comes on standard input.
 */
import os from "node:os";
import { text } from "node:stream/consumers";
import type { WatchOrder } from "@/lib/adapters/runbooks/run-folder";
import { watchRun } from "@/lib/adapters/runbooks/watch-run";

const NICENESS = 10;

os.setPriority(NICENESS);
const order = await text(process.stdin);
// The server died before it had said all: then nothing is run, and the next server asks again.
if (!order.endsWith("\n")) process.exit(64);
await watchRun(JSON.parse(order) as WatchOrder);
process.exit(0);
