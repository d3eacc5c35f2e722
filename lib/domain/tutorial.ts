import type { FabricKind } from "./replication-provider";

/**
 * The tutorials of the scenarios (asr reference 4.3 (2) and (3/4)). Every step's state is computed from what the system holds;
 * nobody ticks anything.
 */
export const SCENARIOS = ["hyperVSiteToAzure", "vmwareToAzure"] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** The drop-down's wording for VMware was not captured: it is ours. */
export const SCENARIO_TITLES: Readonly<Record<Scenario, string>> = {
  hyperVSiteToAzure: "Between an on-premises Hyper-V site and Azure",
  vmwareToAzure: "Between an on-premises VMware site and Azure",
};

export const SCENARIO_KINDS: Readonly<Record<Scenario, FabricKind>> = {
  hyperVSiteToAzure: "HyperVSite",
  vmwareToAzure: "VMware",
};

/** Of the sites of one scenario's kind, and of the vault and its region. */
export interface TutorialFacts {
  readonly sites: readonly string[];
  readonly passphraseSet: boolean;
  /** The newest registration key's expiry, when one was made. */
  readonly registrationKeyExpiresAt: string | null;
  readonly hosts: readonly {
    readonly name: string;
    readonly site: string;
    readonly connected: boolean;
    readonly lastHeartbeatAt: string | null;
  }[];
  readonly storageAccounts: readonly string[];
  readonly networks: readonly string[];
  readonly protectionGroups: readonly { readonly name: string; readonly policy: string }[];
  readonly machines: { readonly enabled: number; readonly protected: number; readonly discovered: number };
  readonly plans: readonly { readonly name: string; readonly machines: number }[];
  readonly lastTestFailover: { readonly machine: string; readonly at: string } | null;
  readonly now: string;
}

export type TutorialStepId =
  | "createSite"
  | "registrationKey"
  | "registerHost"
  | "prepareResources"
  | "protectionGroup"
  | "addMachines"
  | "recoveryPlan"
  | "testFailover";

export interface TutorialStepView {
  readonly id: TutorialStepId;
  readonly title: string;
  readonly explanation: string;
  readonly state: "done" | "ready" | "blocked";
  readonly finding: string;
  readonly blockedBy: TutorialStepId | null;
}

interface StepRule {
  readonly id: TutorialStepId;
  readonly title: string;
  readonly explanation: string;
  readonly needs: readonly TutorialStepId[];
  /** What was found: `done` only on a positive verdict. */
  check(facts: TutorialFacts): { readonly done: boolean; readonly finding: string };
}

/** What differs from scenario to scenario: the words of the first three steps and of the group. */
interface Words {
  readonly site: { readonly title: string; readonly explanation: string; readonly missing: string };
  readonly key: string;
  readonly host: { readonly title: string; readonly explanation: string };
  readonly group: string;
}

const WORDS: Readonly<Record<Scenario, Words>> = {
  hyperVSiteToAzure: {
    site: {
      title: "Create a Hyper-V site",
      explanation:
        "A Hyper-V site stands for one or more Hyper-V hosts that are not managed by VMM. Create one for each location.",
      missing: "This vault has no Hyper-V site.",
    },
    key: "to the host",
    host: {
      title: "Install the Provider and the MARS agent, and register the host",
      explanation:
        "The Azure Site Recovery Provider orchestrates replication and failover; the Microsoft Azure Recovery Services (MARS) agent moves the data. Both run on the Hyper-V host and dial out to the vault on one TLS port.",
    },
    group: "copy frequency, how long recovery points are kept, and where the data goes.",
  },
  vmwareToAzure: {
    site: {
      title: "Create a VMware site",
      explanation:
        "A VMware site stands for a configuration server and the machines that it finds. Create one for each location.",
      missing: "This vault has no VMware site.",
    },
    key: "to the configuration server",
    host: {
      title: "Install and register the configuration server",
      explanation:
        "The configuration server coordinates; its process server compresses and encrypts what the machines write and sends it on. Here both are one process that dials out to the vault on one TLS port, and what is written is seen at the machines' host, so that nothing is installed in them.",
    },
    group:
      "which of the moments are kept as recovery points, and how old the newest one may be before you are warned. VMware machines are replicated continuously: what they write leaves every few seconds.",
  },
};

