import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { generateRegistrationKey } from "../generate-registration-key";

type Step = StepDefinition<OperationContext>;
const HEARTBEAT_SECONDS_MAX = 60;

/** Input: {vaultId, fabricId, siteName, passphraseReference}. What a person does at the host's keyboard, done there. */
export const runHostRegistrationJob: JobDefinition<OperationContext> = {
  scenarioName: "RunHostRegistration",
  friendlyName: "Install and register on the host",
  steps: () => [runRegistration, awaitHeartbeat],
  async settle(context, job) {
    context.secrets.forget(String(job.input["passphraseReference"]));
  },
};

const runRegistration: Step = {
  name: "RunRegistrationOnHost",
  friendlyName: "Run the registration on the host",
  taskType: "RunRegistrationOnHost",
  async run({ services, job }) {
    const passphrase = services.secrets.read(String(job.input["passphraseReference"]));
    if (passphrase === null) throw passphraseGone();
    const vault = await services.repositories.vaults.get(String(job.input["vaultId"]));
    const fabric = await services.repositories.fabrics.get(String(job.input["fabricId"]));
    assert(vault && fabric, "the vault or site of this job is gone");
    // A key of its own: a repeated step supersedes the one before, as a second download would.
    const key = await generateRegistrationKey(services, { vault, fabric });
    await services.estate.register(String(job.input["siteName"]), key.content, passphrase);
    announce(services, vault.id, "replicationRecoveryServicesProviders", fabric.name);
    return { details: { registrationKeyExpiresAt: key.expiresAt } };
  },
};

const awaitHeartbeat: Step = {
  name: "AwaitHeartbeat",
  friendlyName: "Wait for the host's heartbeat",
  taskType: "AwaitHeartbeat",
  async run({ services, job, signal }) {
    const deadlineMs = services.clock.monotonicMs() + HEARTBEAT_SECONDS_MAX * 1000;
    while (services.clock.monotonicMs() < deadlineMs) {
      const providers = await services.repositories.providers.listByFabric(String(job.input["fabricId"]));
      const seen = providers.find((one) => services.sites.isConnected(one.id));
      if (seen) return { details: { hostName: seen.hostName, machines: seen.inventory.length } };
      await services.clock.sleep(200, signal);
    }
    throw new Fault({
      code: "NoHeartbeat",
      message: `The host registered, but sent no heartbeat within ${HEARTBEAT_SECONDS_MAX} seconds.`,
      possibleCauses: "The agent did not start, or it cannot reach the vault's endpoint.",
      recommendedAction: "Look at the site's processes under On-premises sites, and restart this job.",
    });
  },
};

function passphraseGone(): Fault {
  return new Fault({
    code: "PassphraseNotKept",
    message: "The passphrase that was entered is no longer known.",
    possibleCauses: "The server was restarted: a passphrase is kept in memory only, never written down.",
    recommendedAction: "Start the registration again and enter the passphrase.",
  });
}
