import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, type Page } from "@playwright/test";
import { ArmDriver, paths, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { ImageSite, type List } from "./support/image-site";
import { openTab, test } from "./support/portal-test";
import { portalOf } from "./support/portals";

/** Replication as an administrator meets it: a limit for the line, a killed transfer, a resynchronization, damage that heals. */
test.describe.configure({ mode: "serial" });

const MIB = 1024 ** 2;
const ACCOUNT = "carestorage";
const NAME = "care";
const BIG_BYTES = 400 * MIB;
const MEGABITS = 640;
const portal = portalOf("programs");
const arm = new ArmDriver(portal.origin);
const vaultsFolder = path.join(portal.home, "storage", ACCOUNT, "vaults");

let site: ImageSite;
let page: Page;

test.beforeAll(async ({ browser }) => {
  site = new ImageSite(arm, { name: NAME, account: ACCOUNT, images: { big: BIG_BYTES, small: 8 * MIB } });
  await arm.send("PUT", paths.storageAccount(ACCOUNT), { location: "westeurope", properties: {} });
  await site.prepare();
  page = await openTab(browser, "programs");
});

test.afterAll(async () => {
  await page.close();
  await site.takeAway();
  site.removeImages();
  await arm.send("DELETE", paths.storageAccount(ACCOUNT));
});

test("a limit for the site's line is set on the Servers page and holds at its host", async () => {
  await page.goto(`/recovery-services/${NAME}-vault/servers`);
  await page.getByRole("button", { name: `Bandwidth of ${NAME}` }).click();
  const panel = page.getByRole("dialog", { name: `Bandwidth of ${NAME}` });
  for (const when of ["in work hours", "outside work hours"]) {
    await panel.getByRole("textbox", { name: `Limit ${when}, Mbit/s` }).fill(String(MEGABITS));
  }
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByRole("row", { name: NAME, exact: true })).toContainText(`${MEGABITS} Mbit/s at most`);
  await arm.until("the host to obey", async () =>
    (await hostTransfer()).limitBytesPerSecond === MEGABITS * 125_000 ? true : null,
  );
});

test("a transfer that is killed at nine tenths sends no more than what was missing and a little", async () => {
  await site.protect("big");
  const storedAtKill = await until(90, () => (packBytes() >= 0.9 * BIG_BYTES ? packBytes() : null));
  killAgent(await agentPid());
  expect(storedAtKill).toBeLessThan(0.98 * BIG_BYTES);
  await site.untilProtected("big");
  const stored = (await pointsOf("big")).at(-1)?.storedBytes ?? 0;
  // The host says with its next heartbeat what it has sent since it started again.
  const resent = await arm.until("the new agent's figures", async () => {
    const { sentBytes } = await hostTransfer();
    return sentBytes !== null && sentBytes >= stored ? sentBytes : null;
  });
  test.info().annotations.push({
    type: "measured",
    description: `${percent(storedAtKill)} stored at the kill; afterwards ${percent(resent)} sent, ${percent(stored)} stored by the point`,
  });
  expect(resent).toBeLessThanOrEqual(0.15 * BIG_BYTES);
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThanOrEqual(0.15 * BIG_BYTES);
  await site.testFailover("big");
  expect(await site.identical("big")).toEqual([true]);
  await site.cleanUp("big");
});

test("a resynchronization that is started by hand compares everything and sends nothing that is there", async () => {
  await page.goto(itemAddress("big"));
  const card = page.getByRole("region", { name: "Resynchronization" });
  await card.getByRole("button", { name: "Resynchronize" }).click();
  await expect(card).toContainText("Somebody asked for it.", { timeout: 60_000 });
  await expect(card).toContainText("Last one ended", { timeout: 60_000 });
  const { properties } = await arm.get<Resynchronization>(resynchronization("big"));
  expect(properties.last).toMatchObject({ bytesCompared: BIG_BYTES, bytesDifferent: 0 });
  expect(properties.last?.bytesSent).toBeLessThan(MIB);
});

test("damage that a check finds flags the machine, and its resynchronization makes the vault whole", async () => {
  const before = new Set(packs());
  await site.protect("small");
  await site.untilProtected("small");
  const mine = packs().filter((pack) => !before.has(pack) && pack.includes(`${path.sep}data${path.sep}`));
  expect(mine.length).toBeGreaterThan(0);
  for (const pack of mine) flipByte(pack);
  await arm.run("POST", `${verification}/check`, { properties: { readData: true } });
  await arm.until("the flag to be raised and answered", async () => {
    const { properties } = await arm.get<Resynchronization>(resynchronization("small"));
    return properties.flag === null && properties.last?.reason.includes("a check found") === true ? true : null;
  });
  const jobs = await arm.get<List<ArmJob>>(`${site.vault}/replicationJobs`);
  const job = jobs.value.find(({ properties }) => properties.friendlyName === "Resynchronize the virtual machine");
  const ended = await arm.untilJobEnds(job?.id ?? "");
  expect(ended.properties.tasks.map((task) => [task["name"], task["state"]])).toEqual([
    ["IsolateDamage", "Succeeded"],
    ["CompareAndSend", "Succeeded"],
    ["VerifyRepair", "Succeeded"],
  ]);
  await arm.run("POST", `${verification}/check`, { properties: { readData: true } });
  const { properties } = await arm.get<{ properties: Record<string, unknown> }>(verification);
  expect(properties).toMatchObject({ damagedPoints: [], damagedObjects: [], unlistedPacks: [] });
  await site.testFailover("small");
  expect(await site.identical("small")).toEqual([true]);
  await site.cleanUp("small");
});

