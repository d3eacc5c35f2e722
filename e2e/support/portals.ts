import process from "node:process";

/**
 * `people`: with the Contoso estate, where the story is lived. `programs`: without it, for what would be in the way of a
 * story: storage that fails or is full, requests that are wrong.
 */
export type PortalName = "people" | "programs";

export interface PortalAddress {
  readonly origin: string;
  readonly tlsOrigin: string;
  readonly home: string;
}

const variable = (name: PortalName) => `PORTAL_OF_${name.toUpperCase()}`;

export function announcePortal(name: PortalName, { origin, tlsOrigin, home }: PortalAddress): void {
  process.env[variable(name)] = JSON.stringify({ origin, tlsOrigin, home });
}

/** As the set-up of the run has put it into the environment; empty when tests are only listed. */
export function portalOf(name: PortalName): PortalAddress {
  const text = process.env[variable(name)];
  return text === undefined ? { origin: "", tlsOrigin: "", home: "" } : (JSON.parse(text) as PortalAddress);
}
