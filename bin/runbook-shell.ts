/**
 * Watches one runbook: starts it within its bounds, keeps what it prints, ends it when it must, records how it ended. Started
 * by the server and independent of it from then on. Its order, with whatever is secret in it, comes on standard input.
 */
import { text } from "node:stream/consumers";
import type { WatchOrder } from "@/lib/adapters/runbooks/run-folder";
import { watchRun } from "@/lib/adapters/runbooks/watch-run";
import { lowerPriority } from "@/lib/adapters/system/process-priority";

lowerPriority();
const order = await text(process.stdin);
// The server died before it had said all: then nothing is run, and the next server asks again.
if (!order.endsWith("\n")) process.exit(64);
await watchRun(JSON.parse(order) as WatchOrder);
process.exit(0);
