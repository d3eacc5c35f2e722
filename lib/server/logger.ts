import pino, { type Logger } from "pino";

/** Lines of JSON on standard error. What may be secret never reaches it: the paths below are censored wherever they occur. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      redact: {
        paths: [
          "passphrase",
          "*.passphrase",
          "*.*.passphrase",
          "masterKey",
          "*.masterKey",
          "privateKey",
          "*.privateKey",
        ],
        censor: "[secret]",
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
