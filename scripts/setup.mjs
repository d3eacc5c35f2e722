/** Brings a fresh clone to where it can run: npm packages, and firmware for the guests. Safe to repeat. */
import process from "node:process";
import { ensureDebianPackages, ensureNodeModules, firmwareFound, step } from "./steps.mjs";

/** `more`: what else is to be installed from Debian's packages, one after the other, while npm compiles. */
export async function setUp(more = async () => {}) {
  await Promise.all([step("Packages", ensureNodeModules), ensureFirmware().then(more)]);
}

async function ensureFirmware() {
  await step("Firmware for guests (SeaBIOS)", async () => {
    if (firmwareFound()) return "unchanged";
    const advice = await ensureDebianPackages(["seabios"]);
    if (advice)
      process.stdout.write(
        `  machines cannot boot without SeaBIOS; ${advice}\n  going on: replicas will be verified, not booted\n`,
      );
    return "done";
  });
}

if (process.argv[1] === import.meta.filename) await setUp();