test("pages that rot are noticed by replication itself, located, and stored again", async () => {
  for (const pack of packs().filter((one) => one.includes(`${path.sep}tree${path.sep}`))) flipByte(pack);
  const damagedAt = new Date().toISOString();
  // A new agent has no page in its memory: it has to read them.
  killAgent(await agentPid());
  for (const machine of ["big", "small"]) {
    await arm.until(`${machine} to be whole again`, async () => {
      const { properties } = await arm.get<Resynchronization>(resynchronization(machine));
      const healed = properties.last !== null && properties.last.endedAt > damagedAt;
      return healed && properties.flag === null && properties.last.reason.includes("a check found") ? true : null;
    });
  }
  await arm.run("POST", `${verification}/check`, { properties: { readData: true } });
  const { properties } = await arm.get<{ properties: { damagedObjects: object[] } }>(verification);
  expect(properties.damagedObjects).toEqual([]);
  await site.testFailover("small");
  expect(await site.identical("small")).toEqual([true]);
  await site.cleanUp("small");
});

test("the machine's page says when its points were last checked, how, and with what verdict", async () => {
  await page.goto(itemAddress("small"));
  const card = page.getByRole("region", { name: "Last check" });
  await expect(card).toContainText("No damage known");
  await expect(card.getByRole("link", { name: "Check of all data" })).toBeVisible();
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await expectNoSidewaysScrolling(page, 390);
  await card.getByRole("link", { name: "Open Verification" }).click();
  await expect(page).toHaveURL(/verification$/);
});

const verification = `${paths.vault(`${NAME}-vault`)}/providers/Secondsite.Recovery/verification`;
const ofItem = (machine: string, what: string) => `${site.item(machine)}/providers/Secondsite.Recovery/${what}`;
const resynchronization = (machine: string) => ofItem(machine, "resynchronization/default");
const itemAddress = (machine: string) =>
  `/recovery-services/${NAME}-vault/protected-items/${path.posix.basename(site.item(machine))}`;
const percent = (bytes: number) => `${((100 * bytes) / BIG_BYTES).toFixed(1)} %`;

interface Resynchronization {
  readonly properties: {
    readonly flag: object | null;
    readonly last: { readonly reason: string; readonly endedAt: string; readonly bytesSent: number } | null;
  };
}
interface HostTransfer {
  readonly sentBytes: number | null;
  readonly limitBytesPerSecond: number | null;
}

async function hostTransfer(): Promise<HostTransfer> {
  const address = `${site.vault}/replicationFabrics/${NAME}/providers/Secondsite.Recovery/bandwidth/default`;
  const { properties } = await arm.get<{ properties: { now: { hosts: HostTransfer[] } } }>(address);
  const [host] = properties.now.hosts;
  if (!host) throw new Error("the site has no host");
  return host;
}

async function pointsOf(machine: string): Promise<{ storedBytes: number }[]> {
  const { value } = await arm.get<List<{ properties: { providerSpecificDetails: { storedBytes: number } } }>>(
    `${site.item(machine)}/recoveryPoints`,
  );
  return value.map(({ properties }) => properties.providerSpecificDetails);
}

/** Packs of blocks and of pages, by path. */
function packs(): string[] {
  const files = fs.readdirSync(vaultsFolder, { recursive: true, withFileTypes: true });
  return files.flatMap((file) => {
    const full = path.join(file.parentPath, file.name);
    return file.isFile() && /[/](data|tree)[/]/.test(full) ? [full] : [];
  });
}

/** What is on its way into the store has another name until it is there, and may go while it is looked at. */
function packBytes(): number {
  return packs().reduce((sum, pack) => sum + (fs.statSync(pack, { throwIfNoEntry: false })?.size ?? 0), 0);
}

async function agentPid(): Promise<number> {
  const { properties } = await arm.get<{ properties: { processes: { role: string; pid: number | null }[] } }>(
    site.estateSite,
  );
  const agent = properties.processes.find(({ role }) => role === "agent");
  if (!agent?.pid) throw new Error("the site's agent does not run");
  return agent.pid;
}

/** As the system does it when memory is short: nothing of the process runs afterwards. */
function killAgent(pid: number): void {
  process.kill(pid, "SIGKILL");
}

function flipByte(file: string): void {
  const handle = fs.openSync(file, "r+");
  const byte = Buffer.alloc(1);
  const middle = Math.floor(fs.fstatSync(handle).size / 2);
  fs.readSync(handle, byte, 0, 1, middle);
  fs.writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, middle);
  fs.closeSync(handle);
}

async function until<T>(seconds: number, probe: () => T | null): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const found = probe();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited ${String(seconds)} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
