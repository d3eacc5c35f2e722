"use client";
import type { ReactNode } from "react";
import { AccountFrame } from "@/components/features/automation/account-frame";
import { useRouteName } from "@/components/shell/use-route-name";

export default function AutomationAccountLayout({ children }: { readonly children: ReactNode }) {
  return <AccountFrame account={useRouteName("account")}>{children}</AccountFrame>;
}
