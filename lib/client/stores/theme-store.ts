import { create } from "zustand";

export type Theme = "system" | "light" | "dark";
export const THEME_KEY = "secondsite.theme";

interface ThemeState {
  readonly theme: Theme;
  readonly choose: (theme: Theme) => void;
  /** Reads what this browser chose earlier; the markup was already dressed by the script in the document's head. */
  readonly load: () => void;
}

const dress = (theme: Theme) => {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
};

export const useThemeStore = create<ThemeState>()((set) => ({
  theme: "system",
  choose: (theme) => {
    localStorage.setItem(THEME_KEY, theme);
    dress(theme);
    set({ theme });
  },
  load: () => {
    const stored = localStorage.getItem(THEME_KEY);
    const theme = stored === "light" || stored === "dark" ? stored : "system";
    dress(theme);
    set({ theme });
  },
}));
