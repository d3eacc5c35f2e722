import { build } from "esbuild";
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { HostClient } from "@/lib/compute/host-client";
import type { HostStatus } from "@/lib/compute/host-protocol";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder } from "@/lib/testing/site-vault-door";
import { listSites } from "../estate/site-folder";
import { processStart } from "./process-start";
import { SupervisorClient } from "./supervisor-client";

const root = path.resolve(import.meta.dirname, "../../..");
/** Under node_modules, so that the programs find their packages. */
const programs = path.join(root, "node_modules/.cache/secondsite-tests", `supervisor-${process.pid}`);
const MIB = 1024 * 1024;

/** Stands where the portal and its gateway would: the supervisor only wants to know that they answer. */
const standIn = (port: string) => `
import http from "node:http";
if (process.env.SERVER_IS_HOPELESS === "1") process.exit(78);
http.createServer((request, response) => response.end("ready")).listen(Number(process.env.${port}), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
`;

let folder: string;
let remove: () => void;
let port: number;
let tlsPort: number;
let supervisors: ChildProcess[] = [];
const home = () => path.join(folder, "home");
const client = () => new SupervisorClient(path.join(home(), "run", "supervisor.sock"));

beforeAll(async () => {
  fs.mkdirSync(programs, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [
      "bin/cli.ts",
      "bin/compute-host.ts",
      "bin/site-agent.ts",
      "lib/adapters/engine-workers/replication.worker.ts",
    ],
    outdir: programs,
    entryNames: "[name]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    loader: { ".bin": "binary" },
    logLevel: "error",
    tsconfig: "tsconfig.json",
  });
  fs.writeFileSync(path.join(programs, "server.mjs"), standIn("PORT"));
  fs.writeFileSync(path.join(programs, "gateway.mjs"), standIn("TLS_PORT"));
}, 60_000);
afterAll(() => fs.rmSync(programs, { recursive: true, force: true }));

beforeEach(async () => {
  ({ folder, remove } = temporaryFolder("sup-"));
  const images = path.join(folder, "images");
  fs.mkdirSync(path.join(images, "pair"), { recursive: true });
  fs.writeFileSync(path.join(images, "alone.raw"), Buffer.alloc(2 * MIB, 7));
  fs.writeFileSync(path.join(images, "not-a-disk.vhd"), "this is no disk image");
  fs.writeFileSync(path.join(images, "pair", "one.raw"), Buffer.alloc(MIB, 1));
  fs.writeFileSync(path.join(images, "pair", "two.raw"), Buffer.alloc(MIB, 2));
  fs.writeFileSync(path.join(images, "notes.txt"), "no image");
  port = await freePort();
  tlsPort = await freePort();
});
afterEach(async () => {
  for (const child of supervisors) child.kill("SIGTERM");
  await Promise.all(supervisors.map(ended));
  supervisors = [];
  remove();
});

const environment = () => ({ ...process.env, SECONDSITE_HOME: home(), PORT: String(port), TLS_PORT: String(tlsPort) });

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  args: readonly string[],
  input: string | null = null,
  env: NodeJS.ProcessEnv = environment(),
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(programs, "cli.mjs"), ...args], { env, cwd: folder });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on("data", (piece: Buffer) => (stderr += piece.toString()));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? undefined);
  });
}

async function serve(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [path.join(programs, "cli.mjs"), "serve"], {
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  supervisors.push(child);
  let printed = "";
  child.stdout.on("data", (piece: Buffer) => (printed += piece.toString()));
  await until("ready", async () => /^ready/m.test(printed));
  return child;
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", resolve));
}

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`waited for ${what}`);
    await systemClock.sleep(30);
  }
}

/** Without firmware nothing runs, and the host says so. */
const allRun = ({ machines, hypervisorProblem }: HostStatus) =>
  machines.every(({ power }) => power === (hypervisorProblem === null ? "running" : "off"));
const lives = (pid: number | null | undefined) => pid !== null && pid !== undefined && processStart(pid) !== null;
async function hostOf(name: string) {
  const site = (await client().list()).find((one) => one.name === name);
  return site?.processes.find((one) => one.role === "host") ?? null;
}

