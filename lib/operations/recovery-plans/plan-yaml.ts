import { isNode, LineCounter, parseDocument, stringify, type Document } from "yaml";
import { PlanDocument } from "@/lib/contract/plan-document";
import { Refusal } from "@/lib/kernel/fault";

const HEADING =
  "# A recovery plan of Secondsite: npx secondsite plan diff | apply. Schema: /recovery-plan.schema.json\n";
const PROBLEMS_NAMED_MAX = 5;

export function planYaml(document: PlanDocument): string {
  return HEADING + stringify(document, { lineWidth: 0 });
}

/** @throws Refusal PlanDocumentInvalid, which names line and key of what is wrong */
export function parsePlanYaml(text: string): PlanDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw invalid(`line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  const parsed = PlanDocument.safeParse(value);
  if (parsed.success) return parsed.data;
  const named = parsed.error.issues.slice(0, PROBLEMS_NAMED_MAX).map((issue) => {
    const line = lineOf(document, issue.path, issue.code === "unrecognized_keys" ? issue.keys[0] : undefined, lines);
    const where = issue.path.map(String).join(".");
    return `${line === null ? "" : `line ${line}: `}${where === "" ? "" : `${where}: `}${issue.message}`;
  });
  throw invalid(named.join("; "));
}

/** Of the named place, or of the nearest one around it that is there. */
function lineOf(
  document: Document,
  path: readonly PropertyKey[],
  key: string | undefined,
  lines: LineCounter,
): number | null {
  const keys = path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (key !== undefined) keys.push(key);
  for (let length = keys.length; length > 0; length -= 1) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function invalid(message: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "PlanDocumentInvalid",
      message,
      possibleCauses: "The text is not YAML, or has a key or a value that a recovery plan does not have.",
      recommendedAction: "Correct the named place; /recovery-plan.schema.json describes the document.",
    },
    "properties.yaml",
  );
}
