import type { DemoName } from "@/lib/contract/demo-site";
import { Refusal } from "@/lib/kernel/fault";
import type { EstateControl, EstateSiteStatus } from "@/lib/operations/ports/estate-control";

/** Sites as names and kinds, without processes; what it refuses, the supervisor refuses by the same codes. */
export class MemoryEstate implements EstateControl {
  readonly sites = new Map<string, EstateSiteStatus>();
  unavailable: string | null = null;

  unavailableReason = (): string | null => this.unavailable;
  list = async (): Promise<EstateSiteStatus[]> => [...this.sites.values()];
  addFolder = async (name: string, folder: string) => this.#add(name, "folder", folder);
  addDemo = async (name: string, demo: DemoName) => {
    const known = this.sites.get(name.toLowerCase());
    return known?.kind === "contosoVmware" ? known : this.#add(name, "contosoVmware", `/home/${demo}/${name}`);
  };
  remove = async (name: string) => {
    if (!this.sites.delete(name.toLowerCase())) throw notFound(name);
  };
  fail = async (name: string) => this.#change(name, { state: "failed" });
  restore = async (name: string) => this.#change(name, { state: "running" });
  register = async (name: string) => this.#change(name, {});

  #add(name: string, kind: EstateSiteStatus["kind"], folder: string): EstateSiteStatus {
    if (this.sites.has(name.toLowerCase())) throw taken(name);
    const none = { processes: [], machines: [], registeredVault: null, registeredFabric: null };
    const site: EstateSiteStatus = { name, kind, folder, state: "running", ...none };
    this.sites.set(name.toLowerCase(), site);
    return site;
  }

  #change(name: string, change: Partial<EstateSiteStatus>): EstateSiteStatus {
    const known = this.sites.get(name.toLowerCase());
    if (!known) throw notFound(name);
    const site = { ...known, ...change };
    this.sites.set(name.toLowerCase(), site);
    return site;
  }
}

function taken(name: string): Refusal {
  return new Refusal("conflict", {
    code: "SiteNameTaken",
    message: `There is a site named '${name}' already.`,
    possibleCauses: "It was added before.",
    recommendedAction: "Choose another name.",
  });
}

function notFound(name: string): Refusal {
  return new Refusal("notFound", {
    code: "SiteNotFound",
    message: `There is no site named '${name}'.`,
    possibleCauses: "It was removed.",
    recommendedAction: "Look at the list of sites.",
  });
}
