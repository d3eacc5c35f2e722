import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { ArmDriver, paths } from "@/lib/testing/drive/arm-driver";
import { portalOf } from "./support/portals";

/** After everything else: what people entered as secrets is nowhere that somebody could read it later. */
const SECRETS = {
  "the passphrase of the first story": "correct horse battery staple",
  "the passphrase of the folder's vault": "sixteen characters and some more",
  "the passphrase of the vaults of images": "sixteen characters and more",
  "the key of the storage account": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
  "the encrypted variable of automation": "the-token-of-the-load-balancer",
};
const portals = (["people", "programs"] as const).map(portalOf);

test("no file of the home holds a secret: not the database, its journal, a log, or a vault", () => {
  for (const [what, secret] of Object.entries(SECRETS)) {
    for (const { home } of portals) expect(filesWith(secret, home), what).toEqual([]);
  }
});

test("the search finds what is planted", () => {
  const { home } = portalOf("people");
  const planted = path.join(home, "logs", "planted.log");
  fs.writeFileSync(planted, `passphrase=${SECRETS["the passphrase of the first story"]}`);
  expect(filesWith(SECRETS["the passphrase of the first story"], home)).toEqual([planted]);
  fs.rmSync(planted);
});

test("no process of the portal was given a secret in its arguments or its environment", () => {
  const processes = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({
      pid,
      given: ["cmdline", "environ"].map((file) => readIfThere(`/proc/${pid}/${file}`)).join("\0"),
    }))
    .filter(({ given }) => portals.some(({ home }) => given.includes(`SECONDSITE_HOME=${home}`)));
  expect(processes.length).toBeGreaterThan(4);
  for (const { pid, given } of processes) {
    for (const [what, secret] of Object.entries(SECRETS)) expect(given.includes(secret), `${what}, ${pid}`).toBe(false);
  }
});

test("no answer of the API holds a secret: vaults, jobs with their errors, events, storage accounts, sites", async () => {
  const arm = new ArmDriver(portalOf("people").origin);
  const vault = paths.vault("contoso-vault");
  const addresses = [
    vault,
    `${vault}/replicationJobs`,
    `${vault}/replicationEvents`,
    `${vault}/replicationFabrics`,
    `${vault}/providers/Secondsite.Recovery/vaultKeys/default`,
    path.posix.dirname(paths.storageAccount("x")),
    `${paths.ours}/estateSites`,
    `${paths.automationAccount("contoso-automation")}/variables`,
    `${paths.automationAccount("contoso-automation")}/jobs`,
  ];
  for (const address of addresses) {
    const text = JSON.stringify(await arm.get<unknown>(address));
    for (const [what, secret] of Object.entries(SECRETS))
      expect(text.includes(secret), `${what}, ${address}`).toBe(false);
  }
});

/** Fixed strings, in binary files too; not in the machines' disks, which are gigabytes of holes that only guests write. */
function filesWith(secret: string, folder: string): string[] {
  const search = ["-exec", "grep", "-laF", "--", secret, "{}", "+"];
  const { stdout } = spawnSync("find", [folder, "-type", "f", "-size", "-64M", ...search], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** Empty when the process has ended, or is somebody else's. */
function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