describe("the supervisor", () => {
  it("makes a site of any folder of images, and serves what can be read with the reason for what cannot", async () => {
    await serve();
    const added = await run(["site", "add", "./images", "--name", "branch", "--json"]);
    expect(added.stderr).toBe("");
    const site = listSites(path.join(home(), "sites"))[0];
    const host = new HostClient(site?.hostSocket ?? "");
    const { machines } = await host.status();
    const shown = machines.map(({ name, bootable, disks }) => ({
      name,
      bootable,
      disks: disks.map((disk) => disk.name),
    }));
    expect(shown.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "alone", bootable: false, disks: ["alone.raw"] },
      { name: "not-a-disk", bootable: false, disks: ["not-a-disk.vhd"] },
      { name: "pair", bootable: false, disks: ["one.raw", "two.raw"] },
    ]);
    const broken = machines.find((machine) => machine.name === "not-a-disk")?.disks[0];
    expect(broken).toMatchObject({ format: null, problem: { code: expect.any(String) as string } });
    fs.writeFileSync(path.join(folder, "images", "late.raw"), Buffer.alloc(MIB));
    await until("the image that came later", async () => (await host.status()).machines.length === 4);
    host.close();
    expect((await run(["site", "add", "./images", "--name", "BRANCH"])).code).toBe(6);
    expect((await run(["site", "add", "./nowhere"])).stderr).toContain("FolderNotFound");
    expect((await run(["site", "list"])).stdout).toContain("branch");
  });

  it("makes a VMware site when it is asked for one, once, and deletes its disks with it", async () => {
    await serve();
    expect(await client().list()).toEqual([]);
    const [first, second] = await Promise.all([
      client().addDemo("contoso-datacenter", "vmware"),
      client().addDemo("Contoso-Datacenter", "vmware"),
    ]);
    expect(second.hostSocket).toBe(first.hostSocket);
    expect(first).toMatchObject({ name: "contoso-datacenter", kind: "contosoVmware", state: "running" });
    const again = await run(["site", "add", "--demo", "vmware", "--json"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(await client().list()).toHaveLength(1);
    const host = new HostClient(first.hostSocket);
    await until("both machines", async () => allRun(await host.status()));
    const { hostName, machines } = await host.status();
    expect([hostName, machines.map(({ name, disks }) => [name, disks.map(({ format }) => format)])]).toEqual([
      "CONTOSO-CS01",
      [
        ["CONTOSO-ERP", ["vmdk-sparse", "vmdk-flat"]],
        ["CONTOSO-MAIL", ["vmdk-split"]],
      ],
    ]);
    host.close();
    await client().fail("contoso-datacenter");
    expect(await client().addDemo("contoso-datacenter", "vmware")).toMatchObject({ state: "failed" });
    await client().restore("contoso-datacenter");

    await run(["site", "add", "images", "--name", "branch"]);
    await expect(client().addDemo("branch", "vmware")).rejects.toMatchObject({ code: "SiteNameTaken" });
    expect((await run(["site", "add", "images", "--name", "contoso-datacenter"])).stderr).toContain("SiteNameTaken");
    await expect(client().addDemo("no name", "vmware")).rejects.toMatchObject({ code: "SiteNameNotValid" });
    expect((await run(["site", "add", "--demo", "hyperv"])).code).toBe(2);
    expect((await run(["site", "add", "images", "--demo", "vmware"])).code).toBe(2);

    const folderOfSite = path.join(home(), "sites", "contoso-datacenter");
    expect(fs.readdirSync(path.join(folderOfSite, "disks"))).toEqual(["CONTOSO-ERP", "CONTOSO-MAIL"]);
    expect((await run(["site", "remove", "contoso-datacenter"])).code).toBe(0);
    await run(["site", "remove", "branch"]);
    expect(fs.existsSync(folderOfSite)).toBe(false);
    expect(fs.existsSync(path.join(folder, "images", "alone.raw"))).toBe(true);
  });

  it("takes up a VMware site that was made without it, and finishes one whose making was interrupted", async () => {
    expect((await run(["site", "add", "--demo", "vmware", "--name", "one"])).stdout).toContain("start with the portal");
    await run(["site", "add", "--demo", "vmware", "--name", "two"]);
    const [, two] = listSites(path.join(home(), "sites"));
    fs.rmSync(path.join(two?.hostHome ?? "", "machines"), { recursive: true });
    fs.rmSync(path.join(two?.disksFolder ?? "", "CONTOSO-MAIL", "CONTOSO-MAIL.vmdk"));
    await serve();
    await until("both sites", async () => (await client().list()).length === 2);
    for (const site of await client().list()) {
      const host = new HostClient(site.hostSocket);
      await until(`the machines of ${site.name}`, async () => {
        const status = await host.status().catch(() => null);
        return status?.machines.length === 2 && allRun(status);
      });
      host.close();
    }
  });

  it("starts again what dies, and leaves dead what was failed, also after its own death", async () => {
    const first = await serve();
    await run(["site", "add", "images", "--name", "branch"]);
    const before = await hostOf("branch");
    process.kill(before?.pid ?? 0, "SIGKILL");
    await until("the restart", async () => {
      const now = await hostOf("branch");
      return now?.running === true && now.pid !== before?.pid && now.restarts === 1;
    });
    const restarted = await hostOf("branch");
    expect((await run(["site", "fail", "Branch"])).code).toBe(0);
    expect(lives(restarted?.pid)).toBe(false);
    const { processes } = { processes: await client().processes() };
    const children = processes.map((one) => one.pid).filter((pid) => pid !== null);
    expect(children).toHaveLength(3);
    first.kill("SIGKILL");
    await until("the end of what it had started", async () => !children.some(lives));
    await serve();
    await systemClock.sleep(1_000);
    expect(await hostOf("branch")).toMatchObject({ running: false, pid: null });
    expect((await run(["site", "register", "--credentials", "x", "--site", "branch"], "x")).stderr).toContain(
      "SiteFailed",
    );
    expect((await run(["site", "restore", "branch"])).code).toBe(0);
    expect(lives((await hostOf("branch"))?.pid)).toBe(true);
  });

  it("ends every process that it started when it is asked to end", async () => {
    const supervisor = await serve();
    await run(["site", "add", "images", "--name", "branch"]);
    const pids = (await client().processes()).map((one) => one.pid).filter((pid) => pid !== null);
    expect(pids).toHaveLength(4);
    supervisor.kill("SIGINT");
    await ended(supervisor);
    expect(supervisor.exitCode).toBe(0);
    expect(pids.some(lives)).toBe(false);
    expect(fs.readdirSync(path.join(home(), "run")).filter((name) => name.endsWith(".pid"))).toEqual([]);
  });

  it("runs once on a home, and says so; a lock that a killed one left holds nobody up", async () => {
    const first = await serve();
    const second = await run(["serve"]);
    expect(second.code).toBe(6);
    expect(second.stderr).toContain("AlreadyRunning");
    first.kill("SIGKILL");
    await ended(first);
    await serve();
  });

  it("does not take somebody else's answer on its port for its own", async () => {
    const other = http.createServer((_request, response) => response.end("ready"));
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const refused = await run(["serve"]);
    await new Promise((resolve) => other.close(resolve));
    expect(refused).toMatchObject({ code: 6, stdout: "" });
    expect(refused.stderr).toContain("PortNotAvailable");
  });

  it("does not start again and again a server that cannot work", async () => {
    const hopeless = await run(["serve"], null, { ...environment(), SERVER_IS_HOPELESS: "1" });
    expect(hopeless.code).toBe(6);
    expect(hopeless.stderr).toContain("ServerNotStarted");
  });
});

