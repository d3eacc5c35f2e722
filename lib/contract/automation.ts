import { z } from "zod";

/**
 * Microsoft.Automation, as far as it goes: accounts, runbooks with draft and publication, variables, jobs. A below is
 * …/resourceGroups/{rg}/providers/Microsoft.Automation/automationAccounts. What is ours is marked so; whole addresses of
 * ours are below providers/Secondsite.Recovery.
 *
 * GET A ; GET, PUT, DELETE A/{a}
 * GET A/{a}/runbooks ; GET, PUT, DELETE A/{a}/runbooks/{r}
 * GET …/{r}/draft ; GET, PUT …/{r}/draft/content (text) ; POST …/{r}/draft/undoEdit ; POST …/{r}/publish ; GET …/{r}/content (text)
 * GET, PUT …/{r}/draft/testJob ; POST …/{r}/draft/testJob/stop
 * GET A/{a}/variables ; GET, PUT, PATCH, DELETE A/{a}/variables/{v}
 * GET A/{a}/jobs ; GET, PUT A/{a}/jobs/{uuid} ; POST …/{uuid}/stop ; GET …/{uuid}/output (text)
 * Ours: GET …/{r}/providers/Secondsite.Recovery/versions[/{number}] ; GET R/runbookInterpreters
 */
const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});
const Tags = z.record(z.string(), z.string()).nullish();

export const RunbookType = z.enum(["Shell", "JavaScript", "Python3", "PowerShell"]);
export type RunbookType = z.infer<typeof RunbookType>;

export const AutomationAccountCreation = z.object({
  name: z.string().nullish(),
  location: z.string(),
  tags: Tags,
  properties: z
    .object({ sku: z.object({ name: z.string() }).nullish(), description: z.string().max(512).nullish() })
    .nullish(),
});

export const AutomationAccountResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Automation/AutomationAccounts"),
  location: z.string(),
  tags: z.record(z.string(), z.string()),
  properties: z.object({
    sku: z.object({ name: z.literal("Basic") }),
    state: z.literal("Ok"),
    creationTime: z.string(),
    lastModifiedTime: z.string(),
    description: z.string().nullable(),
    /** Ours. */
    runbookCount: z.number(),
  }),
});
export type AutomationAccountResource = z.infer<typeof AutomationAccountResource>;

export const RunbookCreation = z.object({
  name: z.string().nullish(),
  location: z.string().nullish(),
  tags: Tags,
  properties: z.object({
    /** Shell and JavaScript are ours; Python is taken for Python3. */
    runbookType: z.string().max(40),
    description: z.string().max(512).nullish(),
    draft: z.object({}).loose().nullish(),
    logVerbose: z.boolean().nullish(),
    logProgress: z.boolean().nullish(),
    logActivityTrace: z.number().nullish(),
  }),
});

const DraftView = z.object({
  inEdit: z.boolean(),
  creationTime: z.string(),
  lastModifiedTime: z.string(),
});
export const RunbookDraftResource = DraftView;

export const RunbookResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Automation/AutomationAccounts/Runbooks"),
  location: z.string(),
  etag: z.string(),
  tags: z.record(z.string(), z.string()),
  properties: z.object({
    runbookType: RunbookType,
    state: z.enum(["New", "Edit", "Published"]),
    provisioningState: z.literal("Succeeded"),
    description: z.string().nullable(),
    logVerbose: z.boolean(),
    logProgress: z.boolean(),
    logActivityTrace: z.number(),
    creationTime: z.string(),
    lastModifiedTime: z.string(),
    draft: DraftView.nullable(),
    /** Ours: number of the version that plans run. */
    publishedVersion: z.number().nullable(),
    /** Ours: why it could not be run on this machine; null when it could. */
    interpreterProblem: Explanation.nullable(),
  }),
});
export type RunbookResource = z.infer<typeof RunbookResource>;

/** The text itself; how long it may be is a rule of the domain. */
export const RunbookContent = z.string();

