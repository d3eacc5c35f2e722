import { redirect } from "next/navigation";
import { pages } from "@/lib/client/paths";

export default async function AutomationAccountPage({ params }: { readonly params: Promise<{ account: string }> }) {
  redirect(pages.automationTab(decodeURIComponent((await params).account), "runbooks"));
}
