"use client";
import { useQuery } from "@tanstack/react-query";
import { virtualNetworksQuery } from "@/lib/client/queries/region";

const UNCONNECTED = "none";

/** The networks that a test can be connected to, isolated ones first; `networkId` is null for none. */
export function useTestNetworks(chosen: string | null) {
  const networks = useQuery(virtualNetworksQuery()).data ?? [];
  const sorted = [...networks].sort((a, b) => Number(b.properties.isolated) - Number(a.properties.isolated));
  const options = [
    ...sorted.map((one) => ({
      value: one.id,
      label: one.name,
      hint: one.properties.isolated ? "Isolated" : "Not isolated: copies may be taken for the real machines.",
    })),
    { value: UNCONNECTED, label: "None", hint: "The test machines are not connected to any network." },
  ];
  const value = chosen ?? sorted.find((one) => one.properties.isolated)?.id ?? UNCONNECTED;
  return { options, value, networkId: value === UNCONNECTED ? null : value };
}
