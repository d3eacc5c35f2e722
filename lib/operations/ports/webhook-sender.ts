export interface WebhookAnswer {
  readonly status: number;
  /** The first bytes of the body as text, for people. */
  readonly text: string;
}

/** One HTTP POST. Redirects are never followed: their answer is the answer. */
export interface WebhookSender {
  /**
   * @throws Fault WebhookNotReachable, retryable: no answer came
   * @throws the signal's reason when it was aborted
   */
  post(
    url: string,
    message: {
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly signal: AbortSignal;
    },
  ): Promise<WebhookAnswer>;
}
