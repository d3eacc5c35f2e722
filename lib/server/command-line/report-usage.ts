/** In a file of its own: the help of all commands is shown without loading any. */
export const REPORT_USAGE = `  npx secondsite report verify FILE [--key FINGERPRINT] [--public-key FILE] [--json]
      Checks a report of a failover, JSON, HTML or PDF: whether no byte of it was changed since it was signed, by whose
      key, and what it is about. Works without a portal. --key or --public-key (PEM or DER): the key that the vault's
      page shows; without one the file is checked against the key in it, which proves only that it is whole.
      Exit code 0: valid; 1: not.

  npx secondsite report list VAULT [--json]
  npx secondsite report get VAULT RUN [--format json|html|pdf] [--output FILE] [--replace]
      Fetches a signed report from the portal of this machine. RUN is the id that the list shows.
`;
