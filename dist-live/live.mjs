import "./chunk-MRKFUAJK.mjs";

// e2e/bench/live.tmp.ts
import fs2 from "node:fs";
import path3 from "node:path";

// lib/testing/drive/arm-driver.ts
import { setTimeout as delay } from "node:timers/promises";
var ArmError = class extends Error {
  constructor(status, code, message, body) {
    super(`${String(status)} ${code}: ${message}`);
    this.status = status;
    this.code = code;
    this.body = body;
  }
  status;
  code;
  body;
  name = "ArmError";
};
var SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
var RESOURCE_GROUP = "contoso";
var GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers`;
var VERSIONS = { "microsoft.recoveryservices": "2023-06-01" };
var paths = {
  vault: (vault2) => `${GROUP}/Microsoft.RecoveryServices/vaults/${vault2}`,
  ours: `${GROUP}/Secondsite.Recovery`,
  network: (name) => `${GROUP}/Microsoft.Network/virtualNetworks/${name}`,
  storageAccount: (name) => `${GROUP}/Microsoft.Storage/storageAccounts/${name}`,
  virtualMachines: `${GROUP}/Microsoft.Compute/virtualMachines`
};
var ArmDriver = class {
  constructor(origin) {
    this.origin = origin;
  }
  origin;
  /** @throws ArmError with the service's code for every answer from 400 on. */
  async send(method, path4, body) {
    const provider = [...path4.matchAll(/\/providers\/([^/]+)/gi)].at(-1)?.[1]?.toLowerCase() ?? "";
    const version = VERSIONS[provider] ?? "2026-11-01";
    const url = `${this.origin}${path4}${path4.includes("?") ? "&" : "?"}api-version=${version}`;
    const response = await fetch(url, {
      method,
      ...body === void 0 ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }
    });
    const text = await response.text();
    const parsed = text === "" ? {} : JSON.parse(text);
    if (!response.ok) {
      const code = parsed.error?.details?.[0]?.code ?? parsed.error?.code ?? "Unknown";
      throw new ArmError(response.status, code, `${method} ${path4}: ${parsed.error?.message ?? text}`, parsed);
    }
    return { body: parsed, headers: response.headers, status: response.status };
  }
  async get(path4) {
    return (await this.send("GET", path4)).body;
  }
  /** Starts long work and returns its job's path; null when it was answered at once. */
  async begin(method, path4, body) {
    const { headers } = await this.send(method, path4, body);
    const operation = headers.get("azure-asyncoperation");
    return operation === null ? null : new URL(operation).pathname;
  }
  /** Starts long work and waits for its end. @throws Error with the job's own error when it did not succeed. */
  async run(method, path4, body) {
    const job = await this.begin(method, path4, body);
    return job === null ? null : this.untilJobEnds(job);
  }
  /** Survives a server that is away for a moment (a chaos run kills it). */
  async untilJobEnds(jobPath, options = {}) {
    const stopAt = options.stopAt ?? ["Succeeded", "Failed", "Cancelled"];
    const job = await this.until(
      `job ${jobPath}`,
      async () => {
        const found = await this.get(jobPath);
        return stopAt.includes(found.properties.state) || found.properties.state === "Failed" ? found : null;
      },
      options.seconds ?? 180
    );
    if (job.properties.state === "Failed" && !stopAt.includes("FailedIsFine")) {
      const messages = job.properties.errors.map(
        (error) => `${error.serviceErrorDetails?.code ?? ""} ${error.serviceErrorDetails?.message ?? ""}`
      );
      throw new Error(`${job.properties.friendlyName} failed: ${messages.join("; ")}`);
    }
    return job;
  }
  /** Polls until `probe` answers something; a refused connection counts as "not yet". */
  async until(what, probe, seconds = 60) {
    const deadline = performance.now() + seconds * 1e3;
    let last = null;
    for (; ; ) {
      try {
        const found = await probe();
        if (found !== null) return found;
        last = null;
      } catch (error) {
        if (error instanceof ArmError && error.status < 500) throw error;
        last = error;
      }
      if (performance.now() > deadline) {
        throw new Error(`waited ${String(seconds)} s for ${what}${last instanceof Error ? `: ${last.message}` : ""}`);
      }
      await delay(200);
    }
  }
};

// lib/testing/drive/portal-process.ts
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
async function startPortal(options) {
  const [port, tlsPort] = await freePorts(2);
  const home = options.home ?? await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-"));
  const started = performance.now();
  const child = spawn(process.execPath, [path.join(options.root, "bin", "secondsite.mjs"), "serve", "--demo"], {
    cwd: options.root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SECONDSITE_HOME: home, PORT: String(port), TLS_PORT: String(tlsPort) }
  });
  const printed = capture(child);
  await untilReady(child, printed);
  return {
    home,
    origin: `http://127.0.0.1:${String(port)}`,
    tlsOrigin: `https://127.0.0.1:${String(tlsPort)}`,
    supervisorPid: child.pid ?? 0,
    startedInMs: performance.now() - started,
    output: () => printed.text,
    stop: async () => {
      await stopChild(child);
      if (options.home === void 0 && options.keepHome !== true) await fs.rm(home, { recursive: true, force: true });
    }
  };
}
function capture(child) {
  const printed = { text: "" };
  const keep = (chunk) => {
    printed.text = (printed.text + chunk.toString()).slice(-2e5);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return printed;
}
function untilReady(child, printed) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the portal did not start: ${why}
${printed.text}`));
    const timeout = setTimeout(() => {
      child.kill("SIGKILL");
      fail("not ready after 120 seconds");
    }, 12e4);
    child.on("exit", (code) => fail(`it ended with code ${String(code)}`));
    child.stdout?.on("data", () => {
      if (!/^ready/m.test(printed.text)) return;
      clearTimeout(timeout);
      resolve();
    });
  });
}
function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 2e4).unref();
  });
}
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () => new Promise((resolve) => {
        const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
      })
    )
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

// e2e/story/narrator.ts
import process2 from "node:process";
var Narrator = class {
  #chapter = 0;
  #started = performance.now();
  chapter(title) {
    this.#chapter += 1;
    process2.stdout.write(`
${String(this.#chapter)}. ${title}
`);
  }
  say(line) {
    const seconds = ((performance.now() - this.#started) / 1e3).toFixed(1).padStart(6);
    process2.stdout.write(`  ${seconds} s  ${line}
`);
  }
  /** @throws Error that ends the story. */
  expect(condition, what) {
    if (!condition) throw new Error(`not as it should be: ${what}`);
    this.say(`\u2713 ${what}`);
  }
};

// lib/compute/guest/ledger-format.ts
var SECTOR_BYTES = 512;
var RECORD_BYTES = 32;
var RECORDS_PER_SECTOR = SECTOR_BYTES / RECORD_BYTES;
var TAIL_RECORDS = 256 * RECORDS_PER_SECTOR;
var MIX_FACTOR = 2654435761 | 0;

// lib/compute/guest/ledger.ts
var CHUNK_BYTES = 64 * 1024;

// e2e/story/site-to-azure.ts
var VAULT = "contoso-vault";
var SITE = "contoso-branch";
var PASSPHRASE = "correct horse battery staple";
var GROUP2 = "contoso-group";
var POLICY = "every-30-seconds";
var vault = paths.vault(VAULT);
var fabric = `${vault}/replicationFabrics/${SITE}`;
async function createVault({ arm, tell }) {
  tell.chapter("A recovery vault, by Quick Create");
  await arm.run("PUT", vault, { location: "westeurope", properties: { storageAccount: "contosostorage" } });
  const made = await arm.get(vault);
  tell.expect(made.properties.provisioningState === "Succeeded", `the vault ${VAULT} is Active`);
}
async function registerSite({ arm, tell }) {
  tell.chapter("The Hyper-V site, its registration key and the passphrase");
  await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } });
  await arm.send("PUT", `${vault}/providers/Secondsite.Recovery/passphrases/default`, {
    properties: { passphrase: PASSPHRASE }
  });
  const registration = (passphrase) => ({ properties: { vaultId: vault, fabricName: SITE, passphrase } });
  const register = `${paths.ours}/estateSites/${SITE}/register`;
  const refused = await arm.run("POST", register, registration("not the right passphrase")).then(
    () => null,
    (error) => error
  );
  tell.expect(refused?.message.includes("WrongPassphrase") === true, "a wrong passphrase is refused on the site");
  await arm.run("POST", register, registration(PASSPHRASE));
  const provider = await arm.until("the host's heartbeat", async () => {
    const { value } = await arm.get(
      `${fabric}/replicationRecoveryServicesProviders`
    );
    return value.find((entry) => entry.properties.connectionStatus === "Connected") ?? null;
  });
  tell.expect(true, `${provider.properties.friendlyName} is registered and its heartbeat was seen`);
}
async function prepareProtection({ arm, tell }) {
  tell.chapter("Storage, networks and a protection group");
  await arm.send("PUT", paths.storageAccount("contosostorage"), { location: "westeurope", properties: {} });
  for (const [name, isolated, prefix] of [
    ["contoso-production", false, "10.1"],
    ["contoso-test", true, "10.99"]
  ]) {
    await arm.send("PUT", paths.network(name), {
      location: "westeurope",
      properties: {
        addressSpace: { addressPrefixes: [`${prefix}.0.0/16`] },
        subnets: [{ name: "default", properties: { addressPrefix: `${prefix}.0.0/24` } }],
        isolated
      }
    });
  }
  await arm.run("PUT", `${vault}/replicationPolicies/${POLICY}`, {
    properties: {
      providerSpecificInput: {
        instanceType: "HyperVReplicaAzure",
        replicationInterval: 30,
        recoveryPointHistoryDuration: 24,
        applicationConsistentSnapshotFrequencyInHours: 0,
        storageAccounts: [paths.storageAccount("contosostorage")]
      }
    }
  });
  const { value } = await arm.get(`${fabric}/replicationProtectionContainers`);
  const container = value[0]?.id.replace(/^\/Subscriptions/, "/subscriptions") ?? "";
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/${GROUP2}`, {
    properties: {
      targetProtectionContainerId: "Microsoft Azure",
      policyId: `${vault}/replicationPolicies/${POLICY}`,
      providerSpecificInput: {}
    }
  });
  const tutorial = await arm.get(
    `${vault}/providers/Secondsite.Recovery/tutorials/hyperVSiteToAzure`
  );
  const open = tutorial.properties.steps.slice(0, 5).filter((step) => step.state !== "done");
  tell.expect(open.length === 0, "the tutorial's first five steps are verified against the system");
  return container;
}
async function protectMachines({ arm, tell }, container) {
  tell.chapter("Protecting the machines: initial replication");
  const machines = await arm.until("discovered machines", async () => {
    const { value } = await arm.get(`${container}/replicationProtectableItems`);
    return value.length > 0 ? value : null;
  });
  for (const machine of machines) {
    const disks = machine.properties.customDetails.diskDetails;
    await arm.run("PUT", `${container}/replicationProtectedItems/${machine.name}`, {
      properties: {
        policyId: `${vault}/replicationPolicies/${POLICY}`,
        protectableItemId: machine.id,
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          hvHostVmId: machine.name,
          vmName: machine.properties.friendlyName,
          osType: "Linux",
          vhdId: disks[0]?.vhdId,
          disksToInclude: disks.map((disk) => disk.vhdId),
          targetStorageAccountId: paths.storageAccount("contosostorage"),
          targetAzureVmName: machine.properties.friendlyName,
          targetAzureNetworkId: paths.network("contoso-production"),
          targetAzureSubnetId: "default"
        }
      }
    });
    tell.say(`${machine.properties.friendlyName}: protection enabled, ${String(disks.length)} disk(s)`);
  }
  const items = await arm.until(
    "every machine to be Protected",
    async () => {
      const { value } = await arm.get(`${vault}/replicationProtectedItems`);
      return value.length === machines.length && value.every((entry) => entry.properties.protectionState === "Protected") ? value : null;
    },
    180
  );
  for (const entry of items) {
    const newest = (await pointsOf(arm, entry)).at(0);
    const { properties } = await arm.get(
      `${path2(entry)}/providers/Secondsite.Recovery/replication`
    );
    tell.expect(
      newest !== void 0 && properties.rpoSeconds !== null,
      `${entry.properties.friendlyName} is Protected, RPO ${String(Math.round(properties.rpoSeconds ?? 0))} s`
    );
  }
  return [...items];
}
var path2 = (entry) => entry.id.replace(/^\/Subscriptions/, "/subscriptions");
async function pointsOf(arm, entry) {
  const { value } = await arm.get(`${path2(entry)}/recoveryPoints`);
  return [...value].sort((a, b) => b.properties.recoveryPointTime.localeCompare(a.properties.recoveryPointTime));
}
async function lastRun(arm, entry) {
  return arm.until(`the disks of ${entry.properties.friendlyName} to be proven`, async () => {
    const run = await newestRun(arm, entry);
    return run.disks.every((disk) => disk.restoredRoot !== null) ? run : null;
  });
}
async function newestRun(arm, entry) {
  const { properties } = await arm.get(
    `${path2(entry)}/providers/Secondsite.Recovery/evidence`
  );
  const run = properties.runs[0];
  if (!run) throw new Error(`${entry.properties.friendlyName} has no evidence of a run`);
  return run;
}