describe("registration through the command line", () => {
  it("asks for the passphrase on its input only, names what is wrong, and brings the agent to life", async () => {
    const vault = temporaryFolder("vault-");
    const door = await startSiteVaultDoor({ folder: vault.folder });
    await serve();
    await run(["site", "add", "images", "--name", "branch"]);
    const xml = await door.createKey();
    fs.writeFileSync(path.join(folder, "key.VaultCredentials"), xml);
    const args = ["site", "register", "--credentials", "key.VaultCredentials", "--site", "branch", "--json"];
    const wrong = await run(args, "not the right passphrase\n");
    expect(wrong.code).toBe(4);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: "WrongPassphrase" } });
    await expect(client().register("branch", xml, "not the right passphrase")).rejects.toMatchObject({
      code: "WrongPassphrase",
    });
    const watching = watchProcesses(PASSPHRASE);
    const registered = await client().register("branch", xml, PASSPHRASE);
    expect(await watching()).toEqual({ looked: true, seen: [] });
    expect(registered.registeredVault).toBe(door.vault.id);
    const [provider] = await door.repositories.providers.listByFabric(door.fabric.id);
    await until("the heartbeat", async () => door.gateway.isConnected(provider?.id ?? ""));
    const inventory = (await door.repositories.providers.get(provider?.id ?? ""))?.inventory;
    expect(inventory?.map((machine) => machine.name).sort()).toEqual(["alone", "not-a-disk", "pair"]);
    const site = path.join(home(), "sites", "branch");
    expect(fs.readdirSync(site).filter((name) => name.endsWith(".VaultCredentials"))).toEqual([]);

    const pair = inventory?.find((machine) => machine.name === "pair");
    door.desired.push({
      ...{ protectedItemId: "item", machineId: pair?.id ?? "", intervalSeconds: 300, state: "active", lastPoint: null },
      diskIds: pair?.disks.map((disk) => disk.id) ?? [],
      ...{ applicationConsistent: null, consistencyGroup: null },
    });
    await until("the first point by the agent's own process and threads", async () => door.points.length > 0);
    expect(door.points[0]?.sourceBytesRead).toBe(2 * MIB);
    expect(door.errors).toEqual([]);
    const site404 = await run(["site", "register", "--credentials", "none", "--site", "nowhere"], "x");
    expect(site404.stderr).toContain("SiteNotFound");
    expect((await run(["site", "register", "--site", "branch"], "x")).code).toBe(2);
    expect((await run(["site", "register", "--credentials", "images/notes.txt", "--site", "branch"], "x")).code).toBe(
      3,
    );
    await door.close();
    vault.remove();
  });
});

/** Looks at the arguments and the environment of every process of this user until told to end. */
function watchProcesses(secret: string): () => Promise<{ looked: boolean; seen: string[] }> {
  const seen = new Set<string>();
  let looked = false;
  let over = false;
  const watching = (async () => {
    while (!over) {
      for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        for (const part of ["cmdline", "environ"]) {
          const text = readQuietly(`/proc/${pid}/${part}`);
          if (part === "cmdline" && text.includes("site\0register")) looked = true;
          if (text.includes(secret)) seen.add(`${part} of ${pid}`);
        }
      }
      await systemClock.sleep(5);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return { looked, seen: [...seen] };
  };
}

function readQuietly(file: string): string {
  try {
    return fs.readFileSync(file, "latin1");
  } catch {
    return ""; // The process has ended, or is somebody else's.
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as AddressInfo;
      probe.close(() => resolve(free));
    });
  });
}
