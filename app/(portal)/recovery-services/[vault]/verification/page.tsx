"use client";
import { VerificationPanel } from "@/components/features/verification/verification-panel";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function VerificationPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Verification`}</PageTitle>
      <VerificationPanel vaultName={vaultName} />
    </PageBody>
  );
}
