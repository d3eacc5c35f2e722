import {
  CONTOSO_MACHINES,
  CONTOSO_VMWARE_MACHINES,
  makeContosoEstate,
  type ContosoEstateOptions,
} from "@/lib/compute/contoso-estate";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { createSite, findSite, removeSite, type Site, type SitePlaces } from "./site-folder";

/** The same site has the same disks on every computer and in every run. */
const SEED = "contoso";
const CREATED_AT = new Date("2016-01-04T08:00:00.000Z");

/** The VMware site of that name; one that is there already is as good. @throws Refusal SiteNameNotValid, SiteNameTaken */
export function vmwareSiteNamed(places: SitePlaces, name: string): { readonly site: Site; readonly isNew: boolean } {
  const found = findSite(places.sitesFolder, name);
  if (found?.kind === "contosoVmware") return { site: found, isNew: false };
  return { site: createSite(places, { name, kind: "contosoVmware", imagesFolder: null }), isNew: true };
}

/**
 * Makes the machines of a demonstration site that are not there yet: also those that an interrupted run left unfinished.
 * Its host must not run. Takes a fraction of a second a machine, in which nothing else of this process runs.
 * @throws Fault of the file system (StorageFull)
 */
export async function makeDemoMachines(
  fileSystem: FileSystem,
  site: Site,
  onProgress: NonNullable<ContosoEstateOptions["onProgress"]>,
): Promise<void> {
  const isVmware = site.kind === "contosoVmware";
  await makeContosoEstate({
    ...{ fileSystem, disksFolder: site.disksFolder, hostHome: site.hostHome, createdAt: CREATED_AT, onProgress },
    // There may be several of these, and machines of two sites must not have one id.
    seed: isVmware ? `${SEED} vmware ${site.name.toLowerCase()}` : SEED,
    machines: isVmware ? CONTOSO_VMWARE_MACHINES : CONTOSO_MACHINES,
  });
}

/** As `makeDemoMachines`; of a site that cannot be made whole now nothing stays. */
export async function makeVmwareSite(
  fileSystem: FileSystem,
  { site, isNew }: ReturnType<typeof vmwareSiteNamed>,
  onProgress: NonNullable<ContosoEstateOptions["onProgress"]>,
): Promise<void> {
  try {
    await makeDemoMachines(fileSystem, site, onProgress);
  } catch (error) {
    if (isNew) removeSite(site);
    throw error;
  }
}
