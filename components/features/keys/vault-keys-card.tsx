"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { StatusBadge } from "@/components/ui/status-badge";
import { vaultKeysQuery } from "@/lib/client/queries/vaults";
import type { VaultKeysResource } from "@/lib/contract/vault-keys";
import { KeyDialog } from "./key-dialog";
import { KEY_VERBS, type KeyVerb } from "./key-verbs";

type State = VaultKeysResource["properties"];

/** Whether the vault can be opened here, and by which passphrases. */
export function VaultKeysCard({ vaultName }: { readonly vaultName: string }) {
  const query = useQuery(vaultKeysQuery(vaultName));
  const [verb, setVerb] = useState<KeyVerb | null>(null);
  return (
    <Card title="Keys" description="What opens the encrypted data of this vault.">
      <QueryView query={query} what="the state of the keys">
        {({ properties }) => (
          <div className="flex flex-col gap-4">
            <KeyState state={properties} />
            <div className="flex flex-wrap gap-2">
              {verbsFor(properties).map((one) => (
                <Button key={one} size="small" onPress={() => setVerb(one)}>
                  {KEY_VERBS[one].label}
                </Button>
              ))}
            </div>
          </div>
        )}
      </QueryView>
      {verb === null ? null : <KeyDialog vaultName={vaultName} verb={verb} onClose={() => setVerb(null)} />}
    </Card>
  );
}

function KeyState({ state }: { readonly state: State }) {
  if (state.state === "NotChosen") {
    return (
      <p>
        <StatusBadge tone="waiting">No passphrase yet</StatusBadge> Choose it in Quick Start; nothing can be replicated
        before.
      </p>
    );
  }
  const locked = state.state === "Locked";
  return (
    <p>
      <StatusBadge tone={locked ? "warn" : "good"}>{locked ? "Locked" : "Unlocked"}</StatusBadge>{" "}
      {locked
        ? "The key is not on this computer: no failover can run until somebody unlocks the vault."
        : "The opened key is kept on this computer, readable by its owner only, so that a failover needs nobody at the keyboard."}{" "}
      {state.hasRecoveryPassphrase
        ? "A recovery passphrase opens it too."
        : "There is no recovery passphrase: if the passphrase is lost, nobody can open the data elsewhere."}
    </p>
  );
}

function verbsFor({ state, hasRecoveryPassphrase }: State): readonly KeyVerb[] {
  if (state === "NotChosen") return [];
  const recovery: readonly KeyVerb[] = hasRecoveryPassphrase
    ? ["setRecoveryPassphrase", "removeRecoveryPassphrase"]
    : ["setRecoveryPassphrase"];
  return [state === "Locked" ? "unlock" : "lock", "changePassphrase", ...recovery];
}
