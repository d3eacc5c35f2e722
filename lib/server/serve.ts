import http from "node:http";
import net from "node:net";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { Fault } from "@/lib/kernel/fault";
import { makeDemoMachines } from "@/lib/site/estate/demo-site";
import { createSite, findSite } from "@/lib/site/estate/site-folder";
import { lockHome } from "@/lib/site/supervisor/home-lock";
import { EXIT_CONFIGURATION } from "@/lib/site/supervisor/managed-process";
import { Supervisor } from "@/lib/site/supervisor/supervisor";
import { createSupervisorServer } from "@/lib/site/supervisor/supervisor-server";
import type { Environment } from "./environment";
import { makeHome, type Home } from "./home";
import { LOOPBACK, requirePorts } from "./require-ports";

export const DEMO_SITE = "contoso-branch";

/**
 * `secondsite serve`: the parent of every process of this home. Prints `ready` when the portal answers; resolves when
 * everything has ended. @throws Fault HomeNotUsable, AlreadyRunning, PortNotAvailable, ServerNotStarted
 */
export async function serve(options: {
  readonly environment: Environment;
  readonly home: Home;
  /** Folder of the bundled programs. */
  readonly programs: string;
  readonly demo: boolean;
}): Promise<void> {
  const { environment, home, programs } = options;
  makeHome(home);
  const lock = lockHome(home.run);
  const ending = new AbortController();
  const supervisor = new Supervisor({
    ...{ home, programs, fileSystem: nodeFileSystem, clock: systemClock, random: systemRandom },
    env: { ...process.env, SECONDSITE_HOME: home.folder },
    firmwareFolder: environment.firmwareFolder,
    onServerHopeless: () => ending.abort(serverNotStarted()),
    log: (event, details) => say(`${event} ${JSON.stringify(details)}`),
  });
  const server = createSupervisorServer(supervisor, (error) => say(String(error)));
  endWithSignals(ending);
  try {
    await requirePorts([environment.port, environment.tlsPort]);
    await listenOnUnixSocket(server, home.supervisorSocket);
    supervisor.startPlatform();
    if (options.demo) await makeDemoSite(home);
    supervisor.startSites();
    await untilReady(environment, ending.signal);
    if (!ending.signal.aborted) announce(environment, home);
    await whenAborted(ending.signal);
  } finally {
    server.close();
    server.closeAllConnections();
    await supervisor.stop();
    lock.release();
  }
  if (ending.signal.reason instanceof Fault) throw ending.signal.reason;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The second signal does not wait for anybody. */
function endWithSignals(ending: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (ending.signal.aborted) process.exit(130);
      ending.abort();
    });
  }
}

/** Before the sites start: what an interrupted first run left unfinished is finished here. */
async function makeDemoSite(home: Home): Promise<void> {
  const places = { sitesFolder: home.sites, runFolder: home.run };
  const site =
    findSite(home.sites, DEMO_SITE) ?? createSite(places, { name: DEMO_SITE, kind: "contoso", imagesFolder: null });
  await makeDemoMachines(nodeFileSystem, site, ({ machine, done, of }) => {
    if (machine !== "") say(`Contoso estate: making ${machine} (${done + 1} of ${of})`);
  });
}

async function untilReady(environment: Environment, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if ((await answersReady(environment.port)) && (await listens(environment.tlsPort))) return;
    await systemClock.sleep(50, signal).catch(() => undefined);
  }
}

function answersReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ host: LOOPBACK, port, path: "/readyz", timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/** The gateway, which begins when the server answers it. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ host: LOOPBACK, port });
    probe.on("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });
}

function announce(environment: Environment, home: Home): void {
  say(`ready  http://127.0.0.1:${environment.port}`);
  say(`       TLS endpoint https://127.0.0.1:${environment.tlsPort}, to be trusted: ${home.tls}/ca.pem`);
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function serverNotStarted(): Fault {
  return new Fault({
    code: "ServerNotStarted",
    message: `The portal's server cannot run with this configuration (it ended with code ${EXIT_CONFIGURATION}).`,
    possibleCauses: "A port is taken by another program, or the home folder cannot be used. It said which, above.",
    recommendedAction: "Set PORT, TLS_PORT or SECONDSITE_HOME to something else and start again.",
  });
}
