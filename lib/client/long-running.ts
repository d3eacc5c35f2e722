import { z } from "zod";
import { armRequest, parseBody, samePath, type Method } from "./arm-client";
import { ArmError, parseArmError } from "./arm-error";
import { api, apiVersions, nameInId } from "./paths";

/** What a verb answered: done at once, or a job to follow (the header `Azure-AsyncOperation` names it). */
export interface StartedOperation {
  readonly body: unknown;
  /** Where the job's state is read; null when the verb was finished at once. */
  readonly statusPath: string | null;
  readonly jobId: string | null;
  readonly vaultName: string | null;
}

const ServiceError = z.object({
  serviceErrorDetails: z
    .object({
      code: z.string().nullish(),
      message: z.string().nullish(),
      possibleCauses: z.string().nullish(),
      recommendedAction: z.string().nullish(),
    })
    .nullish(),
});
const StatusBody = z.object({
  status: z.string().optional(),
  error: z.unknown().optional(),
  properties: z
    .object({
      state: z.string().optional(),
      friendlyName: z.string().nullish(),
      errors: z.array(ServiceError).nullish(),
    })
    .optional(),
});

export type OperationState = "running" | "suspended" | "succeeded" | "failed" | "cancelled";
export interface OperationStatus {
  readonly state: OperationState;
  readonly error: ArmError | null;
}

/** Sends the verb. Throws `ArmError` when it is refused. `onlyNew`: a PUT that must not change what exists already. */
export async function startOperation(
  method: Method,
  path: string,
  body?: unknown,
  options: { readonly onlyNew?: boolean } = {},
): Promise<StartedOperation> {
  const answer = await armRequest(method, path, { ...options, ...(body === undefined ? {} : { body }) });
  const link = answer.response.headers.get("azure-asyncoperation");
  const statusPath = link ? samePath(link) : null;
  const statusName = statusPath?.split("?")[0] ?? null;
  const jobId = statusName && nameInId(statusName, "replicationJobs");
  return {
    body: answer.body,
    // A job is read in the version that this client's schemas are written for, whatever version the verb was asked in.
    statusPath: statusName && jobId ? api.ofId(statusName, apiVersions.siteRecovery) : statusPath,
    jobId,
    vaultName: statusName && nameInId(statusName, "vaults"),
  };
}

/**
 * Follows a job until it has ended. While the server is restarting the question is repeated: the job is durable and
 * ends either way. `Suspended` is no end; a person has to do something first.
 */
export async function followOperation(
  started: StartedOperation,
  options: { readonly onState?: (state: OperationState) => void; readonly signal?: AbortSignal } = {},
): Promise<OperationStatus> {
  if (started.statusPath === null) return { state: "succeeded", error: null };
  for (;;) {
    const { status, waitSeconds } = await readStatus(started.statusPath, options.signal);
    options.onState?.(status.state);
    if (status.state !== "running" && status.state !== "suspended") return status;
    await pause(status.state === "suspended" ? 5 : waitSeconds, options.signal);
  }
}

async function readStatus(path: string, signal: AbortSignal | undefined) {
  try {
    const { response, body } = await armRequest("GET", path, { signal });
    const seconds = Number(response.headers.get("retry-after") ?? "1");
    return {
      status: toStatus(body, path),
      waitSeconds: Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.5), 10) : 1,
    };
  } catch (error) {
    const away = error instanceof ArmError && (error.status === 0 || error.status === 503);
    if (!away) throw error;
    return { status: { state: "running", error: null } satisfies OperationStatus, waitSeconds: 2 };
  }
}

function toStatus(body: unknown, path: string): OperationStatus {
  const answer = parseBody(StatusBody, body, path);
  const word = (answer.status ?? answer.properties?.state ?? "Succeeded").toLowerCase();
  if (word === "succeeded") return { state: "succeeded", error: null };
  if (word === "cancelled" || word === "canceled") return { state: "cancelled", error: null };
  if (word === "failed") return { state: "failed", error: failureOf(answer) };
  return { state: word === "suspended" ? "suspended" : "running", error: null };
}

function failureOf(answer: z.output<typeof StatusBody>): ArmError {
  const details = answer.properties?.errors?.find((one) => one.serviceErrorDetails)?.serviceErrorDetails;
  if (!details && answer.error) return parseArmError(200, { error: answer.error });
  return new ArmError({
    status: 200,
    code: details?.code ?? "JobFailed",
    message: details?.message ?? "The job failed.",
    possibleCauses: details?.possibleCauses ?? "",
    recommendedAction: details?.recommendedAction ?? "Open the job: its steps say which one failed and why.",
    target: null,
  });
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("The page stopped following this job.", "AbortError"));
    });
  });
}
