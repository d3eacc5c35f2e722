import type { ApplicationCheck } from "@/lib/contract/evidence";

type Kind = ApplicationCheck["kind"] | "None";

/** What is typed, as text; which fields count depends on the kind. */
export interface CheckDraft {
  readonly kind: Kind;
  readonly pattern: string;
  readonly host: string;
  readonly port: string;
  readonly url: string;
  readonly status: string;
  readonly accountName: string;
  readonly runbookName: string;
  readonly timeoutSeconds: string;
}

type Field = Exclude<keyof CheckDraft, "kind">;

const BLANK: CheckDraft = {
  ...{ kind: "None", pattern: "", host: "127.0.0.1", port: "", url: "", status: "" },
  ...{ accountName: "", runbookName: "", timeoutSeconds: "30" },
};

export const CHECK_KINDS: readonly { readonly value: Kind; readonly label: string; readonly hint?: string }[] = [
  { value: "None", label: "None", hint: "The first sign of life is enough." },
  { value: "SerialPattern", label: "A pattern on the serial console" },
  { value: "TcpPort", label: "A TCP port that accepts connections" },
  { value: "Http", label: "An HTTP address that answers" },
  { value: "Runbook", label: "A runbook that ends well" },
];

interface FieldLook {
  readonly name: Field;
  readonly label: string;
  readonly hint?: string;
}

const LIMIT: FieldLook = { name: "timeoutSeconds", label: "Time limit in seconds", hint: "1 to 600." };
const FIELDS: Readonly<Record<Kind, readonly FieldLook[]>> = {
  None: [],
  SerialPattern: [
    { name: "pattern", label: "Pattern", hint: "A regular expression, for example: taking orders|^READY" },
    LIMIT,
  ],
  TcpPort: [{ name: "host", label: "Host" }, { name: "port", label: "Port" }, LIMIT],
  Http: [
    { name: "url", label: "Address", hint: "http:// or https://" },
    { name: "status", label: "Status", hint: "Empty: any from 200 to 299." },
    { name: "pattern", label: "Pattern in the answer", hint: "Empty: the status is enough." },
    LIMIT,
  ],
  Runbook: [{ name: "accountName", label: "Automation account" }, { name: "runbookName", label: "Runbook" }, LIMIT],
};

export const fieldsOf = (kind: Kind): readonly FieldLook[] => FIELDS[kind];

export function draftOf(check: ApplicationCheck | null): CheckDraft {
  if (check === null) return BLANK;
  const texts = Object.fromEntries(
    Object.entries(check).map(([name, value]) => [name, value === null ? "" : String(value)]),
  ) as Partial<CheckDraft>;
  return { ...BLANK, ...texts };
}

/** Undefined: something is missing; what is wrong in other ways the server says. */
export function checkOfDraft(draft: CheckDraft): ApplicationCheck | null | undefined {
  const timeoutSeconds = Number(draft.timeoutSeconds);
  if (draft.kind !== "None" && !(timeoutSeconds >= 1)) return undefined;
  switch (draft.kind) {
    case "None":
      return null;
    case "SerialPattern":
      return draft.pattern === "" ? undefined : { kind: draft.kind, pattern: draft.pattern, timeoutSeconds };
    case "TcpPort":
      if (draft.host === "" || !(Number(draft.port) >= 1)) return undefined;
      return { kind: draft.kind, host: draft.host, port: Number(draft.port), timeoutSeconds };
    case "Http": {
      if (draft.url === "") return undefined;
      const status = draft.status === "" ? null : Number(draft.status);
      const pattern = draft.pattern === "" ? null : draft.pattern;
      return { kind: draft.kind, url: draft.url, status, pattern, timeoutSeconds };
    }
    case "Runbook": {
      const { accountName, runbookName } = draft;
      if (accountName === "" || runbookName === "") return undefined;
      return { kind: draft.kind, accountName, runbookName, timeoutSeconds };
    }
  }
}
