import { OWN_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { CoverageResource, ReadinessResource, TrendsResource } from "@/lib/contract/readiness";
import { COVERAGE_MONTHS, DEFAULT_COVERAGE_MONTHS } from "@/lib/domain/coverage";
import { Refusal } from "@/lib/kernel/fault";
import { readCoverage } from "@/lib/operations/readiness/read-coverage";
import { readReadiness } from "@/lib/operations/readiness/read-readiness";
import { readTrends } from "@/lib/operations/readiness/read-trends";
import { ok } from "../answers";
import { VAULT_OWN } from "../paths";
import { presentCoverage, presentReadiness, presentTrends } from "../presenters/readiness";
import { resolveVault } from "../resolve";
import { route, type Route } from "../route";

/** How ready a vault is, what of it was tested, and how that has gone over time. */
export const readinessRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT_OWN}/readiness`,
    summary: "The readiness score with all its parts: weight, state, evidence and what to do.",
    apiVersions,
    answer: ReadinessResource,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok(presentReadiness(vault, await readReadiness(call.context, vault)));
    },
  }),
  route({
    method: "GET",
    path: `${VAULT_OWN}/coverage`,
    summary:
      "Which machines had a test failover that succeeded in the last 1, 3, 6 or 12 months (?months=, 6 when left out).",
    apiVersions,
    answer: CoverageResource,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok(presentCoverage(vault, await readCoverage(call.context, vault, monthsFrom(call.query))));
    },
  }),
  route({
    method: "GET",
    path: `${VAULT_OWN}/trends`,
    summary:
      "RPO and RTO of the runs of the last months (?months=), of the vault or of one plan or machine (?subject=).",
    apiVersions,
    answer: TrendsResource,
    async handle(call) {
      const vault = await resolveVault(call);
      const subjectName = call.query.get("subject") || null;
      const of = { months: monthsFrom(call.query), subjectName };
      return ok(presentTrends(vault, await readTrends(call.context, vault, of)));
    },
  }),
];

function monthsFrom(query: URLSearchParams): number {
  const given = query.get("months");
  if (given === null) return DEFAULT_COVERAGE_MONTHS;
  const months = COVERAGE_MONTHS.find((one) => String(one) === given);
  if (months !== undefined) return months;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidMonths",
      message: `${JSON.stringify(given.slice(0, 40))} is no period: months is ${COVERAGE_MONTHS.join(", ")}.`,
      possibleCauses: "The query has another number, or something that is none.",
      recommendedAction: `Send one of these, or none for ${DEFAULT_COVERAGE_MONTHS}.`,
    },
    "months",
  );
}
