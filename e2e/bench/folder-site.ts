import { paths, type ArmDriver } from "@/lib/testing/drive/arm-driver";
import type { List } from "../story/site-to-azure";

export const BENCH_SITE = "bench";
const VAULT = "bench-vault";
const PASSPHRASE = "a passphrase for measuring only";
const POLICY = "every-30-seconds";
const vault = paths.vault(VAULT);
const fabric = `${vault}/replicationFabrics/${BENCH_SITE}`;

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
}

/** A folder of images as a site, registered in a vault of its own and ready to protect machines. */
export class FolderSite {
  readonly #arm: ArmDriver;
  readonly #container: string;

  private constructor(arm: ArmDriver, container: string) {
    this.#arm = arm;
    this.#container = container;
  }

  static async create(arm: ArmDriver, folder: string): Promise<FolderSite> {
    await arm.send("PUT", paths.storageAccount("benchstorage"), { location: "northeurope", properties: {} });
    await arm.run("PUT", vault, {
      location: "northeurope",
      properties: { storageAccountId: paths.storageAccount("benchstorage") },
    });
    await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } });
    await arm.send("PUT", `${vault}/providers/Secondsite.Recovery/passphrases/default`, {
      properties: { passphrase: PASSPHRASE },
    });
    await arm.send("PUT", `${paths.ours}/estateSites/${BENCH_SITE}`, { properties: { folder } });
    await arm.run("POST", `${paths.ours}/estateSites/${BENCH_SITE}/register`, {
      properties: { vaultId: vault, fabricName: BENCH_SITE, passphrase: PASSPHRASE },
    });
    return new FolderSite(arm, await prepareGroup(arm));
  }

  async machines(count: number): Promise<Machine[]> {
    return this.#arm.until("the site's machines", async () => {
      const { value } = await this.#arm.get<List<{ id: string; name: string; properties: { friendlyName: string } }>>(
        `${this.#container}/replicationProtectableItems`,
      );
      const machines = value.map(({ id, name, properties }) => ({ id, name, friendlyName: properties.friendlyName }));
      return machines.length === count ? machines : null;
    });
  }

  /** Path of the protected item. */
  itemPath(machine: Machine): string {
    return `${this.#container}/replicationProtectedItems/${machine.name}`;
  }

  /** Begins to protect a machine; returns as soon as the request was accepted. */
  async protect(machine: Machine): Promise<void> {
    await this.#arm.begin("PUT", this.itemPath(machine), {
      properties: {
        policyId: `${vault}/replicationPolicies/${POLICY}`,
        protectableItemId: machine.id,
        providerSpecificDetails: { instanceType: "HyperVReplicaAzure", targetAzureVmName: machine.friendlyName },
      },
    });
  }

  /** Waits for the jobs of enabling first: they hold the item. */
  async unprotect(machine: Machine): Promise<void> {
    const item = this.itemPath(machine);
    await this.#arm.until("the item to be free", async () => {
      const { properties } = await this.#arm.get<{ properties: { allowedOperations: string[] } }>(item);
      return properties.allowedOperations.includes("DisableProtection") ? true : null;
    });
    await this.#arm.run("POST", `${item}/remove`, { properties: { disableProtectionReason: "NotSpecified" } });
  }

  /** So that its processes do not count in what is measured next. */
  async remove(): Promise<void> {
    await this.#arm.send("DELETE", `${paths.ours}/estateSites/${BENCH_SITE}`);
  }
}

async function prepareGroup(arm: ArmDriver): Promise<string> {
  await arm.run("PUT", `${vault}/replicationPolicies/${POLICY}`, {
    properties: {
      providerSpecificInput: {
        instanceType: "HyperVReplicaAzure",
        replicationInterval: 30,
        recoveryPointHistoryDuration: 24,
      },
    },
  });
  const container = await arm.until("the protection container", async () => {
    const { value } = await arm.get<List<{ id: string }>>(`${fabric}/replicationProtectionContainers`);
    return value[0]?.id ?? null;
  });
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/bench`, {
    properties: {
      targetProtectionContainerId: "Microsoft Azure",
      policyId: `${vault}/replicationPolicies/${POLICY}`,
      providerSpecificInput: {},
    },
  });
  return container;
}
