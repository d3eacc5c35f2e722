import { formatBytes, formatCount, formatDateTime, formatDuration } from "@/components/ui/format";

/** One thing that a step found out, ready to show. `copy` is the full text where the shown one is shortened. */
export interface StepFigure {
  readonly label: string;
  readonly text: string;
  readonly copy: string | null;
}

const HASH = /^[0-9a-f]{40,128}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

/** `ordersOnReplica` as "Orders on replica". */
export function labelOf(key: string): string {
  const words = key
    .replace(/(Bytes|Seconds|Ms)$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
  const text = words === "" ? key.toLowerCase() : words;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface FigureGroup {
  /** The thing that the figures are about: a disk, a machine; null for the step itself. */
  readonly title: string | null;
  readonly figures: readonly StepFigure[];
}

/**
 * What a step remembers, as labelled figures: those of the step first, then one group for each named thing in a list. The
 * unit is in the name (`bytesWritten`, `lossSeconds`, `firstLineMs`), as everywhere in this product.
 */
export function figureGroups(details: Readonly<Record<string, unknown>>): FigureGroup[] {
  const named: FigureGroup[] = [];
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    const members: unknown[] = Array.isArray(value) ? value : [];
    if (members.length > 0 && members.every((member) => nameOf(member) !== null)) {
      for (const member of members) named.push({ title: nameOf(member), figures: figuresOf(withoutNames(member)) });
    } else own[key] = value;
  }
  const figures = figuresOf(own);
  return [...(figures.length > 0 ? [{ title: null, figures }] : []), ...named];
}

/** Its title says which one it is; ids are for programs and are in the export. */
const withoutNames = (member: unknown) =>
  Object.fromEntries(Object.entries(member as object).filter(([key]) => key !== "name" && !key.endsWith("Id")));

function figuresOf(details: unknown, prefix = ""): StepFigure[] {
  if (typeof details !== "object" || details === null) return [];
  return Object.entries(details).flatMap(([key, value]: [string, unknown]) => {
    if (value === null || value === undefined || value === "") return [];
    const label = prefix === "" ? labelOf(key) : `${prefix}, ${labelOf(key).toLowerCase()}`;
    if (Array.isArray(value)) return listFigures(label, value);
    if (typeof value === "object") return figuresOf(value, label);
    return [figure(label, key, value)];
  });
}

function listFigures(label: string, values: readonly unknown[]): StepFigure[] {
  const simple = values.filter((value) => typeof value !== "object" || value === null);
  if (simple.length === values.length)
    return [{ label, text: values.length === 0 ? "none" : simple.map(String).join(", "), copy: null }];
  return values.flatMap((value, index) => figuresOf(value, `${label} ${index + 1}`));
}

function nameOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const name: unknown = Reflect.get(value, "name");
  return typeof name === "string" && name !== "" ? name : null;
}

function figure(label: string, key: string, value: unknown): StepFigure {
  if (typeof value === "boolean") return { label, text: value ? "yes" : "no", copy: null };
  if (typeof value === "number") return { label, text: numberText(key, value), copy: null };
  const text = String(value);
  if (HASH.test(text)) return { label, text: `${text.slice(0, 12)}…`, copy: text };
  if (TIME.test(text)) return { label, text: formatDateTime(text), copy: null };
  return { label, text, copy: null };
}

function numberText(key: string, value: number): string {
  if (/bytes/i.test(key)) return formatBytes(value);
  if (/seconds/i.test(key)) return formatDuration(value);
  if (/Ms$|milliseconds/i.test(key)) return formatDuration(value / 1000);
  return formatCount(value);
}
