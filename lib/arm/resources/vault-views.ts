import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import { Tutorial, VaultOverview } from "@/lib/contract/portal";
import { SCENARIO_TITLES, SCENARIOS } from "@/lib/domain/tutorial";
import { readTutorial } from "@/lib/operations/read-tutorial";
import { readVaultOverview } from "@/lib/operations/read-vault-overview";
import { ok } from "../answers";
import { VAULT_OWN } from "../paths";
import { resolveVault } from "../resolve";
import { route, type Route } from "../route";

/** What the vault's own pages show beyond ARM: the dashboard's figures and the tutorial with its computed checks. */
export const vaultViewRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT_OWN}/overview`,
    summary: "The dashboard's figures.",
    apiVersions: OWN_API_VERSIONS,
    answer: VaultOverview,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok({
        id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/overview`,
        name: vault.name,
        type: "Secondsite.Recovery/overview",
        properties: await readVaultOverview(call.context, vault),
      });
    },
  }),
  ...SCENARIOS.map((scenario) =>
    route({
      method: "GET",
      path: `${VAULT_OWN}/tutorials/${scenario}`,
      summary: "The tutorial's steps, each checked against the system.",
      apiVersions: OWN_API_VERSIONS,
      answer: Tutorial,
      async handle(call) {
        const vault = await resolveVault(call);
        return ok({
          id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/tutorials/${scenario}`,
          name: scenario,
          type: "Secondsite.Recovery/tutorials",
          properties: {
            title: SCENARIO_TITLES[scenario],
            steps: await readTutorial(call.context, vault, scenario),
          },
        });
      },
    }),
  ),
];
