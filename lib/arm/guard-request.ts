import { Refusal } from "@/lib/kernel/fault";

/** Where the two doors listen. Only loopback names with these ports are ours. */
export interface GuardPolicy {
  readonly ports: readonly number[];
}

const LOOPBACK_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Refuses what a page of somebody else or a rebound host name sends. There is no sign-in: being on this machine is the
 * only right to ask, so `Host` must be a loopback name with one of our ports, and `Origin` (sent by browsers) likewise.
 * Both doors call it before anything else, on the headers as they arrived.
 *
 * @throws Refusal forbidden: ForeignHost, ForeignOrigin.
 */
export function guardRequest(headers: Headers, policy: GuardPolicy): void {
  const host = headers.get("host");
  if (host === null || !isOurs(host, policy)) throw foreign("ForeignHost", "Host", host ?? "(none)");
  const origin = headers.get("origin");
  if (origin !== null && !isOurOrigin(origin, policy)) throw foreign("ForeignOrigin", "Origin", origin);
  // A browser says where a request comes from even when it sends no Origin (navigations, images, scripts).
  const site = headers.get("sec-fetch-site");
  const navigates = headers.get("sec-fetch-mode") === "navigate";
  if (site === "cross-site" && !navigates) throw foreign("ForeignOrigin", "Sec-Fetch-Site", site);
}

function isOurs(host: string, policy: GuardPolicy): boolean {
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host.toLowerCase());
  if (!found) return false;
  const [, name = "", port] = found;
  // A default port is not written: the portal may have been given port 80 or 443.
  const ports = port === undefined ? [80, 443] : [Number(port)];
  return LOOPBACK_NAMES.has(name) && ports.some((candidate) => policy.ports.includes(candidate));
}

function isOurOrigin(origin: string, policy: GuardPolicy): boolean {
  const found = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase());
  return found?.[1] !== undefined && isOurs(found[1], policy);
}

function foreign(code: string, header: string, value: string): Refusal {
  return new Refusal(
    "forbidden",
    {
      code,
      message: `The request's ${header} ${JSON.stringify(value.slice(0, 120))} is not this portal's.`,
      possibleCauses:
        "A page of another site sent the request, or the portal was reached under another name than 127.0.0.1 or localhost.",
      recommendedAction:
        "Open the portal at the address that it printed when it started. It answers on this machine only, as long as it has no sign-in.",
    },
    header,
  );
}
