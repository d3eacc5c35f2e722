/**
 * A compute host as a process: `compute-host --home FOLDER --socket PATH --host-name NAME [--firmware FOLDER]`.
 * Prints one JSON line, {"ready":true,...}, when it answers on its socket; then starts what was running before.
 * SIGTERM, SIGINT and the end of the parent's IPC channel power everything off in order; SIGKILL loses nothing that a
 * guest was told is written.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { supplyBlocksOver } from "@/lib/adapters/compute/block-client";
import { bootId } from "@/lib/adapters/compute/boot-id";
import { HomeLock } from "@/lib/adapters/compute/home-lock";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { QemuHypervisor } from "@/lib/adapters/hypervisors/qemu/qemu-hypervisor";
import { V86Hypervisor } from "@/lib/adapters/hypervisors/v86/v86-hypervisor";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { ComputeHost } from "@/lib/compute/host";
import { createHostServer } from "@/lib/compute/host-server";
import { Fault } from "@/lib/kernel/fault";

function say(value: Readonly<Record<string, unknown>>, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

function complain(error: unknown): void {
  if (error instanceof Fault) say({ error: error.explanation }, process.stderr);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: "string" },
      socket: { type: "string" },
      "host-name": { type: "string" },
      firmware: { type: "string" },
    },
  });
  if (values.home === undefined || values.socket === undefined || values["host-name"] === undefined) {
    process.stderr.write("usage: compute-host --home FOLDER --socket PATH --host-name NAME [--firmware FOLDER]\n");
    process.exit(2);
  }
  const home = path.resolve(values.home);
  nodeFileSystem.makeFolder(home);
  const lock = HomeLock.acquire(home);
  const host = new ComputeHost({
    home,
    hostName: values["host-name"],
    pid: process.pid,
    fileSystem: nodeFileSystem,
    hypervisor: new V86Hypervisor(
      values.firmware === undefined ? {} : { firmwareFolder: path.resolve(values.firmware) },
    ),
    otherHypervisors: [new QemuHypervisor()],
    clock: systemClock,
    random: systemRandom,
    bootId: bootId(),
    supplyBlocks: supplyBlocksOver(nodeFileSystem, systemClock),
  });
  const server = createHostServer(host, complain);
  await listenOnUnixSocket(server, path.resolve(values.socket));

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    server.close();
    host
      .shutDown()
      .then(() => lock.release())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          complain(error);
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  if (process.connected) process.on("disconnect", end);
  say({ ready: true, pid: process.pid, epoch: host.status().epoch });
  await host.startDesired();
}

main().catch((error: unknown) => {
  complain(error);
  process.exit(1);
});
