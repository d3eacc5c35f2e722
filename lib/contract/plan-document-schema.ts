import { z } from "zod";
import { PlanDocument } from "./plan-document";

/** For editors and checks of YAML files; served at /recovery-plan.schema.json and kept at docs/recovery-plan.schema.json. */
export function planDocumentSchema(): unknown {
  return {
    $id: "https://secondsite.invalid/recovery-plan.schema.json",
    title: "Recovery plan",
    description: "A recovery plan of Secondsite: npx secondsite plan export | diff | apply",
    ...z.toJSONSchema(PlanDocument),
  };
}
