/** Randomness as an input, so that a seed replays a run. Production implementations are cryptographic. */
export interface Random {
  bytes(count: number): Buffer;
  /** An RFC 4122 version 4 identifier, lower case. */
  uuid(): string;
}
