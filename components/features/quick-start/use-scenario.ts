"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { useScenarioStore } from "@/lib/client/stores/scenario-store";
import { firstScenario, scenarioNamed, type Scenario } from "./scenarios";

const PARAMETER = "scenario";

/**
 * The scenario that the address names, so that a link leads to it; without one the scenario that this vault's page showed last.
 * The address is completed then, so that what is copied from it is what is on screen.
 */
export function useScenario(vaultName: string): readonly [Scenario, (value: string) => void] {
  const pathname = usePathname();
  const named = scenarioNamed(useSearchParams().get(PARAMETER));
  const { shown, remember, load } = useScenarioStore();
  const remembered = scenarioNamed(shown?.[vaultName.toLowerCase()]);
  useEffect(() => {
    if (shown === null) load();
    else if (named === undefined) {
      if (remembered !== undefined) show(pathname, remembered.value);
    } else if (named !== remembered) remember(vaultName, named.value);
  }, [shown, load, remember, named, remembered, pathname, vaultName]);
  return [named ?? remembered ?? firstScenario, (value) => show(pathname, value)];
}

/** The steps are drawn in the browser: nothing has to be asked of the server, and Back leaves the page. */
function show(pathname: string, scenario: string): void {
  window.history.replaceState(null, "", `${pathname}?${new URLSearchParams({ [PARAMETER]: scenario }).toString()}`);
}
