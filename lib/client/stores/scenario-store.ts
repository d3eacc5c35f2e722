import { create } from "zustand";

export const SCENARIOS_KEY = "secondsite.scenarios";

type Scenarios = Readonly<Record<string, string>>;

/** The scenario that Quick Start showed last in this browser, by vault: the page is found again as it was left. */
interface ScenarioState {
  /** Null: not read yet. */
  readonly shown: Scenarios | null;
  readonly remember: (vault: string, scenario: string) => void;
  readonly load: () => void;
}

export const useScenarioStore = create<ScenarioState>()((set) => ({
  shown: null,
  remember: (vault, scenario) => {
    // Another tab may have written meanwhile.
    const shown = { ...read(), [vault.toLowerCase()]: scenario };
    localStorage.setItem(SCENARIOS_KEY, JSON.stringify(shown));
    set({ shown });
  },
  load: () => set({ shown: read() }),
}));

/** What cannot be read is as good as nothing: the page then begins with its first scenario. */
function read(): Scenarios {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SCENARIOS_KEY) ?? "{}");
    return isScenarios(stored) ? stored : {};
  } catch {
    return {};
  }
}

const isScenarios = (value: unknown): value is Scenarios =>
  typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
