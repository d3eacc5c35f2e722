"use client";
import { Moon, Sun, SunMoon } from "lucide-react";
import { useEffect } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { useThemeStore, type Theme } from "@/lib/client/stores/theme-store";

const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const names: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };
const icons: Record<Theme, typeof Sun> = { system: SunMoon, light: Sun, dark: Moon };

export function ThemeToggle() {
  const { theme, choose, load } = useThemeStore();
  useEffect(load, [load]);
  const Icon = icons[theme];
  return (
    <IconButton
      label={`Colours: ${names[theme]}. Change to ${names[next[theme]]}`}
      icon={<Icon />}
      onPress={() => choose(next[theme])}
      className="hover:bg-frame-raised"
    />
  );
}
