import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { expect, test } from "@playwright/test";
import { ArmDriver, paths, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { makeImages, SOUND, UNFIT } from "./bad-input/images";
import { expectExplained, expectRefused, sendRaw } from "./bad-input/requests";
import { portalOf } from "./support/portals";

/** What people and programs get wrong, asked of a running portal: each is refused with cause and cure, and nothing is lost. */
test.describe.configure({ mode: "serial" });

const { origin, tlsOrigin, home } = portalOf("programs");
const doors = [origin, tlsOrigin];
const arm = new ArmDriver(origin);
const root = path.resolve(import.meta.dirname, "..");

const SITE = "bad-images";
const ACCOUNT = "badinputstorage";
const NETWORK = "bad-input-network";
const PASSPHRASE = "planted: four words & sixteen signs";
const vault = paths.vault("bad-input");
const fabric = `${vault}/replicationFabrics/${SITE}`;
const estateSite = `${paths.ours}/estateSites/${SITE}`;
const policy = `${vault}/replicationPolicies/bad-input`;
const vaultsAt = (version: string) => `${path.posix.dirname(vault)}/x?api-version=${version}`;

interface List<T> {
  readonly value: readonly T[];
}
interface Machine {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly friendlyName: string;
    readonly protectionReadinessErrors: readonly string[];
    readonly healthErrors: readonly Record<string, string>[];
  };
}

/** Made when the tests begin: the runner reads this file more often than it runs it. */
let folder = "";
let container = "";
let machines: readonly Machine[] = [];
let item = "";

test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-bad-"));
  makeImages(folder);
});
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test("the names and regions of vaults", async () => {
  const put = (name: string, body: unknown) => arm.send("PUT", paths.vault(name), body);
  const place = { location: "westeurope" };
  for (const name of ["1st", "v", "under_score", "dots.in", "x".repeat(51), "with%20space"]) {
    expect((await expectRefused(put(name, place), 400, "InvalidVaultName")).target).toBe("vaultName");
  }
  const region = await expectRefused(put("x-vault", { location: "atlantis" }), 400, "LocationNotAvailable");
  expect([region.target, region.details[0]?.recommendedAction]).toEqual([
    "location",
    expect.stringContaining("West Eu"),
  ]);
  const account = { ...place, properties: { storageAccountId: paths.storageAccount("nosuchaccount") } };
  await expectRefused(put("x-vault", account), 400, "StorageAccountNotFound");

  await arm.send("PUT", paths.storageAccount(ACCOUNT), { ...place, properties: {} });
  const properties = { storageAccountId: paths.storageAccount(ACCOUNT) };
  await arm.run("PUT", vault, { ...place, properties });
  await expectRefused(put("BAD-INPUT", { location: "eastus" }), 409, "InvalidResourceLocation");
  const again = await fetch(`${origin}${vault.toUpperCase()}?api-version=2023-06-01`, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-none-match": "*" },
    body: JSON.stringify(place),
  });
  expect(again.status).toBe(409);
  expect(expectExplained(await again.json(), "VaultNameTaken").message).toContain("bad-input");
});

