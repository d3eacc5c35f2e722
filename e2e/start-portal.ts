import path from "node:path";
import { startPortal } from "@/lib/testing/drive/portal-process";

/** One portal with the Contoso estate for all browser tests; its address goes to the tests through the environment. */
export default async function startForBrowserTests(): Promise<() => Promise<void>> {
  const portal = await startPortal({ root: path.resolve(import.meta.dirname, "..") });
  process.env["PORTAL_ORIGIN"] = portal.origin;
  process.env["PORTAL_TLS_ORIGIN"] = portal.tlsOrigin;
  process.env["PORTAL_HOME"] = portal.home;
  return () => portal.stop();
}
