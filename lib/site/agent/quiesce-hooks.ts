import type { Explanation } from "@/lib/kernel/fault";

export interface HookMachine {
  readonly id: string;
  readonly name: string;
}

/** What brings the workload of a user's own machine to rest and lets it go on; lib/site/hooks runs scripts. */
export interface QuiesceHooks {
  /** `none`: there are no hooks. After any other answer `thaw` has to be called. Never rejects. */
  freeze(machine: HookMachine): Promise<FreezeOutcome>;
  /** Null when all went well. Never rejects. */
  thaw(machine: HookMachine): Promise<Explanation | null>;
  /** Lets go on what an earlier life of the agent left frozen. */
  thawLeftovers(): Promise<void>;
}

export type FreezeOutcome =
  | { readonly state: "none"; readonly problem: Explanation }
  | { readonly state: "frozen" }
  | { readonly state: "failed"; readonly problem: Explanation };
