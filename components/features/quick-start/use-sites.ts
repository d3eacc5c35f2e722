"use client";
import { useQuery } from "@tanstack/react-query";
import { kindOf } from "@/lib/client/fabric-kind";
import { fabricsQuery } from "@/lib/client/queries/infrastructure";
import type { StepProps } from "./step-props";

/** The vault's sites of the scenario's kind; the other scenario's are none of its business. */
export const useSites = ({ scenario, vaultName }: StepProps) =>
  (useQuery(fabricsQuery(vaultName)).data ?? []).filter((site) => kindOf(site) === scenario.kind);