const rulesOf = ({ site, key, host, group }: Words): readonly StepRule[] => [
  {
    id: "createSite",
    title: site.title,
    explanation: site.explanation,
    needs: [],
    check: ({ sites }) =>
      sites.length > 0 ? { done: true, finding: `Found ${listed(sites)}.` } : { done: false, finding: site.missing },
  },
  {
    id: "registrationKey",
    title: "Choose the passphrase and download a registration key",
    explanation: `The registration key identifies the vault and the site ${key}; it is valid for 5 days, and only the newest one works. The passphrase opens the keys that the data is sealed with. Nobody can recover it: keep it in more than one safe place.`,
    needs: ["createSite"],
    check: checkRegistrationKey,
  },
  {
    id: "registerHost",
    title: host.title,
    explanation: host.explanation,
    needs: ["registrationKey"],
    check: checkHosts,
  },
  {
    id: "prepareResources",
    title: "Prepare a storage account and a network",
    explanation:
      "Replicated data goes to a storage account of the vault's region. Replicas connect to a virtual network; an isolated one keeps a test failover from meeting production.",
    needs: [],
    check: checkResources,
  },
  {
    id: "protectionGroup",
    title: "Create a protection group",
    explanation: `A protection group holds machines that replicate with the same settings: ${group}`,
    needs: ["registerHost", "prepareResources"],
    check: ({ protectionGroups }) =>
      protectionGroups.length > 0
        ? { done: true, finding: `Found ${listed(protectionGroups.map((one) => `${one.name} (${one.policy})`))}.` }
        : { done: false, finding: "No protection group pairs a site with a replication policy." },
  },
  {
    id: "addMachines",
    title: "Add virtual machines to the protection group",
    explanation:
      "Choose machines that the host reports. Their disks are copied once in full; after that only what changes is sent.",
    needs: ["protectionGroup"],
    check: checkMachines,
  },
  {
    id: "recoveryPlan",
    title: "Create a recovery plan",
    explanation:
      "A recovery plan fails machines over together, in groups one after the other, with actions for people in between.",
    needs: ["addMachines"],
    check: ({ plans }) => {
      const used = plans.filter((plan) => plan.machines > 0);
      return used.length > 0
        ? {
            done: true,
            finding: `Found ${listed(used.map((plan) => `${plan.name} (${String(plan.machines)} machines)`))}.`,
          }
        : {
            done: false,
            finding: plans.length > 0 ? "The recovery plan has no machines yet." : "There is no recovery plan.",
          };
    },
  },
  {
    id: "testFailover",
    title: "Run a test failover",
    explanation:
      "A test failover starts a replica in an isolated network from a recovery point. The source goes on, and so does replication.",
    needs: ["addMachines"],
    check: ({ lastTestFailover }) =>
      lastTestFailover
        ? { done: true, finding: `${lastTestFailover.machine} was tested at ${lastTestFailover.at}.` }
        : { done: false, finding: "No test failover has succeeded yet." },
  },
];

/** The steps in order. A step whose needs are not met is blocked by the first of them. */
export function tutorialSteps(facts: TutorialFacts, scenario: Scenario): TutorialStepView[] {
  const rules = rulesOf(WORDS[scenario]);
  const done = new Map(rules.map((rule) => [rule.id, rule.check(facts).done]));
  return rules.map((rule) => {
    const { done: isDone, finding } = rule.check(facts);
    const blockedBy = isDone ? null : (rule.needs.find((need) => done.get(need) !== true) ?? null);
    const { id, title, explanation } = rule;
    return { id, title, explanation, finding, blockedBy, state: isDone ? "done" : blockedBy ? "blocked" : "ready" };
  });
}

function checkRegistrationKey({ passphraseSet, registrationKeyExpiresAt, hosts, now }: TutorialFacts) {
  if (!passphraseSet) return { done: false, finding: "No passphrase has been chosen for this vault." };
  if (hosts.length > 0) return { done: true, finding: "The passphrase is chosen and a host has used a key." };
  if (registrationKeyExpiresAt === null) {
    return { done: false, finding: "The passphrase is chosen; no registration key has been made." };
  }
  return registrationKeyExpiresAt > now
    ? { done: true, finding: `The passphrase is chosen; the newest key is valid until ${registrationKeyExpiresAt}.` }
    : { done: false, finding: `The newest registration key expired at ${registrationKeyExpiresAt}.` };
}

function checkHosts({ hosts }: TutorialFacts) {
  const connected = hosts.filter((host) => host.connected);
  if (connected.length > 0) {
    const seen = connected.map(
      (host) => `${host.name} (site ${host.site}), last heartbeat ${host.lastHeartbeatAt ?? "just now"}`,
    );
    return { done: true, finding: `Registered and heard: ${listed(seen)}.` };
  }
  const silent = hosts[0];
  return silent
    ? {
        done: false,
        finding: `${silent.name} is registered, but its last heartbeat was ${silent.lastHeartbeatAt ?? "never seen"}.`,
      }
    : { done: false, finding: "No host has registered with this vault." };
}

function checkResources({ storageAccounts, networks }: TutorialFacts) {
  const missing = [
    ...(storageAccounts.length === 0 ? ["a storage account"] : []),
    ...(networks.length === 0 ? ["a virtual network"] : []),
  ];
  return missing.length === 0
    ? { done: true, finding: `Found storage ${listed(storageAccounts)} and networks ${listed(networks)}.` }
    : { done: false, finding: `The vault's region lacks ${missing.join(" and ")}.` };
}

function checkMachines({ machines }: TutorialFacts) {
  const { enabled, discovered } = machines;
  if (machines.protected > 0) {
    return {
      done: true,
      finding: `${String(machines.protected)} of ${String(enabled)} machines have a recovery point.`,
    };
  }
  return enabled > 0
    ? {
        done: false,
        finding: `${String(enabled)} machines are replicating for the first time; none has a recovery point yet.`,
      }
    : { done: false, finding: `${String(discovered)} machines were discovered; none is protected.` };
}

const listed = (names: readonly string[]) => names.join(", ");
