"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { armRequest } from "@/lib/client/arm-client";
import { api } from "@/lib/client/paths";
import { hypervisorsQuery } from "@/lib/client/queries/hypervisors";
import { keys } from "@/lib/client/query-keys";

const words: Readonly<Record<string, { readonly label: string; readonly hint: string }>> = {
  v86: {
    label: "v86 (embedded)",
    hint: "Needs nothing installed. 32-bit PCs with up to two disks; it cannot boot 64-bit systems.",
  },
  qemu: { label: "QEMU", hint: "64-bit PCs with up to four disks, each in a process of its own." },
};

/** What machines are started with: of the region, or of one site. */
export function HypervisorCard({ host }: { readonly host: string }) {
  const client = useQueryClient();
  const found = useQuery(hypervisorsQuery()).data?.find((one) => one.name === host);
  const choose = useMutation({
    mutationFn: (name: string) =>
      armRequest("PUT", api.hypervisor(host), { body: { properties: { hypervisor: name } } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.hypervisors() }),
  });
  if (!found) return null;
  const { hypervisor, choices } = found.properties;
  return (
    <Card title="Hypervisor">
      <Select
        label="Machines are started with"
        options={choices.map(({ name, problem }) => ({
          value: name,
          label: words[name]?.label ?? name,
          hint: problem ?? words[name]?.hint,
        }))}
        value={hypervisor}
        onChange={(name) => choose.mutate(name)}
        hint="Holds from the next start of a machine; those that run stay where they are."
        className="max-w-md"
      />
      {choose.error ? <ErrorBar error={choose.error} /> : null}
    </Card>
  );
}
