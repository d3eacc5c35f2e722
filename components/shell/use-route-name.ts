"use client";
import { useParams } from "next/navigation";

/** A name in the address of the page (`[vault]`, `[item]` …), decoded. The page exists only with it. */
export function useRouteName(parameter: string): string {
  const value = useParams()[parameter];
  if (typeof value !== "string") throw new Error(`This page's address has no [${parameter}].`);
  return decodeURIComponent(value);
}
