import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A call as it arrived: what it says, and whether its signature was made with the key that both sides know. */
export interface ReceivedCall {
  readonly signatureIsGood: boolean;
  readonly idempotencyKey: string;
  readonly planName: string;
  readonly failoverType: string;
}

/** What a webhook of a recovery plan calls: another system, played by the story itself. */
export class WebhookReceiver {
  readonly calls: ReceivedCall[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(key: string): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on("request", (request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const body = Buffer.concat(pieces);
        const { context } = JSON.parse(body.toString("utf8")) as { context: Record<string, string> };
        receiver.calls.push({
          signatureIsGood: isSigned(body, key, String(request.headers["x-secondsite-signature"])),
          idempotencyKey: String(request.headers["idempotency-key"]),
          planName: context["RecoveryPlanName"] ?? "",
          failoverType: context["FailoverType"] ?? "",
        });
        response.writeHead(200, { "content-type": "text/plain" }).end("switched");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/load-balancer`;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}

function isSigned(body: Buffer, key: string, header: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", key).update(body).digest("hex")}`);
  const given = Buffer.from(header);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
