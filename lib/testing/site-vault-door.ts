import fs from "node:fs";
import type http from "node:http";
import type https from "node:https";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { createFileCertificateAuthority } from "@/lib/adapters/certificates/file-certificate-authority";
import { openHomeAuthority } from "@/lib/adapters/certificates/home-authority";
import { createAgentEndpoint, type InboundVerbs } from "@/lib/adapters/site-gateway/agent-endpoint";
import { ObjectEndpoint } from "@/lib/adapters/site-gateway/object-endpoint";
import { createSiteGateway } from "@/lib/adapters/site-gateway/memory-site-gateway";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import type { Fabric, Vault } from "@/lib/domain/entities";
import { createVaultKeys } from "@/lib/engine/keys/key-envelope";
import { isPassphraseProof } from "@/lib/engine/keys/passphrase-proof";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import type { Clock } from "@/lib/kernel/clock";
import type { OperationContext } from "@/lib/operations/context";
import type { ReplicationProgress } from "@/lib/operations/ports/site-gateway";
import { InnerClient } from "@/lib/server/inner-client";
import { createInnerDoor } from "@/lib/server/inner-door";
import { createTlsDoor } from "@/lib/server/tls-door";
import type {
  DesiredReplication,
  PointRegistration,
  ResynchronizationNotice,
  TransferOrders,
} from "@/lib/site/protocol";
import type { z } from "zod";
import { createMemoryRepositories } from "./memory-repositories";
import { MemoryStore } from "./memory-store";

export const PASSPHRASE = "correct horse battery staple";
const DAY_MS = 86_400_000;
/** The real cost would be most of a test's time, and proves nothing here. */
const CHEAP_KDF = { memoryKiB: 1_024, iterations: 1, parallelism: 1 };

type RegisteredPoint = z.infer<typeof PointRegistration> & { readonly id: string };

/**
 * The vault's side of the site protocol as a site meets it: a real TLS listener with real certificates, the real
 * endpoint, memory behind it. Tests change `desired` and read what arrived.
 */
