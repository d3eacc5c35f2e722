import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import type { Packages } from "../packages";
import { bytesBelow, timed, type Ran } from "./shell";

export type ToolName = "secondsite" | "restic" | "borg" | "rsync" | "zstd";

const PASSPHRASE = "a passphrase for measuring only";

/** The Debian package of each program that the comparison needs. */
export const PEER_PACKAGES: Packages = {
  restic: "restic",
  borg: "borgbackup",
  rsync: "rsync",
  zstd: "zstd",
  "mkfs.ext4": "e2fsprogs",
  debugfs: "e2fsprogs",
};

export function versionOf(program: string): string {
  const [word] = program === "restic" ? ["version"] : ["--version"];
  const answer = execFileSync(program, [word], { encoding: "utf8" });
  return /\d+\.\d+(\.\d+)?/.exec(answer)?.[0] ?? "unknown";
}

/** One program with a store of its own, empty when made. Every verb is one run of the program, timed. */
export interface Tool {
  readonly name: ToolName;
  /** Stores the image; later calls store what differs. */
  store(image: string): Promise<Ran>;
  /** As `store`, reading everything although the file looks untouched. */
  rescan?(image: string): Promise<Ran>;
  restore?(target: string): Promise<Ran>;
  storedBytes(): number;
}

/** `npx` itself is left out: it takes a third of a second to find the program that is then run. */
export class Secondsite implements Tool {
  readonly name = "secondsite";
  readonly #program: string;
  readonly #vault: string;
  readonly #passphrase: string;

  constructor(program: string, folder: string, vault = "vault") {
    this.#program = program;
    this.#vault = path.join(folder, vault);
    this.#passphrase = path.join(folder, "passphrase");
    fs.writeFileSync(this.#passphrase, PASSPHRASE, { mode: 0o600 });
    if (!fs.existsSync(this.#vault)) execFileSync(process.execPath, this.#command("create"));
  }

  /** A second vault with the same objects: they are never altered, so links will do. */
  copy(folder: string, vault: string): Secondsite {
    execFileSync("cp", ["-al", this.#vault, path.join(folder, vault)]);
    return new Secondsite(this.#program, folder, vault);
  }

  store(image: string): Promise<Ran> {
    return this.#run("replicate", image);
  }

  rescan(image: string): Promise<Ran> {
    return this.#run("replicate", image);
  }

  storeLogged(image: string, writeLog: string): Promise<Ran> {
    return this.#run("replicate", image, "--write-log", writeLog);
  }

  restore(target: string): Promise<Ran> {
    return this.#run("restore", path.join(target, "disk.vhd"), "--machine", "disk", "--replace");
  }

  storedBytes(): number {
    return bytesBelow(this.#vault);
  }

  /**
   * What the vault keeps once compaction in the background has been over it, in bytes. Its packs are made two hours older
   * first, because younger ones are left alone; what it announces to be deleted does not count any more.
   */
  compactedBytes(): number {
    const past = new Date(Date.now() - 2 * 3_600_000);
    for (const file of fs.readdirSync(this.#vault, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) fs.utimesSync(path.join(file.parentPath, file.name), past, past);
    }
    const said = execFileSync(process.execPath, [...this.#command("compact"), "--json"], { encoding: "utf8" });
    const { after } = JSON.parse(said) as { after: { storedBytes: number; announcedBytes: number } };
    return after.storedBytes - after.announcedBytes;
  }

  #run(verb: string, ...rest: string[]): Promise<Ran> {
    return timed(process.execPath, [...this.#command(verb), ...rest]);
  }

  #command(verb: string): string[] {
    return [this.#program, "vault", verb, this.#vault, "--passphrase-file", this.#passphrase];
  }
}

export class Restic implements Tool {
  readonly name = "restic";
  readonly #folder: string;
  readonly #env: Record<string, string>;

  constructor(folder: string) {
    this.#folder = path.join(folder, "restic");
    this.#env = { RESTIC_PASSWORD: PASSPHRASE, RESTIC_CACHE_DIR: path.join(folder, "restic-cache") };
    execFileSync("restic", ["init", "-q", "-r", this.#folder], { env: { ...process.env, ...this.#env } });
  }

  store(image: string): Promise<Ran> {
    return this.#run("backup", image);
  }

  rescan(image: string): Promise<Ran> {
    return this.#run("backup", "--force", image);
  }

  restore(target: string): Promise<Ran> {
    return this.#run("restore", "latest", "--target", target);
  }

  storedBytes(): number {
    return bytesBelow(this.#folder);
  }

  #run(...args: string[]): Promise<Ran> {
    return timed("restic", ["-q", "-r", this.#folder, ...args], { env: this.#env });
  }
}

export class Borg implements Tool {
  readonly name = "borg";
  readonly #folder: string;
  readonly #env: Record<string, string>;
  #archives = 0;

  constructor(folder: string) {
    this.#folder = path.join(folder, "borg");
    this.#env = { BORG_PASSPHRASE: PASSPHRASE, BORG_BASE_DIR: path.join(folder, "borg-home") };
    execFileSync("borg", ["init", "-e", "repokey", this.#folder], {
      env: { ...process.env, ...this.#env },
      stdio: "ignore",
    });
  }

  store(image: string): Promise<Ran> {
    return this.#create(image);
  }

  rescan(image: string): Promise<Ran> {
    return this.#create(image, "--files-cache=disabled");
  }

  restore(target: string): Promise<Ran> {
    const archive = `${this.#folder}::${String(this.#archives)}`;
    return timed("borg", ["extract", archive], { env: this.#env, cwd: target });
  }

  storedBytes(): number {
    return bytesBelow(this.#folder);
  }

  #create(image: string, ...options: string[]): Promise<Ran> {
    this.#archives += 1;
    return timed("borg", ["create", ...options, `${this.#folder}::${String(this.#archives)}`, image], {
      env: this.#env,
    });
  }
}

/** A plain copy: neither compressed nor encrypted, and one state only. */
export class Rsync implements Tool {
  readonly name = "rsync";
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.join(folder, "rsync");
    fs.mkdirSync(this.#folder);
  }

  store(image: string): Promise<Ran> {
    return timed("rsync", ["--inplace", image, this.#folder]);
  }

  rescan(image: string): Promise<Ran> {
    return timed("rsync", ["--inplace", "--checksum", image, this.#folder]);
  }

  storedBytes(): number {
    return bytesBelow(this.#folder);
  }
}

/** Compression alone, with all cores: nothing is hashed, encrypted or kept for later. */
export class Zstd implements Tool {
  readonly name = "zstd";
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, "image.zst");
  }

  store(image: string): Promise<Ran> {
    return timed("zstd", ["-1", "-T0", "-q", "-f", image, "-o", this.#file]);
  }

  storedBytes(): number {
    return fs.statSync(this.#file).size;
  }
}
