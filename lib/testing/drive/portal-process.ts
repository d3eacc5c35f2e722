import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";

/** A portal of its own (home, ports, processes) for a story, a browser test, a chaos run or a benchmark. */
export interface PortalProcess {
  readonly home: string;
  readonly origin: string;
  readonly tlsOrigin: string;
  readonly supervisorPid: number;
  /** Milliseconds from spawn to `ready`. */
  readonly startedInMs: number;
  /** Everything printed so far, for the report of a failure. */
  output(): string;
  stop(): Promise<void>;
}

export interface PortalOptions {
  /** Default: a new folder under the system's temporary folder, removed by `stop`. */
  readonly home?: string;
  readonly root: string;
  readonly keepHome?: boolean;
  /** False: without the Contoso estate; the home has sites of its own. */
  readonly demo?: boolean;
}

/** Starts `secondsite serve --demo` and resolves when it printed `ready`. Needs a built tree. */
export async function startPortal(options: PortalOptions): Promise<PortalProcess> {
  const [port, tlsPort] = await freePorts(2);
  const home = options.home ?? (await fs.mkdtemp(path.join(os.tmpdir(), "secondsite-")));
  const demo = options.demo === false ? [] : ["--demo"];
  const started = performance.now();
  const child = spawn(process.execPath, [path.join(options.root, "bin", "secondsite.mjs"), "serve", ...demo], {
    cwd: options.root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SECONDSITE_HOME: home, PORT: String(port), TLS_PORT: String(tlsPort) },
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
      if (options.home === undefined && options.keepHome !== true) await fs.rm(home, { recursive: true, force: true });
    },
  };
}

interface Printed {
  text: string;
}

function capture(child: ChildProcess): Printed {
  const printed: Printed = { text: "" };
  const keep = (chunk: Buffer) => {
    printed.text = (printed.text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return printed;
}

function untilReady(child: ChildProcess, printed: Printed): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the portal did not start: ${why}\n${printed.text}`));
    const timeout = setTimeout(() => {
      child.kill("SIGKILL");
      fail("not ready after 120 seconds");
    }, 120_000);
    child.on("exit", (code) => fail(`it ended with code ${String(code)}`));
    child.stdout?.on("data", () => {
      if (!/^ready/m.test(printed.text)) return;
      clearTimeout(timeout);
      resolve();
    });
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 20_000).unref();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve) => {
          const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
