import process from "node:process";

/** Prints the story as it happens and stops it at the first thing that is not as it should be. */
export class Narrator {
  #chapter = 0;
  #started = performance.now();

  chapter(title: string): void {
    this.#chapter += 1;
    process.stdout.write(`\n${String(this.#chapter)}. ${title}\n`);
  }

  say(line: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`  ${seconds} s  ${line}\n`);
  }

  /** @throws Error that ends the story. */
  expect(condition: boolean, what: string): void {
    if (!condition) throw new Error(`not as it should be: ${what}`);
    this.say(`✓ ${what}`);
  }
}

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
export const kilobytes = (bytes: number) => `${(bytes / 1e3).toFixed(1)} kB`;
export const shortHash = (hash: string) => hash.slice(0, 16);
