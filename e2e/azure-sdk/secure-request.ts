import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import type { Json } from "./run-client";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
}

/** One request to the TLS endpoint with nothing in between: headers and bodies as they are on the wire. */
export function secureRequest(
  portal: { home: string; tlsOrigin: string },
  method: string,
  address: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const ca = fs.readFileSync(path.join(portal.home, "tls", "ca.pem"));
  const url = address.startsWith("https:") ? address : `${portal.tlsOrigin}${address}`;
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      method,
      ca,
      // Of the certificate; else Node would take it from a Host header that a test has forged.
      servername: "localhost",
      agent: false,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, body: text === "" ? null : JSON.parse(text) });
      });
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
