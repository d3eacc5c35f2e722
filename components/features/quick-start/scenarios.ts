import type { EstateSite } from "@/lib/contract/portal";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { SCENARIO_KINDS, SCENARIO_TITLES, SCENARIOS } from "@/lib/domain/tutorial";

/** One way to set recovery up: its tutorial, the kind of site that its steps are about, and their words. */
export interface Scenario extends Words {
  /** The tutorial's name in the API and in the address of the page. */
  readonly value: string;
  readonly label: string;
  readonly kind: FabricKind;
}

interface Words {
  /** The service's word for what is created; a Hyper-V site is asked for with the abstract type. */
  readonly creationType: string;
  readonly site: string;
  readonly siteExample: string;
  /** What is registered in a site. */
  readonly server: string;
  readonly serverNote: string;
  /** On a button, which has to fit a telephone. */
  readonly demoServer: string;
  /** Kinds of on-premises sites whose servers can be registered, those that were made for it first. */
  readonly demoKinds: readonly EstateSite["properties"]["kind"][];
}

const words: Readonly<Record<FabricKind, Words>> = {
  HyperVSite: {
    creationType: "FabricSpecificCreationInput",
    site: "Hyper-V site",
    siteExample: "contoso-branch",
    server: "host",
    serverNote: "It installs nothing else: Provider and agent are one process.",
    demoServer: "demo host",
    demoKinds: ["contoso", "folder"],
  },
  VMware: {
    creationType: "VMware",
    site: "VMware site",
    siteExample: "contoso-vmware",
    server: "configuration server",
    serverNote: "It installs nothing else: configuration server and process server are one process.",
    demoServer: "demo server",
    demoKinds: ["contosoVmware", "folder"],
  },
};

const scenarioOf = (value: (typeof SCENARIOS)[number]): Scenario => {
  const kind = SCENARIO_KINDS[value];
  return { value, label: SCENARIO_TITLES[value], kind, ...words[kind] };
};

export const scenarios: readonly Scenario[] = SCENARIOS.map(scenarioOf);
export const firstScenario = scenarioOf(SCENARIOS[0]);

/** Undefined for a name that this version does not know, as an address may hold. */
export const scenarioNamed = (name: string | null | undefined) => scenarios.find(({ value }) => value === name);
