import net from "node:net";
import tls from "node:tls";
import { expect } from "@playwright/test";
import { ArmError } from "@/lib/testing/drive/arm-driver";

export interface ArmErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details: readonly {
      readonly code: string;
      readonly message: string;
      readonly possibleCauses: string;
      readonly recommendedAction: string;
      readonly activityId: string;
    }[];
  };
}

/** What a refusal must be: the service's form, with cause and cure as sentences. Returns the error for closer looks. */
export function expectExplained(body: unknown, code: string): ArmErrorBody["error"] {
  const sentence: unknown = expect.stringMatching(/^[^{].*[.…]$/s);
  expect(body).toMatchObject({
    error: {
      code,
      message: sentence,
      details: [
        { code, possibleCauses: sentence, recommendedAction: sentence, activityId: expect.stringMatching(/./) },
      ],
    },
  });
  return (body as ArmErrorBody).error;
}

/** The refusal of a request that must not be answered with anything else. */
export async function expectRefused(
  request: Promise<unknown>,
  status: number,
  code: string,
): Promise<ArmErrorBody["error"]> {
  const outcome = await request.then(
    () => "accepted",
    (error: unknown) => error,
  );
  if (!(outcome instanceof ArmError)) throw outcome instanceof Error ? outcome : new Error(`not refused: ${code}`);
  expect([outcome.status, outcome.code]).toEqual([status, code]);
  return expectExplained(outcome.body, code);
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/**
 * A request as it stands on the wire: clients of a higher kind resolve dots, add a Host and refuse methods before anything
 * is sent. `headers` replace the Host when they name one.
 */
export function sendRaw(
  origin: string,
  line: { readonly method: string; readonly target: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<RawAnswer> {
  const { hostname, port, host, protocol } = new URL(origin);
  const headers = { Host: host, Connection: "close", "Content-Length": "0", ...line.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${line.method} ${line.target} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return new Promise((resolve, reject) => {
    const address = { host: hostname, port: Number(port) };
    // Whose certificate it is does not matter here; what the door says does.
    const socket =
      protocol === "https:" ? tls.connect({ ...address, rejectUnauthorized: false }) : net.connect(address);
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer to ${line.method} ${line.target}`)));
    socket.on("error", reject);
    socket.on("data", (piece: string) => (text += piece));
    socket.on("close", () => resolve(parsed(text)));
    socket.on(protocol === "https:" ? "secureConnect" : "connect", () => socket.write(request));
  });
}

/** Chunked or not, an ARM error is one JSON object. */
function parsed(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const json = body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    contentType: /^content-type: (.*)$/im.exec(head)?.[1] ?? "",
    body: json === "" ? null : JSON.parse(json),
  };
}