test("bodies that are not JSON, are of an unknown type, or have 100 MB", async () => {
  const send = async (address: string, body: BodyInit) => {
    const init = { method: "PUT", body, duplex: "half", headers: { "content-type": "application/json" } };
    const answer = await fetch(`${origin}${address}`, init);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  for (const body of ["{bad}", "", "\xff\xfe", "<xml/>"]) {
    const answer = await send(vaultsAt("2023-06-01"), body);
    expect(answer.status).toBe(400);
    expectExplained(answer.body, "InvalidRequestContent");
  }
  const unknown = { properties: { providerSpecificInput: { instanceType: "HyperVReplicaMars" } } };
  const typed = await send(`${policy}?api-version=2023-06-01`, JSON.stringify(unknown));
  expect(typed.status).toBe(400);
  expect(JSON.stringify(typed.body)).toContain("HyperVReplicaMars");
  expect((typed.body as { error: { target: string } }).error.target).toContain("instanceType");

  const before = await residentBytes();
  for (const body of [Buffer.alloc(100 * 1024 ** 2, 0x20), endless(100 * 1024 ** 2)]) {
    const answer = await send(vaultsAt("2023-06-01"), body);
    expect(answer.status).toBe(413);
    expectExplained(answer.body, "RequestEntityTooLarge");
  }
  expect((await residentBytes()) - before).toBeLessThan(64 * 1024 ** 2);
});

test("addresses that mean others, and hosts and origins of others, at both doors", async () => {
  const dir = path.posix.dirname(vault);
  const targets = ["..", "%2e%2e/%2E%2e", "a/../../b", "a\\b", "%zz", "%c0%ae", "%E0%A4%A"].map(
    (name) => `${dir}/${name}`,
  );
  for (const door of doors) {
    for (const target of [...targets, "//evil.example/", "http://evil.example/", "*"]) {
      const answer = await sendRaw(door, { method: "PUT", target });
      expect([target, answer.status]).toEqual([target, 400]);
      expectExplained(answer.body, "InvalidRequestAddress");
    }
    for (const name of ["..%2f..%2fetc", "a%5Cb", "a%00b", "a%0d%0ab", "x".repeat(300)]) {
      const answer = await sendRaw(door, { method: "PUT", target: `${dir}/${name}?api-version=2023-06-01` });
      expect([name, answer.status]).toEqual([name, 400]);
      expectExplained(answer.body, "InvalidResourceName");
    }
    const target = `${dir}?api-version=2023-06-01`;
    for (const headers of [{ Host: "evil.example" }, { Host: "127.0.0.1.nip.io" }]) {
      const answer = await sendRaw(door, { method: "GET", target, headers });
      expect(answer.status).toBe(403);
      expectExplained(answer.body, "ForeignHost");
    }
    for (const foreign of ["http://evil.example", "null", `http://localhost.evil.example`]) {
      const answer = await sendRaw(door, { method: "PUT", target, headers: { Origin: foreign } });
      expect(answer.status).toBe(403);
      expectExplained(answer.body, "ForeignOrigin");
    }
    const page = await sendRaw(door, { method: "GET", target: "/", headers: { Host: "evil.example" } });
    expect(page.status).toBe(403);
  }
});

test("other addresses of this machine are not listened on", async () => {
  const others = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  const outside = others.filter((one) => !one.internal && !one.address.startsWith("fe80"));
  test.skip(outside.length === 0, "this machine has loopback addresses only");
  for (const { address } of outside) {
    for (const door of doors) expect(await connects(address, Number(new URL(door).port))).toBe(false);
  }
});

test("passphrases that are too short, missing, or wrong", async () => {
  await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } });
  await arm.send("PUT", estateSite, { properties: { folder } });
  const choose = (passphrase: string) =>
    arm.send("PUT", `${vault}/providers/Secondsite.Recovery/passphrases/default`, { properties: { passphrase } });
  const register = (passphrase: string) =>
    arm.run("POST", `${estateSite}/register`, { properties: { vaultId: vault, fabricName: SITE, passphrase } });
  await expectRefused(register(PASSPHRASE), 409, "PassphraseNotChosen");
  const short = await expectRefused(choose("fifteen signs.."), 400, "PassphraseTooShort");
  expect(short.target).toMatch(/passphrase$/);
  await choose(PASSPHRASE);
  await expectRefused(choose("another one, long enough"), 409, "PassphraseAlreadySet");
  await expect(register("not this passphrase")).rejects.toThrow(/WrongPassphrase/);
});

