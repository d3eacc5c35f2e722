import { redirect } from "next/navigation";

/** A vault opens on Quick Start. */
export default async function VaultPage({ params }: { readonly params: Promise<{ readonly vault: string }> }) {
  const { vault } = await params;
  redirect(`/recovery-services/${vault}/quick-start`);
}
