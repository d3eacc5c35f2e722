import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { paths, type ArmDriver, type ArmJob } from "@/lib/testing/drive/arm-driver";

const PASSPHRASE = "sixteen characters and more";

export interface List<T> {
  readonly value: readonly T[];
}
interface Item {
  readonly properties: {
    readonly protectionState: string;
    readonly replicationHealth: string;
    readonly healthErrors: readonly { readonly errorCode: string }[];
  };
}

/** A folder of images as a site of its own, in a vault of its own on a storage account that is there. Driven by the API. */
export class ImageSite {
  readonly vault: string;
  readonly estateSite: string;
  readonly #arm: ArmDriver;
  readonly #account: string;
  readonly #fabric: string;
  readonly #policy: string;
  readonly #folder: string;
  readonly #machineIds = new Map<string, string>();
  readonly #protected = new Set<string>();
  #container = "";

  /** `images`: name and bytes of each machine's one disk, of noise. */
  constructor(arm: ArmDriver, options: { name: string; account: string; images: Readonly<Record<string, number>> }) {
    const { name, account, images } = options;
    this.#arm = arm;
    this.#account = account;
    this.vault = paths.vault(`${name}-vault`);
    this.estateSite = `${paths.ours}/estateSites/${name}`;
    this.#fabric = `${this.vault}/replicationFabrics/${name}`;
    this.#policy = `${this.vault}/replicationPolicies/${name}`;
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), `secondsite-${name}-`));
    for (const [machine, bytes] of Object.entries(images)) {
      fs.writeFileSync(path.join(this.#folder, `${machine}.raw`), randomBytes(bytes));
    }
  }

  get machines(): readonly string[] {
    return [...this.#machineIds.keys()];
  }

  /** Vault, registration, policy and protection group; resolves when the host has reported its machines. */
  async prepare(): Promise<void> {
    const arm = this.#arm;
    await arm.run("PUT", this.vault, {
      location: "westeurope",
      properties: { storageAccountId: paths.storageAccount(this.#account) },
    });
    await arm.run("PUT", this.#fabric, {
      properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } },
    });
    await arm.send("PUT", `${this.vault}/providers/Secondsite.Recovery/passphrases/default`, {
      properties: { passphrase: PASSPHRASE },
    });
    await arm.send("PUT", this.estateSite, { properties: { folder: this.#folder } });
    await arm.run("POST", `${this.estateSite}/register`, {
      properties: { vaultId: this.vault, fabricName: path.posix.basename(this.#fabric), passphrase: PASSPHRASE },
    });
    await arm.run("PUT", this.#policy, {
      properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 30 } },
    });
    const containers = await arm.get<List<{ id: string }>>(`${this.#fabric}/replicationProtectionContainers`);
    this.#container = containers.value[0]?.id ?? "";
    await arm.run("PUT", `${this.#container}/replicationProtectionContainerMappings/images`, {
      properties: {
        targetProtectionContainerId: "Microsoft Azure",
        policyId: this.#policy,
        providerSpecificInput: {},
      },
    });
    const expected = fs.readdirSync(this.#folder).length;
    await arm.until("the host's machines", async () => {
      const { value } = await arm.get<List<{ id: string; properties: { friendlyName: string } }>>(
        `${this.#container}/replicationProtectableItems`,
      );
      for (const { id, properties } of value) this.#machineIds.set(properties.friendlyName, id);
      return this.#machineIds.size === expected ? true : null;
    });
  }

  item(machine: string): string {
    return `${this.#container}/replicationProtectedItems/${path.posix.basename(this.#machineIds.get(machine) ?? "")}`;
  }

  async state(machine: string): Promise<Item["properties"]> {
    return (await this.#arm.get<Item>(this.item(machine))).properties;
  }

  async untilProtected(machine: string): Promise<void> {
    await this.#arm.until(machine, async () =>
      (await this.state(machine)).protectionState === "Protected" ? true : null,
    );
  }

  protect(machine: string): Promise<ArmJob | null> {
    this.#protected.add(machine);
    return this.#arm.run("PUT", this.item(machine), {
      properties: {
        policyId: this.#policy,
        protectableItemId: this.#machineIds.get(machine),
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          targetStorageAccountId: paths.storageAccount(this.#account),
        },
      },
    });
  }

  testFailover(machine: string): Promise<ArmJob | null> {
    return this.#arm.run("POST", `${this.item(machine)}/testFailover`, {
      properties: {
        failoverDirection: "PrimaryToRecovery",
        networkType: "NoNetworkAttachAsInput",
        providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
      },
    });
  }

  async cleanUp(machine: string): Promise<void> {
    await this.#arm.run("POST", `${this.item(machine)}/testFailoverCleanup`, { properties: { comments: "Whole." } });
  }

  /** What the agent last said is wrong with the machine's replication. */
  async problem(machine: string): Promise<Record<string, string> | null> {
    const { properties } = await this.#arm.get<{ properties: { error: Record<string, string> | null } }>(
      `${this.item(machine)}/providers/Secondsite.Recovery/replication`,
    );
    return properties.error;
  }

  /** Of the newest run: whether each restored disk is identical with its point. */
  async identical(machine: string): Promise<readonly boolean[]> {
    const { properties } = await this.#arm.get<{ properties: { runs: { disks: { identical: boolean }[] }[] } }>(
      `${this.item(machine)}/providers/Secondsite.Recovery/evidence`,
    );
    return properties.runs[0]?.disks.map((disk) => disk.identical) ?? [];
  }

  /** All of it but the storage account. */
  async takeAway(): Promise<void> {
    const arm = this.#arm;
    for (const name of this.#protected) await arm.run("DELETE", this.item(name));
    await arm.run("DELETE", this.#fabric);
    await arm.send("DELETE", this.vault);
    await arm.until("the vault to be gone", async () => {
      const { value } = await arm.get<List<{ name: string }>>(path.posix.dirname(this.vault));
      return value.some((one) => one.name === path.posix.basename(this.vault)) ? null : true;
    });
    await arm.send("DELETE", this.estateSite);
  }

  removeImages(): void {
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
