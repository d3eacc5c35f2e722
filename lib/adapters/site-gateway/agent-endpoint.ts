import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Provider, ReportedMachine } from "@/lib/domain/entities";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import type { ReplicationProgress } from "@/lib/operations/ports/site-gateway";
import type { VaultRef } from "@/lib/operations/ports/vault-data";
import {
  ChallengeRequest,
  CommandOutcome,
  Heartbeat,
  PointRegistration,
  ProgressReport,
  RegistrationRequest,
  ResynchronizationNotice,
  type DesiredReplication,
  type ResynchronizationReceipt,
  type TransferOrders,
} from "@/lib/site/protocol";
import { answerError, readJson } from "./agent-answers";
import { notRegistered } from "./credential-refusals";
import type { SiteGatewayInbox } from "./memory-site-gateway";
import type { ObjectAdmission } from "./object-endpoint";
import { RegistrationDesk, type RegisterProvider, type SiteCertificateDesk } from "./registration-desk";

/** The verbs of lib/operations that sites call, bound to their context by the composition root. */
export interface InboundVerbs {
  readonly registerProvider: RegisterProvider;
  recordHeartbeat(
    providerId: string,
    heartbeat: { readonly hostName: string; readonly version: string; readonly machines: readonly ReportedMachine[] },
  ): Promise<unknown>;
  transferOrders(providerId: string): Promise<TransferOrders>;
  desiredReplications(providerId: string): Promise<readonly DesiredReplication[]>;
  recordRecoveryPoint(
    providerId: string,
    point: z.infer<typeof PointRegistration>,
  ): Promise<{ readonly recoveryPointId: string }>;
  /** The host needs a resynchronization; answers whether it may begin. */
  noticeResynchronization(
    providerId: string,
    notice: z.infer<typeof ResynchronizationNotice>,
  ): Promise<z.infer<typeof ResynchronizationReceipt>>;
  recordReplicationProgress(providerId: string, progress: ReplicationProgress): Promise<unknown>;
}

interface Options {
  readonly context: Pick<OperationContext, "repositories" | "vaultData" | "clock" | "random">;
  readonly verbs: InboundVerbs;
  readonly inbox: SiteGatewayInbox;
  readonly certificates: SiteCertificateDesk;
  storeOf(vault: VaultRef): Promise<ObjectAdmission["store"]>;
  /** Where errors of our own go: the log. */
  report(error: unknown): void;
}

/** A registered caller: its client certificate is of its vault's authority and is the one that was issued last. */
interface Caller {
  readonly provider: Provider;
  readonly vault: VaultRef;
}

const WAIT_SECONDS_MAX = 30;

export interface AgentEndpoint {
  /** Whether the path is one of this door's. */
  owns(pathname: string): boolean;
  /** `peerCertificateDer`: the client certificate of the TLS connection as it came, unverified; null when there was none. */
  handle(request: Request, peerCertificateDer: Uint8Array | null): Promise<Response>;
  /** Where a site's objects lie and whose points it may write. @throws Refusal NotRegistered */
  admit(peerCertificateDer: Uint8Array | null): Promise<ObjectAdmission>;
}

