import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import type { AzureBlobLocation } from "@/lib/adapters/stores/azure-blob-store";

/** Azurite's own account; its key is public: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** The blob service of Azurite as a process of its own, on a port of its own, its data in a temporary folder. */
export class Azurite {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-azurite-"));
  #child: ChildProcess | null = null;
  #port = 0;

  static async start(): Promise<Azurite> {
    const azurite = new Azurite();
    await azurite.start();
    return azurite;
  }

  /** On the port of before, with the data of before. */
  async start(): Promise<void> {
    const program = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
    const options = ["--location", this.#folder, "--blobHost", "127.0.0.1", "--blobPort", String(this.#port)];
    const flags = ["--skipApiVersionCheck", "--disableProductStyleUrl", "--disableTelemetry"];
    const child = spawn(process.execPath, [program, ...options, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      let printed = "";
      const read = (piece: Buffer) => {
        printed += piece.toString();
        const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("exit", () => reject(new Error(`Azurite did not start: ${printed}`)));
    });
  }

  /** As an outage would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  get port(): number {
    return this.#port;
  }

  get connectionString(): string {
    const endpoint = `http://127.0.0.1:${String(this.#port)}/${ACCOUNT}`;
    return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${endpoint};`;
  }

  /** A vault's place in a container of its own. `port`: of something in between. */
  location(options: { port?: number; container?: string } = {}): AzureBlobLocation {
    return {
      endpoint: `http://127.0.0.1:${String(options.port ?? this.#port)}/${ACCOUNT}`,
      accountName: ACCOUNT,
      accountKey: KEY,
      container: options.container ?? `c-${randomUUID()}`,
      prefix: "vaults/v1/",
    };
  }
}
