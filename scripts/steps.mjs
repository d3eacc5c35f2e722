/** What the scripts share: named steps with their time, child processes, and what may be missing on a fresh machine. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";

export const root = path.resolve(import.meta.dirname, "..");

/** Runs `work` under a title; prints how long it took, or that there was nothing to do when it returns "unchanged". */
export async function step(title, work) {
  const started = performance.now();
  process.stdout.write(`• ${title} …\n`);
  const outcome = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`  ${title}: ${outcome === "unchanged" ? "up to date" : `done in ${seconds} s`}\n`);
  return outcome;
}

/** Runs a command to its end with its output visible; rejects with the exit code when it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")} ended with ${signal ?? `code ${code}`}`)),
    );
  });
}

/**
 * Runs a command beside others: at the lowest priority, with its output kept back, which is in the message of the error when
 * the command fails.
 */
export function runBeside(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (output += piece.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`${output}\n${command} ${args.join(" ")} ended with ${signal ?? `code ${code}`}`)),
    );
  });
}

const stampFile = (name) => path.join(root, "node_modules", ".secondsite", name);

/** Does `work` unless the files hash to what they did the last time it succeeded. */
export async function whenChanged(name, files, work, alsoMissing = () => false) {
  const digest = createHash("sha256");
  for (const file of files)
    digest
      .update(file)
      .update("\0")
      .update(fs.readFileSync(path.join(root, file)))
      .update("\0");
  const wanted = digest.digest("hex");
  const stamp = stampFile(name);
  if (!alsoMissing() && fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return "unchanged";
  await work();
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, wanted);
  return "done";
}

/** Every file below the folders, sorted, without generated ones. */
export function filesBelow(
  folders,
  ignored = /(^|\/)(node_modules|dist|\.next|generated|\.secondsite)(\/|$)|\.test\.tsx?$/,
) {
  const found = [];
  const visit = (relative) => {
    if (ignored.test(relative)) return;
    const absolute = path.join(root, relative);
    if (!fs.existsSync(absolute)) return;
    if (fs.statSync(absolute).isDirectory())
      for (const entry of fs.readdirSync(absolute)) visit(path.posix.join(relative, entry));
    else found.push(relative);
  };
  for (const folder of folders) visit(folder);
  return found.sort();
}

export async function ensureNodeModules() {
  const installed = () => fs.existsSync(path.join(root, "node_modules", "next", "package.json"));
  return whenChanged(
    "packages",
    ["package.json", "package-lock.json"],
    async () => {
      process.stdout.write("  npm packages; two native modules are compiled the first time (one to three minutes)\n");
      // npm builds one package after the other; each of the two native ones may use all cores.
      await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { env: { JOBS: "max", ...process.env } });
    },
    () => !installed(),
  );
}

const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const mayInstall = () => process.getuid?.() === 0 && has("apt-get");

/**
 * Installs Debian packages when we are root and apt-get is there. Otherwise answers with what a person has to type;
 * the caller decides whether it can go on without them.
 */
export async function ensureDebianPackages(packages) {
  if (!mayInstall()) return `install them with: sudo apt-get install ${packages.join(" ")}`;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
  } catch {
    await run("apt-get", ["update", "-qq"], { env });
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
  }
  return null;
}

const firmwareFolders = ["/usr/share/seabios", "/usr/share/qemu"];
export const firmwareFound = () =>
  firmwareFolders.some((folder) =>
    ["bios.bin", "vgabios-stdvga.bin"].every((file) => fs.existsSync(path.join(folder, file))),
  );

export const chromiumPath = () =>
  [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (candidate) => candidate && fs.existsSync(candidate),
  );

/** Free TCP ports of the loopback interface, for runs that must not disturb a portal that is up. */
export async function freePorts(count) {
  const net = await import("node:net");
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