export async function startSiteVaultDoor(options: {
  readonly folder: string;
  readonly store?: ObjectStore;
  readonly clock?: Clock;
}) {
  const clock = options.clock ?? systemClock;
  const store = options.store ?? new MemoryStore();
  const repositories = createMemoryRepositories();
  const { vault, fabric } = await insertVault(repositories);
  const { keys, envelope } = await createVaultKeys(PASSPHRASE, systemRandom, CHEAP_KDF);
  const vaultData = {
    keyEnvelopes: async () => [envelope.bytes],
    verifyPassphraseProof: async (_vault: unknown, nonce: Uint8Array, proof: Uint8Array) =>
      isPassphraseProof(keys, nonce, proof),
  } as unknown as OperationContext["vaultData"];
  const desired: DesiredReplication[] = [];
  const transfer: TransferOrders = {
    ...{ uploadThreads: 4, uploadBytesPerSecond: null, resynchronizationReadBytesPerSecond: null },
  };
  const notices: z.infer<typeof ResynchronizationNotice>[] = [];
  /** Whether a machine that needs resynchronization may begin at once. */
  const resynchronization = { allowed: true };
  const points: RegisteredPoint[] = [];
  const progress: ReplicationProgress[] = [];
  const gateway = createSiteGateway({ clock: systemClock, random: systemRandom });
  const tls = path.join(options.folder, "tls");
  const home = await openHomeAuthority({ folder: tls, clock: systemClock, random: systemRandom });
  const errors: unknown[] = [];
  const sockets = new Set<Duplex>();
  let server: https.Server | null = null;
  let inner: http.Server | null = null;
  let client: InnerClient | null = null;
  let port = 0;

  const authority = () =>
    createFileCertificateAuthority({
      folder: path.join(options.folder, "keys"),
      ...{ clock, random: systemRandom, home, endpoint: `https://127.0.0.1:${port}` },
    });
  const verbs: InboundVerbs = {
    registerProvider: async (input) => {
      const { providerId, fabricId, hostName, version, certificateSha256 } = input;
      const changes = { hostName, version, certificateSha256 };
      if (await repositories.providers.get(providerId)) return repositories.providers.update(providerId, changes);
      return repositories.providers.insert({
        ...{ id: providerId, vaultId: vault.id, fabricId, name: hostName, ...changes },
        registeredAt: clock.now().toISOString(),
        lastHeartbeatAt: null,
        inventory: [],
      });
    },
    recordHeartbeat: async (providerId, heartbeat) =>
      repositories.providers.update(providerId, {
        inventory: heartbeat.machines,
        lastHeartbeatAt: clock.now().toISOString(),
      }),
    desiredReplications: async () => structuredClone(desired),
    transferOrders: async () => ({ ...transfer }),
    recordRecoveryPoint: async (_providerId, point) => {
      const known = points.find((one) => one.objectName === point.objectName);
      const registered = known ?? { ...point, id: systemRandom.uuid() };
      if (!known) points.push(registered);
      const item = desired.find((one) => one.protectedItemId === point.protectedItemId);
      if (item && point.resynchronization) item.resynchronization = null;
      const previousId =
        item?.lastPoint?.id === registered.id ? item.lastPoint.previousId : (item?.lastPoint?.id ?? null);
      if (item) item.lastPoint = { id: registered.id, objectName: point.objectName, previousId };
      return { recoveryPointId: registered.id };
    },
    noticeResynchronization: async (_providerId, notice) => {
      notices.push(notice);
      const { allowed } = resynchronization;
      const item = desired.find((one) => one.protectedItemId === notice.protectedItemId);
      const orders = { flagId: `flag-${notices.length}`, compareWith: notice.compareWith, allowed };
      if (item) item.resynchronization ??= orders;
      return item?.resynchronization ?? orders;
    },
    recordReplicationProgress: async (_providerId, figures) => void progress.push(figures),
  };

  /** On the port of before, when there was one: a restart of the portal. */
  async function open(): Promise<void> {
    const endpoint = createAgentEndpoint({
      context: { repositories, vaultData, clock, random: systemRandom },
      ...{ verbs, inbox: gateway.inbox, certificates: authority() },
      storeOf: async () => ({ kind: "folder", folder: options.folder }),
      report: (error) => errors.push(error),
    });
    const origin = `https://127.0.0.1:${port}`;
    const door = {
      origin,
      policy: { ports: [port] },
      random: systemRandom,
      onError: (error: unknown) => errors.push(error),
    };
    inner = createInnerDoor({
      ...door,
      credentials: () => home.serverCredentials(),
      arm: async () => new Response(null, { status: 404 }),
      agents: endpoint,
    });
    const socketPath = path.join(options.folder, "server.sock");
    await listenOnUnixSocket(inner, socketPath);
    client = new InnerClient(socketPath);
    const opened = createTlsDoor({
      ...door,
      credentials: await home.serverCredentials(),
      objects: new ObjectEndpoint({
        admit: (certificate) => endpoint.admit(certificate),
        openStore: async () => store,
        report: (error) => errors.push(error),
      }),
      server: client,
    });
    opened.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
    port = (opened.address() as AddressInfo).port;
    server = opened;
  }

  async function close(): Promise<void> {
    const closing = server;
    server = null;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    // Not closeAllConnections: a connection in its handshake would survive, and then wait for commands.
    for (const socket of sockets) socket.destroy();
    client?.close();
    inner?.closeAllConnections();
    await Promise.all([closed, new Promise((resolve) => inner?.close(resolve))]);
  }

  async function createKey(days = 5): Promise<string> {
    const expiresAt = new Date(clock.now().getTime() + days * DAY_MS);
    const issuedAt = clock.now();
    const { content, certificateSha256 } = await authority().createRegistrationKey({
      vault,
      fabric,
      issuedAt,
      expiresAt,
    });
    await repositories.registrationKeys.put({
      ...{ fabricId: fabric.id, certificateSha256 },
      issuedAt: issuedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    });
    return content;
  }

  // The port must be known before the guard's policy is made.
  port = await freePort();
  await open();
  return {
    ...{
      vault,
      fabric,
      repositories,
      keys,
      store,
      desired,
      transfer,
      notices,
      resynchronization,
      points,
      progress,
      gateway,
      errors,
      createKey,
      open,
      close,
    },
    authority,
    origin: () => `https://127.0.0.1:${port}`,
    caPem: home.caPem,
  };
}

export type SiteVaultDoor = Awaited<ReturnType<typeof startSiteVaultDoor>>;

async function insertVault(repositories: OperationContext["repositories"]) {
  const vault: Vault = {
    id: systemRandom.uuid(),
    subscriptionId: "00000000-0000-0000-0000-000000000001",
    resourceGroup: "contoso",
    name: "contoso-vault",
    location: "westeurope",
    storageAccount: "contosostorage",
    state: "Active",
    resourceId: "4567890123456789012",
    createdAt: "2026-11-22T00:00:00.000Z",
    passphraseSetAt: "2026-11-22T00:00:00.000Z",
    scrubMiBPerDay: 4096,
    authorityCertificate: null,
    tags: {},
  };
  const fabric: Fabric = {
    id: systemRandom.uuid(),
    vaultId: vault.id,
    name: "contoso-branch",
    kind: "HyperVSite",
    internalIdentifier: systemRandom.uuid(),
    createdAt: vault.createdAt,
  };
  await repositories.vaults.insert(vault);
  await repositories.fabrics.insert(fabric);
  return { vault, fabric };
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A folder for one test file, removed by the returned function. */
export function temporaryFolder(prefix: string): { folder: string; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