test("credentials files that are superseded, altered, or none", async () => {
  const key = async () =>
    (await arm.send<{ content: string }>("POST", `${fabric}/providers/Secondsite.Recovery/generateRegistrationKey`))
      .body;
  const superseded = (await key()).content;
  const newest = (await key()).content;
  const certificate = /<ManagementCert>([^<]{200})/.exec(newest)?.[1] ?? "";
  expect(certificate).not.toBe("");
  const forged = newest.replace(certificate, certificate.split("").reverse().join(""));
  for (const [content, passphrase, exit, code] of [
    [superseded, PASSPHRASE, 3, /Superseded/],
    [forged, PASSPHRASE, 3, /Credentials/],
    ["no credentials at all", PASSPHRASE, 3, /Credentials/],
    [newest, "not this passphrase", 4, /WrongPassphrase/],
    [newest, "too short", 4, /Passphrase/],
  ] as const) {
    const ended = await registerByCommandLine(content, passphrase);
    const { error } = JSON.parse(ended.stderr) as { error: Record<string, string> };
    expect([ended.code, error["code"]]).toEqual([exit, expect.stringMatching(code)]);
    expect(error["possibleCauses"]).toMatch(/\.$/);
    expect(error["recommendedAction"]).toMatch(/\.$/);
    expect(ended.stderr).not.toContain(passphrase);
  }
  const { value } = await arm.get<List<unknown>>(`${fabric}/replicationRecoveryServicesProviders`);
  expect(value).toEqual([]);
  expect(await registerByCommandLine(newest, PASSPHRASE)).toMatchObject({ code: 0 });
});

