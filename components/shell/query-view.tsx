"use client";
import type { UseQueryResult } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Loading } from "@/components/ui/loading";
import { ErrorBar } from "@/components/ui/message-bar";
import { toArmError } from "@/lib/client/arm-error";

/** What a query found; while it is on its way, that; and when it failed, why. Old data stays on screen beside the error. */
export function QueryView<T>(props: {
  readonly query: UseQueryResult<T>;
  /** In words: "the vaults". */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}) {
  const { query, what, children } = props;
  if (query.isPending) return <Loading what={what} />;
  return (
    <>
      {query.error ? (
        <ErrorBar
          error={toArmError(query.error)}
          actions={
            <Button size="small" icon={<RotateCw />} onPress={() => void query.refetch()}>
              Try again
            </Button>
          }
        />
      ) : null}
      {query.data === undefined ? null : children(query.data)}
    </>
  );
}