// e2e/bench/live.tmp.ts
var root = process.cwd();
var portal = await startPortal({ root });
try {
  const arm = new ArmDriver(portal.origin);
  const tell = new Narrator();
  const own = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Secondsite.Recovery";
  console.log("info", JSON.stringify((await arm.get("/info")).capabilities));
  console.log(JSON.stringify(await arm.get(`${own}/hypervisors`)).slice(0, 700));
  await arm.send("PUT", `${own}/hypervisors/region`, { properties: { hypervisor: "qemu" } });
  await createVault({ arm, tell });
  await registerSite({ arm, tell });
  const items = await protectMachines({ arm, tell }, await prepareProtection({ arm, tell }));
  const crm = items.find((i) => i.properties.friendlyName === "CONTOSO-CRM");
  const sql = items.find((i) => i.properties.friendlyName === "CONTOSO-SQL");
  const watch = async () => {
    const { value } = await arm.get("/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Compute/virtualMachines");
    return value.map((v) => `${v.name} ${v.properties.firstLineMs} orders ${v.properties.orders?.count} ${JSON.stringify(v.properties.onDemandDisks)}`);
  };
  const t0 = performance.now();
  await arm.run("POST", `${path2(sql)}/testFailover`, { properties: { failoverDirection: "PrimaryToRecovery", networkType: "VmNetworkAsInput", networkId: paths.network("contoso-test"), providerSpecificDetails: { instanceType: "HyperVReplicaAzure" } } });
  console.log("test failover job", (performance.now() - t0) / 1e3, await watch());
  const run = await lastRun(arm, sql);
  console.log("proven", (performance.now() - t0) / 1e3, JSON.stringify(run));
  await new Promise((r) => setTimeout(r, 3e3));
  console.log(await watch(), fs2.readdirSync(path3.join(portal.home, "run")), fs2.readdirSync("/tmp").filter((n) => n.startsWith("secondsite-vm")));
  await arm.run("POST", `${path2(sql)}/testFailoverCleanup`, { properties: { comments: "x" } });
  console.log("cleaned", JSON.stringify((await lastRun(arm, sql)).cleanup), fs2.readdirSync(path3.join(portal.home, "run")));
  const job = await arm.begin("POST", `${path2(crm)}/unplannedFailover`, { properties: { failoverDirection: "PrimaryToRecovery", startInstantly: true, providerSpecificDetails: { instanceType: "HyperVReplicaAzure" } } });
  const ended = await arm.untilJobEnds(job ?? "");
  console.log("unplanned", ended.properties.state, JSON.stringify(ended.properties.tasks.map((t) => [t["friendlyName"], t["state"], t["customDetails"]])));
  console.log(await watch(), fs2.readdirSync(path3.join(portal.home, "storage"), { recursive: true }).filter((n) => String(n).includes("replicas")));
} catch (e) {
  console.error(e, portal.output().slice(-3e3));
} finally {
  await portal.stop();
  process.exit(0);
}
