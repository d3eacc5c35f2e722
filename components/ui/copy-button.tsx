"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button";
import { IconButton } from "./icon-button";

/** Copies a text to the clipboard and says that it did. Where the browser forbids it, says that instead. */
function useCopy(text: string) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  };
  const spoken = { idle: "", copied: "Copied", refused: "The browser refused; select the text and copy it" }[state];
  return { state, copy, spoken };
}

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  const { state, copy, spoken } = useCopy(text);
  return (
    <>
      <Button size="small" icon={state === "copied" ? <Check /> : <Copy />} onPress={copy}>
        {label}
      </Button>
      <span role="status" className={state === "refused" ? "text-[0.8125rem] text-bad" : "sr-only"}>
        {spoken}
      </span>
    </>
  );
}

/** The small form, beside a hash or a name. */
export function CopyIconButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { state, copy, spoken } = useCopy(text);
  return (
    <>
      <IconButton label={label} icon={state === "copied" ? <Check /> : <Copy />} onPress={copy} className="size-6" />
      <span role="status" className={state === "refused" ? "text-[0.8125rem] text-bad" : "sr-only"}>
        {spoken}
      </span>
    </>
  );
}
