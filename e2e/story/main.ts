import path from "node:path";
import process from "node:process";
import { startPortal } from "@/lib/testing/drive/portal-process";
import { tellTheFailback } from "./failback";
import { tellTheStory } from "./site-to-azure";

/** `npm run demo -- --story`: a portal of its own in a temporary home, the whole story, exit code 1 at the first wrong thing. STORY_CHAPTER=failback: that one. */
const portal = await startPortal({ root: path.resolve(import.meta.dirname, "..") });
process.stdout.write(`portal ready in ${(portal.startedInMs / 1000).toFixed(1)} s at ${portal.origin}\n`);
let failed = false;
const interrupted = () => {
  void portal.stop().then(() => process.exit(130));
};
process.once("SIGINT", interrupted);
process.once("SIGTERM", interrupted);
try {
  await (process.env["STORY_CHAPTER"] === "failback" ? tellTheFailback : tellTheStory)(portal.origin);
  process.stdout.write("\nThe story passed.\n");
} catch (error) {
  failed = true;
  process.stderr.write(`\nThe story stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env["STORY_OUTPUT"] === "1") process.stderr.write(portal.output());
} finally {
  await portal.stop();
}
process.exit(failed ? 1 : 0);
