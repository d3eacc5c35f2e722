import os from "node:os";
import process from "node:process";

/** What the figures depend on, and nothing that tells whose machine it is. */
export function describeMachine(): string {
  const [cpu] = os.cpus();
  const model = cpu?.model.replace(/\s+/g, " ").trim() ?? "unknown processor";
  return [
    `${model}, ${String(os.cpus().length)} cores`,
    `${(os.totalmem() / 1024 ** 3).toFixed(0)} GiB of memory`,
    `${os.type()} ${os.release()}`,
    `Node ${process.version}`,
  ].join(", ");
}
