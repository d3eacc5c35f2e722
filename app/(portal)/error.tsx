"use client";
import { RotateCw } from "lucide-react";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";
import { Button } from "@/components/ui/button";
import { MessageBar } from "@/components/ui/message-bar";

/** A fault in a page. The frame stays, so that every other page can still be reached. */
export default function PageError({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <>
      <PageTitle>Error</PageTitle>
      <PageHeader title="This page has failed" />
      <PageBody>
        <MessageBar
          tone="error"
          title={error.message || "The page could not be drawn."}
          possibleCauses="A fault in this page. Nothing on the server was changed by it."
          recommendedAction="Try again. If it stays, reload the page."
          actions={
            <Button size="small" icon={<RotateCw />} onPress={reset}>
              Try again
            </Button>
          }
        />
      </PageBody>
    </>
  );
}