/** The vault's side of lib/site/protocol: what the sites' components say, except for the bulk (object-endpoint). */
export function createAgentEndpoint(options: Options): AgentEndpoint {
  const { context, verbs, inbox } = options;
  const desk = new RegistrationDesk({ ...options, registerProvider: verbs.registerProvider });
  /** What each provider was last told to replicate: answers "is this machine yours" without asking the database. */
  const desired = new Map<string, readonly DesiredReplication[]>();
  /** Certificates of registered hosts, by fingerprint, and the vault whose authority was found to have signed them. */
  const verified = new Map<string, string>();

  async function authenticate(certificateDer: Uint8Array | null): Promise<Caller> {
    if (certificateDer === null) throw notRegistered();
    const fingerprint = createHash("sha256").update(certificateDer).digest("hex");
    const provider = await context.repositories.providers.findByCertificate(fingerprint);
    const vault = provider && (await context.repositories.vaults.get(provider.vaultId));
    if (!provider || !vault) throw notRegistered();
    // Once for each certificate: it comes with every pack, and whether the host is still registered was just asked.
    if (verified.get(fingerprint) !== vault.id && !options.certificates.isOurs(vault.id, certificateDer)) {
      throw notRegistered();
    }
    verified.set(fingerprint, vault.id);
    return { provider, vault };
  }

  async function desiredOf(providerId: string): Promise<readonly DesiredReplication[]> {
    const fresh = await verbs.desiredReplications(providerId);
    desired.set(providerId, fresh);
    return fresh;
  }

  async function owns(providerId: string, test: (one: DesiredReplication) => boolean): Promise<boolean> {
    return (desired.get(providerId) ?? []).some(test) || (await desiredOf(providerId)).some(test);
  }

  async function heartbeat({ provider }: Caller, request: Request): Promise<Response> {
    const body = await readJson(request, Heartbeat);
    await verbs.recordHeartbeat(provider.id, body);
    inbox.heartbeat(provider.id, body.transfer ?? null);
    const [replications, transfer] = await Promise.all([desiredOf(provider.id), verbs.transferOrders(provider.id)]);
    return Response.json({ replications, transfer });
  }

  async function commands({ provider }: Caller, request: Request, url: URL): Promise<Response> {
    const seconds = Number(url.searchParams.get("waitSeconds") ?? 0);
    const waitMs = Math.min(Math.max(Number.isFinite(seconds) ? seconds : 0, 0), WAIT_SECONDS_MAX) * 1000;
    const known = new Set((url.searchParams.get("known") ?? "").split(",").filter((id) => id !== ""));
    const list = await inbox.fetchCommands(provider.id, { known, waitMs, signal: request.signal });
    return Response.json({ commands: list });
  }

  async function commandResult({ provider }: Caller, id: string, request: Request): Promise<Response> {
    const body = await readJson(request, CommandOutcome);
    // An answer that nobody waits for any more is no mistake of the host: its job gave up, or this process is a new one.
    inbox.finishCommand(provider.id, id, "error" in body ? { error: new Fault(body.error) } : commandResultOf(body));
    return new Response(null, { status: 204 });
  }

  async function progress({ provider }: Caller, request: Request): Promise<Response> {
    const body = await readJson(request, ProgressReport);
    // A machine that comes back to another host is not replicated by that one yet.
    if (!inbox.isAsked(provider.id, body.protectedItemId)) {
      await mustOwn(provider, (one) => one.protectedItemId === body.protectedItemId);
    }
    const figures: ReplicationProgress = { ...body, at: context.clock.now().toISOString() };
    inbox.progress(figures);
    await verbs.recordReplicationProgress(provider.id, figures);
    return new Response(null, { status: 204 });
  }

  async function point({ provider }: Caller, request: Request): Promise<Response> {
    const body = await readJson(request, PointRegistration);
    const machineId = /^points\/([^/]+)\//.exec(body.objectName)?.[1];
    await mustOwn(provider, (one) => one.protectedItemId === body.protectedItemId && one.machineId === machineId);
    const { recoveryPointId } = await verbs.recordRecoveryPoint(provider.id, body);
    return Response.json({ recoveryPointId });
  }

  async function resynchronization({ provider }: Caller, request: Request): Promise<Response> {
    const body = await readJson(request, ResynchronizationNotice);
    await mustOwn(provider, (one) => one.protectedItemId === body.protectedItemId);
    return Response.json(await verbs.noticeResynchronization(provider.id, body));
  }

  async function mustOwn(provider: Provider, test: (one: DesiredReplication) => boolean): Promise<void> {
    if (!(await owns(provider.id, test))) throw notProtectedHere();
  }

  async function admit(certificateDer: Uint8Array | null): Promise<ObjectAdmission> {
    const { provider, vault } = await authenticate(certificateDer);
    const replications = desired.get(provider.id) ?? (await desiredOf(provider.id));
    return { store: await options.storeOf(vault), machineIds: replications.map((one) => one.machineId) };
  }

  async function route(request: Request, certificateDer: Uint8Array | null): Promise<Response> {
    const url = new URL(request.url);
    const call = `${request.method} ${url.pathname}`;
    if (call === "POST /agent/v1/registration/challenge") {
      return Response.json(await desk.challenge(await readJson(request, ChallengeRequest)));
    }
    if (call === "POST /agent/v1/registration") {
      return Response.json(await desk.register(await readJson(request, RegistrationRequest)));
    }
    const caller = await authenticate(certificateDer);
    const answered = /^POST \/agent\/v1\/commands\/([A-Za-z0-9-]{1,64})\/result$/.exec(call)?.[1];
    if (answered !== undefined) return commandResult(caller, answered, request);
    if (call === "POST /agent/v1/heartbeat") return heartbeat(caller, request);
    if (call === "GET /agent/v1/commands") return commands(caller, request, url);
    if (call === "POST /agent/v1/progress") return progress(caller, request);
    if (call === "POST /agent/v1/points") return point(caller, request);
    if (call === "POST /agent/v1/resynchronizations") return resynchronization(caller, request);
    throw unknownCall(call);
  }

  return {
    admit,
    owns: (pathname) => pathname.startsWith("/agent/v1/"),
    handle: async (request, certificateDer) => {
      try {
        return await route(request, certificateDer);
      } catch (error) {
        return answerError(error, (bug) => options.report(bug));
      }
    },
  };
}

function commandResultOf({ result }: Extract<z.infer<typeof CommandOutcome>, { result: unknown }>) {
  return {
    result: {
      ...(result.recoveryPointId === undefined ? {} : { recoveryPointId: result.recoveryPointId }),
      ...(result.orders === undefined ? {} : { orders: result.orders }),
      ...(result.power === undefined ? {} : { power: result.power }),
      ...(result.synchronizedBack === undefined ? {} : { synchronizedBack: result.synchronizedBack }),
    },
  };
}

function notProtectedHere(): Refusal {
  return new Refusal("forbidden", {
    code: "NotProtectedHere",
    message: "This host does not replicate that machine.",
    possibleCauses: "Protection was disabled meanwhile, or the machine is protected through another host.",
    recommendedAction: "Nothing: the host stops replicating the machine at its next heartbeat.",
  });
}

function unknownCall(call: string): Refusal {
  return new Refusal("notFound", {
    code: "UnknownCall",
    message: `The site protocol has no '${call.slice(0, 200)}'.`,
    possibleCauses: "The site component is of another version than the vault.",
    recommendedAction: "Update the site component.",
  });
}
