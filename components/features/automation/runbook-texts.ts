import type { RunbookResource } from "@/lib/contract/automation";

export interface RunbookTexts {
  readonly resource: RunbookResource;
  /** Null: never published. */
  readonly published: string | null;
  /** Null: as it is published. */
  readonly draft: string | null;
}

/** What was typed and not saved, and over which state of the runbook it was begun. */
export interface Edit {
  readonly text: string;
  readonly etag: string;
}
