import type { z } from "zod";
import { Refusal } from "@/lib/kernel/fault";

type Issue = z.core.$ZodIssue;

/** Says which property of a body is wrong and what it may be. The first problem leads; the others are named after it. */
export function refusalOfZodError(error: z.ZodError, body: unknown): Refusal {
  const [first, ...others] = error.issues;
  const target = first ? dotted(first) : "";
  const also =
    others.length > 0
      ? ` Also: ${others
          .slice(0, 5)
          .map((issue) => describe(issue, body))
          .join("; ")}.`
      : "";
  const discriminator = first ? unknownDiscriminator(first) : false;
  return new Refusal(
    "invalid",
    {
      code: discriminator ? "UnknownPropertyType" : "InvalidRequestContent",
      message: `${first ? describe(first, body) : "The body is not valid"}.${also}`,
      possibleCauses: discriminator
        ? "The type belongs to another scenario than those this version has, or its spelling differs; types are case-sensitive."
        : "A property is missing, misspelt, or of another type than the API expects.",
      recommendedAction: "Correct the named property and send the request again; /openapi.json describes every body.",
    },
    target === "" ? undefined : target,
  );
}

function unknownDiscriminator(issue: Issue): boolean {
  const name = issue.path.at(-1);
  const named = name === "instanceType";
  return named && (issue.code === "invalid_union" || issue.code === "invalid_value");
}

function dotted(issue: Issue): string {
  return issue.path.map(String).join(".");
}

function describe(issue: Issue, body: unknown): string {
  const where = dotted(issue);
  const given = valueAt(body, issue.path);
  if (unknownDiscriminator(issue)) return `${where} ${JSON.stringify(given) ?? "(missing)"} is not a known type`;
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
