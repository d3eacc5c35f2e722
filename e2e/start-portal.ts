import path from "node:path";
import { startPortal, type PortalProcess } from "@/lib/testing/drive/portal-process";
import { announcePortal } from "./support/portals";

/** The portals of all browser tests, each in a home of its own; where they are goes to the tests through the environment. */
export default async function startForBrowserTests(): Promise<() => Promise<void>> {
  const root = path.resolve(import.meta.dirname, "..");
  const started: PortalProcess[] = [];
  const stop = async () => void (await Promise.all(started.map((portal) => portal.stop())));
  try {
    for (const name of ["people", "programs"] as const) {
      const portal = await startPortal({ root, demo: name === "people" });
      started.push(portal);
      announcePortal(name, portal);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