test("machines that cannot be protected are listed with every reason, and refused with the same", async () => {
  const containers = await arm.get<List<{ id: string }>>(`${fabric}/replicationProtectionContainers`);
  container = containers.value[0]?.id ?? "";
  machines = await arm.until("the host's machines", async () => {
    const { value } = await arm.get<List<Machine>>(`${container}/replicationProtectableItems`);
    return value.length === UNFIT.length + 1 ? value : null;
  });
  await arm.run("PUT", policy, {
    properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 30 } },
  });
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/bad-input`, {
    properties: { targetProtectionContainerId: "Microsoft Azure", policyId: policy, providerSpecificInput: {} },
  });
  for (const [name, ruleId, code] of UNFIT) {
    const machine = machineNamed(name);
    const [reason] = machine.properties.healthErrors;
    expect(machine.properties.protectionReadinessErrors).toHaveLength(1);
    expect([name, reason?.["errorId"], reason?.["errorCode"]]).toEqual([name, ruleId, code]);
    const refused = await expectRefused(protect(machine), 400, code);
    expect(refused.message).toContain(reason?.["errorMessage"]);
    expect(refused.details[0]?.recommendedAction).toBe(reason?.["recommendedAction"]);
  }
  await expectRefused(
    protect({ ...machineNamed(SOUND), id: `${container}/replicationProtectableItems/nobody` }),
    404,
    "ProtectableItemNotFound",
  );
  expect(machineNamed(SOUND).properties.protectionReadinessErrors).toEqual([]);
  await protect(machineNamed(SOUND));
  item = `${container}/replicationProtectedItems/${machineNamed(SOUND).name}`;
  await arm.until("the sound machine to be Protected", async () => {
    const { properties } = await arm.get<{ properties: { protectionState: string } }>(item);
    return properties.protectionState === "Protected" ? true : null;
  });
});

test("two failovers of one item at once, and a second test failover", async () => {
  await arm.send("PUT", paths.network(NETWORK), {
    location: "westeurope",
    properties: { addressSpace: { addressPrefixes: ["10.66.0.0/16"] }, subnets: [], isolated: true },
  });
  const begin = (networkId: string) =>
    arm.begin("POST", `${item}/testFailover`, {
      properties: {
        failoverDirection: "PrimaryToRecovery",
        networkType: "VmNetworkAsInput",
        networkId,
        providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
      },
    });
  await expectRefused(begin(paths.network("nowhere")), 404, "NetworkNotFound");
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => begin(paths.network(NETWORK))));
  const [job, ...others] = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  expect([typeof job, others]).toEqual(["string", []]);
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    const refused = await expectRefused(Promise.reject(outcome.reason as Error), 409, "TestFailoverNotAllowed");
    expect(refused.message).toMatch(/Test failover|holds|runs/i);
  }
  await arm.untilJobEnds(job ?? "");
  const up = await expectRefused(begin(paths.network(NETWORK)), 409, "TestFailoverNotAllowed");
  expect(up.message).toMatch(/\d{4}-\d\d-\d\d/);
  await arm.run("POST", `${item}/testFailoverCleanup`, { properties: { comments: "Refused as it should be." } });
});

test("what still protects machines is not deleted", async () => {
  const refused = await expectRefused(arm.send("DELETE", vault), 409, "VaultProtectsMachines");
  expect(refused.message).toContain(SOUND);
  const { properties } = await arm.get<{ properties: { provisioningState: string } }>(vault);
  expect(properties.provisioningState).toBe("Succeeded");
});

test("nothing in the home folder is for others to read, and no secret is where it does not belong", async () => {
  // Hosts of other tests are registered in the same home; each keeps its vault's keys in its own folder.
  const agents = fs.readdirSync(path.join(home, "sites")).map((site) => path.join(home, "sites", site, "agent"));
  const keyFolders = [path.join(home, "keys"), ...agents];
  const secrets = [PASSPHRASE, "not this passphrase", ...masterKeys()];
  expect(secrets.length).toBeGreaterThan(2);
  for (const { file, stat } of everythingIn(home)) {
    if (file !== path.join(home, "tls", "ca.pem")) expect([file, stat.mode & 0o077]).toEqual([file, 0]);
    if (!stat.isFile() || stat.size > 64 * 1024 ** 2 || keyFolders.some((one) => file.startsWith(one))) continue;
    const content = fs.readFileSync(file);
    for (const secret of secrets) expect([file, content.includes(secret)]).toEqual([file, false]);
  }
  const jobs = JSON.stringify(await arm.get(`${vault}/replicationJobs`));
  for (const secret of secrets) expect(jobs).not.toContain(secret);
});

test("after all of it everything can be taken away again", async () => {
  await arm.run("POST", `${item}/remove`, { properties: { disableProtectionReason: "NotSpecified" } });
  await arm.run("DELETE", fabric);
  await arm.send("DELETE", vault);
  await arm.until("the vault to be gone", async () => {
    const { value } = await arm.get<List<{ name: string }>>(path.posix.dirname(vault));
    return value.some((one) => one.name === "bad-input") ? null : true;
  });
  await arm.send("DELETE", estateSite);
  await arm.send("DELETE", paths.network(NETWORK));
  await arm.send("DELETE", paths.storageAccount(ACCOUNT));
  expect(fs.readdirSync(folder)).toContain(`${SOUND}.raw`);
});

function machineNamed(name: string): Machine {
  const found = machines.find((one) => one.properties.friendlyName === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
}

function protect(machine: Machine): Promise<ArmJob | null> {
  return arm.run("PUT", `${container}/replicationProtectedItems/${machine.name}`, {
    properties: {
      policyId: policy,
      protectableItemId: machine.id,
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        targetStorageAccountId: paths.storageAccount(ACCOUNT),
      },
    },
  });
}

async function registerByCommandLine(credentials: string, passphrase: string) {
  const file = path.join(folder, "key.VaultCredentials");
  fs.writeFileSync(file, credentials, { mode: 0o600 });
  const args = ["site", "register", "--credentials", file, "--site", SITE, "--json"];
  const child = spawn(process.execPath, [path.join(root, "bin", "secondsite.mjs"), ...args], {
    env: { ...process.env, SECONDSITE_HOME: home },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (stderr += piece.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(passphrase);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}

/** Of the server process; 0 where there is no /proc to say. */
async function residentBytes(): Promise<number> {
  const pid = fs.readFileSync(path.join(home, "run", "server.pid"), "utf8").split(" ")[0] ?? "";
  const status = `/proc/${pid}/status`;
  if (!fs.existsSync(status)) return 0;
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(status, "utf8"))?.[1] ?? 0) * 1024;
}

function endless(bytes: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
      if ((sent += 65_536) >= bytes) controller.close();
    },
  });
}

/** As they are kept, in base64; wherever else they stood, they would most likely stand like this. */
function masterKeys(): string[] {
  const folderOfKeys = path.join(home, "keys");
  const files = fs.readdirSync(folderOfKeys).filter((name) => name.endsWith(".master"));
  return files.map((name) => fs.readFileSync(path.join(folderOfKeys, name), "utf8").trim());
}

function everythingIn(top: string): { file: string; stat: fs.Stats }[] {
  return fs.readdirSync(top, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(top, entry.name);
    // What a process has just removed was not readable either.
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (!stat || stat.isSymbolicLink()) return [];
    return [{ file, stat }, ...(stat.isDirectory() ? everythingIn(file) : [])];
  });
}
