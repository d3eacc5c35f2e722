import fs from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";
import { z } from "zod";
import { Refusal } from "@/lib/kernel/fault";
import { readIfPresent, writePrivateFile } from "../private-file";

/** `contoso`: the estate of the demo. `contosoVmware`: made when somebody asks for it. `folder`: somebody's own images. */
export const SITE_KINDS = ["contoso", "contosoVmware", "folder"] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

const Document = z.object({
  version: z.literal(1),
  name: z.string(),
  kind: z.enum(SITE_KINDS),
  /** Of kind `folder`: where the images are. Only a failback writes to them, and nothing of ours deletes them. */
  imagesFolder: z.string().nullable(),
  hostName: z.string(),
  /** `failed`: its processes were killed on purpose and stay dead, also when everything else starts again. */
  state: z.enum(["running", "failed"]),
  hostSocket: z.string(),
});

/** A site of the estate on this machine: a folder with a description, the host's home and the agent's home. */
export interface Site extends Omit<z.infer<typeof Document>, "version"> {
  readonly folder: string;
  readonly hostHome: string;
  readonly disksFolder: string;
  readonly agentFolder: string;
}

export const SITE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

function siteAt(folder: string, document: z.infer<typeof Document>): Site {
  const { version: _version, ...rest } = document;
  return {
    ...rest,
    folder,
    hostHome: path.join(folder, "host"),
    disksFolder: path.join(folder, "disks"),
    agentFolder: path.join(folder, "agent"),
  };
}

/** Null when the folder is no site. */
export function readSite(folder: string): Site | null {
  const text = readIfPresent(path.join(folder, "site.json"));
  return text === null ? null : siteAt(folder, Document.parse(JSON.parse(text)));
}

/** Every site of a home, by name. */
export function listSites(sitesFolder: string): Site[] {
  if (!fs.existsSync(sitesFolder)) return [];
  return fs
    .readdirSync(sitesFolder)
    .sort()
    .map((name) => readSite(path.join(sitesFolder, name)))
    .filter((site) => site !== null);
}

/** Names compare case-insensitively. */
export function findSite(sitesFolder: string, name: string): Site | null {
  return listSites(sitesFolder).find((site) => site.name.toLowerCase() === name.toLowerCase()) ?? null;
}

export interface NewSite {
  readonly name: string;
  readonly kind: SiteKind;
  readonly imagesFolder: string | null;
}

export interface SitePlaces {
  readonly sitesFolder: string;
  readonly runFolder: string;
}

/** @throws Refusal SiteNameNotValid, SiteNameTaken */
export function createSite(places: SitePlaces, site: NewSite): Site {
  if (!SITE_NAME.test(site.name)) throw nameNotValid(site.name);
  if (findSite(places.sitesFolder, site.name)) throw nameTaken(site.name);
  const folder = path.join(places.sitesFolder, site.name);
  const created = siteAt(folder, {
    version: 1,
    name: site.name,
    kind: site.kind,
    imagesFolder: site.imagesFolder,
    hostName: hostNameOf(site),
    state: "running",
    hostSocket: path.join(places.runFolder, `${shortMark(site.name)}.sock`),
  });
  // What an interrupted removal left: a host would run the machines that it finds in there.
  fs.rmSync(created.folder, { recursive: true, force: true });
  for (const part of [created.folder, created.hostHome, created.agentFolder]) {
    fs.mkdirSync(part, { recursive: true, mode: 0o700 });
  }
  return saveSite(created);
}

export function saveSite(site: Site): Site {
  const { name, kind, imagesFolder, hostName, state, hostSocket } = site;
  const document: z.infer<typeof Document> = {
    version: 1,
    ...{ name, kind, imagesFolder, hostName, state, hostSocket },
  };
  writePrivateFile(path.join(site.folder, "site.json"), `${JSON.stringify(document, null, 2)}\n`);
  return site;
}

/**
 * Takes the description away first: what is left of an interrupted removal is no site any more. The images of an added
 * folder stay; disks that were made for the site go with it.
 */
export function removeSite(site: Site): void {
  fs.rmSync(path.join(site.folder, "site.json"), { force: true });
  fs.rmSync(site.folder, { recursive: true, force: true });
}

function hostNameOf({ kind, name }: NewSite): string {
  switch (kind) {
    case "contoso":
      return "CONTOSO-HV01";
    case "contosoVmware":
      // Of the configuration server, which stands between VMware's hosts and the vault.
      return "CONTOSO-CS01";
    case "folder":
      return `${name.toUpperCase().slice(0, 10)}-HV`;
  }
}

/** The path of a unix socket may have about a hundred bytes in all; a name may have sixty. */
function shortMark(name: string): string {
  return `site-${createHash("sha256").update(name.toLowerCase()).digest("hex").slice(0, 8)}`;
}

function nameNotValid(name: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "SiteNameNotValid",
      message: `${JSON.stringify(name.slice(0, 80))} cannot be the name of a site.`,
      possibleCauses: "A name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen.",
      recommendedAction: "Choose another name.",
    },
    "name",
  );
}

function nameTaken(name: string): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "SiteNameTaken",
      message: `There is a site named '${name}' already.`,
      possibleCauses: "It was added before. Names compare without regard to case.",
      recommendedAction: "Use that site, or choose another name.",
    },
    "name",
  );
}

export function siteNotFound(name: string): Refusal {
  return new Refusal("notFound", {
    code: "SiteNotFound",
    message: `There is no site named '${name}' on this machine.`,
    possibleCauses: "It was mistyped or removed, or it belongs to another home folder.",
    recommendedAction: "List the sites with `npx secondsite site list`.",
  });
}
