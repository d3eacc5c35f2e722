import { Fault } from "@/lib/kernel/fault";
import type { WebhookAnswer, WebhookSender } from "@/lib/operations/ports/webhook-sender";

/** Of an answer so much is read: it is for people, and may be anything. */
const ANSWER_BYTES_MAX = 4 * 1024;

export const fetchWebhooks: WebhookSender = {
  async post(url, { headers, body, signal }): Promise<WebhookAnswer> {
    const answer = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" }).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        throw notReachable(url, error);
      },
    );
    return { status: answer.status, text: await beginningOf(answer, signal) };
  },
};

async function beginningOf(answer: Response, signal: AbortSignal): Promise<string> {
  if (!answer.body) return "";
  const reader = answer.body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    while (total < ANSWER_BYTES_MAX) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      total += value.length;
    }
    await reader.cancel();
  } catch {
    // The status has come; a body that breaks off says less, and changes nothing.
    signal.throwIfAborted();
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString("utf8");
}

function notReachable(url: string, error: unknown): Fault {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
  return new Fault(
    {
      code: "WebhookNotReachable",
      message: `The webhook ${url} did not answer: ${reason || "the connection failed"}.`,
      possibleCauses: "The receiver is down, the name is wrong, or its certificate is not trusted here.",
      recommendedAction: "Check the address and the receiver.",
    },
    { cause: error, retryable: true },
  );
}