/** Ours. */
export const RunbookVersionResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Secondsite.Recovery/versions"),
  properties: z.object({
    number: z.number(),
    publishedAt: z.string(),
    sha256: z.string(),
    isPublished: z.boolean(),
    content: z.string(),
  }),
});
export type RunbookVersionResource = z.infer<typeof RunbookVersionResource>;

export const VariableWrite = z.object({
  name: z.string().nullish(),
  properties: z.object({
    /** JSON in a text, e.g. "\"a text\"". */
    value: z.string().max(40_000).nullish(),
    description: z.string().max(512).nullish(),
    isEncrypted: z.boolean().nullish(),
  }),
});

export const VariableResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Automation/AutomationAccounts/Variables"),
  properties: z.object({
    /** Null: it is encrypted, and never shown again. */
    value: z.string().nullable(),
    isEncrypted: z.boolean(),
    description: z.string().nullable(),
    creationTime: z.string(),
    lastModifiedTime: z.string(),
  }),
});
export type VariableResource = z.infer<typeof VariableResource>;

const RunParameters = z
  .object({
    /** An object, or JSON in a text, as Azure passes parameters. A sample of a test failover when left out. */
    RecoveryPlanContext: z.union([z.string().max(200_000), z.record(z.string(), z.unknown())]).nullish(),
  })
  .strict();

export const AutomationJobCreation = z.object({
  properties: z.object({
    runbook: z.object({ name: z.string() }),
    parameters: RunParameters.nullish(),
    runOn: z.string().nullish(),
    /** Ours: the draft instead of what is published. */
    isDraft: z.boolean().nullish(),
    /** Ours. */
    timeoutSeconds: z.number().nullish(),
  }),
});

export const TestJobCreation = z.object({
  parameters: RunParameters.nullish(),
  runOn: z.string().nullish(),
  /** Ours. */
  timeoutSeconds: z.number().nullish(),
});

export const AutomationJobResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Automation/AutomationAccounts/Jobs"),
  properties: z.object({
    jobId: z.string(),
    runbook: z.object({ name: z.string() }),
    status: z.enum(["Activating", "Running", "Completed", "Failed", "Stopped"]),
    statusDetails: z.string(),
    provisioningState: z.enum(["Processing", "Succeeded", "Failed"]),
    startedBy: z.string(),
    exception: z.string().nullable(),
    creationTime: z.string(),
    startTime: z.string().nullable(),
    endTime: z.string().nullable(),
    lastModifiedTime: z.string(),
    parameters: z.record(z.string(), z.string()),
    /** From here on ours. */
    runbookType: RunbookType,
    version: z.number().nullable(),
    isDraft: z.boolean(),
    exitCode: z.number().nullable(),
    outputBytes: z.number().nullable(),
    outputSha256: z.string().nullable(),
    scriptSha256: z.string(),
    error: Explanation.nullable(),
  }),
});
export type AutomationJobResource = z.infer<typeof AutomationJobResource>;

/** The run of a draft, flat, as Azure has it, with our fields. */
export const AutomationTestJob = AutomationJobResource.shape.properties;

/** Ours: which languages can be run here, and what keeps a runbook within its bounds, each found by trying. */
export const RunbookInterpreters = z.object({
  id: z.string(),
  name: z.literal("default"),
  type: z.literal("Secondsite.Recovery/runbookInterpreters"),
  properties: z.object({
    interpreters: z.array(
      z.object({
        runbookType: RunbookType,
        path: z.string().nullable(),
        version: z.string().nullable(),
        installAdvice: z.string().nullable(),
      }),
    ),
    protection: z.object({
      user: z.string(),
      readOnlySystem: z.boolean(),
      ownProcesses: z.boolean(),
      gaps: z.array(z.string()),
    }),
    limits: z.object({
      memoryBytes: z.number(),
      fileBytes: z.number(),
      folderBytes: z.number(),
      processCount: z.number(),
      outputKeptBytes: z.number(),
      outputBytes: z.number(),
    }),
  }),
});
export type RunbookInterpreters = z.infer<typeof RunbookInterpreters>;
