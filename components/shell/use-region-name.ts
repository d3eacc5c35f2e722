"use client";
import { useQuery } from "@tanstack/react-query";
import { regionsQuery } from "@/lib/client/queries/region";

/** Says a region as people do: "West Europe" for westeurope. */
export function useRegionName(): (location: string) => string {
  const regions = useQuery(regionsQuery());
  return (location) => regions.data?.find((one) => one.name === location)?.properties.displayName ?? location;
}
