import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import {
  CompleteActionBody,
  EVIDENCE_FILE_BYTES_MAX,
  EvidenceFile,
  EvidenceFileBody,
} from "@/lib/contract/plan-actions";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { readJob, requireJob } from "@/lib/operations/read-job";
import { completeAction, evidenceFileName, keepEvidence } from "@/lib/operations/recovery-plans/manual-actions";
import { created, ok } from "../answers";
import { VAULT } from "../paths";
import { presentJob } from "../presenters/job";
import { noSuchResource, resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";
import { jobArmId } from "../site-recovery-ids";

const JOB = `${VAULT}/replicationJobs/{jobName}` as const;
const OWN = `${JOB}/providers/Secondsite.Recovery` as const;
/** Four characters for three bytes, and the rest of the body. */
const EVIDENCE_BODY_BYTES_MAX = Math.ceil(EVIDENCE_FILE_BYTES_MAX / 3) * 4 + 4096;

async function resolveJob(call: Call<ParamNames<typeof JOB>, unknown>) {
  const vault = await resolveVault(call);
  return { vault, job: await requireJob(call.context, vault, call.params.jobName) };
}

export const planActionRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: `${OWN}/evidenceFiles`,
    summary: "Keeps a file that is to be attached to a manual action; it is named by its SHA-256.",
    apiVersions: OWN_API_VERSIONS,
    body: EvidenceFileBody,
    bodyBytesMax: EVIDENCE_BODY_BYTES_MAX,
    answer: EvidenceFile,
    async handle(call) {
      const { vault, job } = await resolveJob(call);
      const { fileName, contentBase64 } = call.body.properties;
      const bytes = Buffer.from(contentBase64, "base64");
      const kept = await keepEvidence(call.context, vault, bytes, EVIDENCE_FILE_BYTES_MAX);
      return created({
        id: `${jobArmId(vault, job.id)}/providers/Secondsite.Recovery/evidenceFiles/${kept.sha256}`,
        name: kept.sha256,
        type: "Secondsite.Recovery/evidenceFiles",
        properties: { fileName, ...kept },
      });
    },
  }),
  route({
    method: "GET",
    path: `${OWN}/evidenceFiles/{sha256}`,
    summary: "The bytes of a file that was attached to one of the job's manual actions.",
    apiVersions: OWN_API_VERSIONS,
    async handle(call) {
      const { vault, job } = await resolveJob(call);
      const { sha256 } = call.params;
      const fileName = await evidenceFileName(call.context, job, sha256);
      const bytes = fileName === null ? null : await call.context.evidenceFiles.get(vault.id, sha256);
      if (fileName === null || bytes === null) throw noSuchResource(sha256, "sha256");
      // Never shown in the portal's own origin: whatever somebody attached is only handed out.
      const headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(Buffer.from(fileName).toString())}`,
      };
      return new Response(Uint8Array.from(bytes), { status: 200, headers });
    },
  }),
  route({
    method: "POST",
    path: `${OWN}/completeAction`,
    summary: "Completes the manual action at which a recovery plan waits, with a comment, a name and files.",
    apiVersions: OWN_API_VERSIONS,
    body: CompleteActionBody,
    answer: ReplicationJobResource,
    async handle(call) {
      const { vault, job } = await resolveJob(call);
      const { taskId, comments, completedBy, evidence } = call.body.properties;
      // Task ids are the job's id and the step's number.
      const index = taskId.startsWith(`${job.id}-`) ? Number(taskId.slice(job.id.length + 1)) : NaN;
      const done = await completeAction(call.context, vault, job, {
        stepIndex: index,
        comments,
        completedBy: completedBy ?? null,
        evidence: evidence ?? [],
      });
      return ok(presentJob(await readJob(call.context, vault, done)));
    },
  }),
];
