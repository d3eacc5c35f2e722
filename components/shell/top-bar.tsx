"use client";
import { Menu } from "lucide-react";
import { Link } from "react-aria-components/Link";
import { IconButton } from "@/components/ui/icon-button";
import { pages } from "@/lib/client/paths";
import { useShellStore } from "@/lib/client/stores/shell-store";
import { LiveIndicator } from "./live-indicator";
import { Logo } from "./logo";
import { ThemeToggle } from "./theme-toggle";

export function TopBar() {
  const openServiceBar = useShellStore((state) => state.openServiceBar);
  return (
    <header className="on-frame flex h-12 items-center gap-2 border-b border-frame-line bg-frame px-3 text-frame-ink">
      <IconButton
        label="Services"
        icon={<Menu />}
        onPress={() => openServiceBar(true)}
        className="hover:bg-frame-raised md:hidden"
      />
      <Link
        href={pages.vaults()}
        className="flex items-center gap-2.5 rounded px-1 text-[1.0625rem] font-semibold tracking-tight"
      >
        <Logo className="size-6" />
        Secondsite
      </Link>
      <span className="flex-1" />
      <LiveIndicator />
      <ThemeToggle />
    </header>
  );
}
