import { Fault } from "@/lib/kernel/fault";
import type { VaultKeys } from "../keys/vault-keys";
import { listedPacks, PackChecker, type PackDamage } from "./check-packs";
import { LossFinder } from "./lost-extents";
import type { IndexedPack } from "./index-object";
import { parseObjectName, sha256Hex } from "./object-names";
import type { ObjectReader, StoredObject } from "./object-store";
import { decodePoint, type Point } from "./point-object";
import { isSound, type DamagedObject, type DamagedPoint, type ObjectProblem, type VaultCheck } from "./vault-check";
import { openVaultReader, treeOfDisk, type VaultReader } from "./vault-reader";

/** A vault that changes all the time is looked at so often before what was seen last is believed. */
const LOOKS_MAX = 3;

export interface VaultCheckRequest {
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  /** Which packs to read whole, of those that the vault lists and holds; "none" checks the structure only. */
  readonly read: "none" | "all" | ((packs: readonly StoredObject[]) => ReadonlySet<string>);
  /** Object names of the points that must be there; null when nobody remembers them. */
  readonly expectedPoints: readonly string[] | null;
  /** Whether the vault must hold an envelope of its keys, as every vault with a passphrase does. */
  readonly expectEnvelope?: boolean;
  /** After each pack that was read and found sound. */
  readonly onSoundPack?: (name: string) => void;
  readonly onProgress?: (progress: { readonly bytesRead: number; readonly bytesTotal: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Looks for damage without changing anything: first reads the packs that are due, then opens every point, walks every
 * tree, and finds the place of every page and block. Damage becomes the result; what else fails in the store is thrown. May
 * run beside replications and sweeps.
 */
export async function checkVault(request: VaultCheckRequest): Promise<VaultCheck> {
  const data = await readPacks(request);
  for (let look = 1; ; look++) {
    const before = await namesOf(request.store);
    const check = await checkStructure(request, data);
    if (isSound(check) || look === LOOKS_MAX || before === (await namesOf(request.store))) return check;
  }
}

interface DataPass {
  readonly damages: ReadonlyMap<string, PackDamage>;
  readonly packsRead: number;
  readonly bytesRead: number;
  readonly blobsVerified: number;
}

async function readPacks(request: VaultCheckRequest): Promise<DataPass> {
  const { store, keys, signal } = request;
  const damages = new Map<string, PackDamage>();
  const done = { packsRead: 0, bytesRead: 0, blobsVerified: 0 };
  if (request.read === "none") return { damages, ...done };
  const vault = await openVaultReader(store, keys);
  const present = [...(await store.list("data/")), ...(await store.list("tree/"))];
  const due = request.read === "all" ? null : request.read(present);
  const sizes = present.filter(({ name }) => due?.has(name) !== false);
  const bytesTotal = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const checker = new PackChecker(store, keys);
  const checkOne = async (pack: IndexedPack) => {
    signal?.throwIfAborted();
    if (due?.has(pack.name) === false) return;
    const verdict = await checker.check(pack);
    done.packsRead += 1;
    done.bytesRead += verdict.bytesRead;
    done.blobsVerified += verdict.blobsVerified;
    if (verdict.damage === null) request.onSoundPack?.(pack.name);
    else damages.set(pack.name, verdict.damage);
    request.onProgress?.({ bytesRead: done.bytesRead, bytesTotal });
  };
  for await (const pack of listedPacks(store, keys, vault.index.indexes().keys())) await checkOne(pack);
  for (const pack of await vault.index.readUnindexedPacks(store)) await checkOne(pack);
  return { damages, ...done };
}

async function checkStructure(request: VaultCheckRequest, data: DataPass): Promise<VaultCheck> {
  const { store, keys, signal } = request;
  const objects = await listAll(store);
  const vault = await openVaultReader(store, keys);
  const small = await checkSmallObjects(request, objects, vault);
  const packs = await damagedPacks(request, objects, vault, data.damages);
  const unlisted = new Set((await vault.index.readUnindexedPacks(store)).map(({ name }) => name));
  const nameless = [...vault.index.unreadablePacks];
  const needed = new Set<number>();
  const finder = new LossFinder(vault.index, vault.blobs, lossOf(vault, packs), {
    onBadPage: (pack) => noteBadPage(packs, pack),
    onNeeded: (pack) => needed.add(pack),
  });
  const damagedPoints: DamagedPoint[] = [];
  for (const { name, point } of small.points) {
    const damaged = point === null ? lostPoint(name) : await checkDisks(vault, finder, name, point, signal);
    if (damaged !== null) damagedPoints.push(damaged);
  }
  const neededNames = new Set([...needed].map((number) => vault.index.packByNumber(number).name));
  const inStore = objects.filter(({ name }) => isPack(name));
  const orphans = inStore.filter(({ name }) => !neededNames.has(name) && !vault.index.unreadablePacks.has(name));
  return {
    depth: request.read === "none" ? "structure" : "data",
    points: small.points.length,
    packs: inStore.length,
    storedBytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    packsRead: data.packsRead,
    bytesRead: data.bytesRead,
    blobsVerified: data.blobsVerified,
    damagedObjects: [
      ...small.damaged,
      ...reportPacks(packs, unlisted, neededNames),
      // What they held, nobody can say: if points needed it, they miss it.
      ...nameless.map((name) => ({ name, problem: "altered" as const, blobsLost: 0 })),
    ].sort(byName),
    damagedPoints: damagedPoints.sort(byName),
    unlistedPacks: [...unlisted].filter((name) => neededNames.has(name)).sort(),
    orphans: { packs: orphans.length, bytes: orphans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    unexpectedPoints: small.unexpected,
  };
}

/** A pack that is not as it was stored, and which of its blobs that costs. */
interface BadPack {
  readonly problem: ObjectProblem;
  lost(id: Buffer, end: number): boolean;
  readonly blobsLost: number;
}

/** What reading found, and what names and sizes say of the packs that were not read. */
async function damagedPacks(
  { store, keys }: VaultCheckRequest,
  objects: readonly StoredObject[],
  vault: VaultReader,
  read: ReadonlyMap<string, PackDamage>,
): Promise<Map<string, BadPack>> {
  const bad = new Map<string, BadPack>();
  const sizes = new Map(objects.map(({ name, sizeBytes }) => [name, sizeBytes]));
  for (const [name, { problem, lost }] of read) {
    // Deleted since, as it should be: no index lists it any more either.
    if (problem === "missing" && !vault.index.knownPacks().some((pack) => pack.name === name)) continue;
    bad.set(name, { problem, lost: (id) => lost.has(id.toString("latin1")), blobsLost: lost.size });
  }
  for await (const pack of listedPacks(store, keys, vault.index.indexes().keys())) {
    const present = sizes.get(pack.name) ?? (await store.size(pack.name));
    if (present === pack.sizeBytes || bad.has(pack.name)) continue;
    const ends = present ?? 0;
    const beyond = pack.entries.filter(({ offset, sealedLength }) => offset + sealedLength > ends);
    const problem = present === null ? "missing" : present < pack.sizeBytes ? "truncated" : "altered";
    bad.set(pack.name, { problem, lost: (_id, end) => end > ends, blobsLost: beyond.length });
  }
  return bad;
}

/** The pack seemed sound by its size; its other pages may be. */
function noteBadPage(packs: Map<string, BadPack>, pack: string): void {
  const known = packs.get(pack) ?? { problem: "altered", lost: () => false, blobsLost: 0 };
  packs.set(pack, { ...known, blobsLost: known.blobsLost + 1 });
}

function lossOf(vault: VaultReader, bad: ReadonlyMap<string, BadPack>): (id: Buffer) => string | null {
  return (id) => {
    const place = vault.index.locate(id);
    if (place === null) return "";
    const pack = bad.get(place.in.name);
    return pack?.lost(id, place.offset + place.sealedLength) === true ? place.in.name : null;
  };
}

/** A damaged pack that no index lists and no point needs harms nobody. */
function reportPacks(
  bad: ReadonlyMap<string, BadPack>,
  unlisted: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): DamagedObject[] {
  return [...bad]
    .filter(([name]) => name !== "" && (!unlisted.has(name) || needed.has(name)))
    .map(([name, { problem, blobsLost }]) => ({ name, problem, blobsLost }));
}

interface SmallObjects {
  readonly damaged: readonly DamagedObject[];
  readonly points: readonly { readonly name: string; readonly point: Point | null }[];
  readonly unexpected: readonly string[];
}

/** Everything but packs is small enough to be read whole at every check. */
async function checkSmallObjects(
  { store, keys, expectedPoints, expectEnvelope }: VaultCheckRequest,
  objects: readonly StoredObject[],
  vault: VaultReader,
): Promise<SmallObjects> {
  const damaged: DamagedObject[] = [];
  const points: { name: string; point: Point | null }[] = [];
  const expected = new Set(expectedPoints ?? []);
  for (const { name } of objects) {
    const parsed = parseObjectName(name);
    if (parsed === null || isPack(name)) continue;
    const bytes = await getIfThere(store, name);
    if (bytes === null) continue;
    const intact = sha256Hex(bytes) === parsed.sha256;
    const point = parsed.kind === "points" ? decodePoint(name, bytes, keys) : null;
    const opens = parsed.kind === "points" ? point !== null : !vault.index.damaged.has(name);
    if (!intact || !opens) damaged.push({ name, problem: intact ? "foreign" : "altered", blobsLost: 0 });
    if (parsed.kind === "points") points.push({ name, point: intact ? point : null });
  }
  if (expectEnvelope === true && !objects.some(({ name }) => name.startsWith("keys/"))) {
    damaged.push({ name: "keys/", problem: "missing", blobsLost: 0 });
  }
  const found = new Set(points.map(({ name }) => name));
  for (const name of expected) {
    if (found.has(name)) continue;
    damaged.push({ name, problem: "missing", blobsLost: 0 });
    points.push({ name, point: null });
  }
  const unexpected = expectedPoints === null ? [] : [...found].filter((name) => !expected.has(name)).sort();
  return { damaged, points, unexpected };
}

async function checkDisks(
  vault: VaultReader,
  finder: LossFinder,
  name: string,
  point: Point,
  signal: AbortSignal | undefined,
): Promise<DamagedPoint | null> {
  const context = { machine: point.machineId, point: name };
  const disks = [];
  for (const disk of point.disks) {
    const { shape, top } = treeOfDisk(vault, disk, context);
    const damaged = await finder.find({ diskId: disk.diskId, shape, top }, context, signal);
    if (damaged !== null) disks.push(damaged);
  }
  return disks.length === 0 ? null : { name, machineId: point.machineId, at: point.at, state: "partlyLost", disks };
}

function lostPoint(name: string): DamagedPoint {
  return { name, machineId: parseObjectName(name)?.machineId ?? "", at: instantOf(name), state: "lost", disks: [] };
}

/** `points/<machine>/yyyymmddThhmmssmmmZ-<sha256>` (docs/vault-format.md §2). */
function instantOf(name: string): string {
  const digits = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(name);
  if (digits === null) return "";
  const [, year, month, day, hour, minute, second, ms] = digits;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}

function isPack(name: string): boolean {
  return name.startsWith("data/") || name.startsWith("tree/");
}

async function listAll(store: ObjectReader): Promise<StoredObject[]> {
  const kinds = ["keys/", "index/", "points/", "tombstones/", "data/", "tree/"];
  const found = [];
  for (const kind of kinds) found.push(...(await store.list(kind)));
  return found;
}

async function namesOf(store: ObjectReader): Promise<string> {
  const kinds = ["index/", "points/", "tombstones/"];
  const names = [];
  for (const kind of kinds) for (const { name } of await store.list(kind)) names.push(name);
  return names.sort().join("\n");
}

async function getIfThere(store: ObjectReader, name: string): Promise<Buffer | null> {
  try {
    return await store.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") return null;
    throw error;
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
