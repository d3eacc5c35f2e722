"use client";
import type { ReactNode } from "react";
import { PortalFrame } from "@/components/shell/portal-frame";
import { PortalProviders } from "@/components/shell/portal-providers";
import { newEntries } from "./new-entries";

export default function PortalLayout({ children }: { readonly children: ReactNode }) {
  return (
    <PortalProviders>
      <PortalFrame newEntries={newEntries}>{children}</PortalFrame>
    </PortalProviders>
  );
}
