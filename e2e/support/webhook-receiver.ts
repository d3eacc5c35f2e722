import http from "node:http";
import type { AddressInfo } from "node:net";
import { createHmac } from "node:crypto";

export interface ReceivedCall {
  readonly idempotencyKey: string;
  readonly isSignedRight: boolean;
  readonly body: { readonly context: { readonly FailoverType: string; readonly RecoveryPlanName: string } };
}

/** Who is called by a plan's webhook action, in the process of the test; and the gate at which its runbook waits. */
export class WebhookReceiver {
  readonly calls: ReceivedCall[] = [];
  /** How far a runbook that asks may go on. */
  gate = 0;
  private readonly server: http.Server;

  constructor(key: string) {
    this.server = http.createServer((request, response) => {
      if (request.method === "GET") {
        response.end(String(this.gate));
        return;
      }
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const signature = `sha256=${createHmac("sha256", key).update(text, "utf8").digest("hex")}`;
        this.calls.push({
          idempotencyKey: String(request.headers["idempotency-key"]),
          isSignedRight: request.headers["x-secondsite-signature"] === signature,
          body: JSON.parse(text) as ReceivedCall["body"],
        });
        response.end("the status page is up to date");
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/status`;
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => this.server.close((error) => (error ? reject(error) : resolve())));
  }
}
