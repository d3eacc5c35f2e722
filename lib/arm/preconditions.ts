import { Refusal } from "@/lib/kernel/fault";

/** True when a PUT may make the resource but not touch one that exists (If-None-Match: *). */
export function onlyNew(call: { readonly headers: Headers }): boolean {
  return call.headers.get("if-none-match") === "*";
}

/** @throws Refusal conflict (`NameTaken`) when the caller wanted a new one */
export function refuseWhenNotNew(
  call: { readonly headers: Headers },
  what: string,
  name: string,
  target: string,
): void {
  if (!onlyNew(call)) return;
  throw new Refusal(
    "conflict",
    {
      code: "NameTaken",
      message: `A ${what} named ${name} already exists here.`,
      possibleCauses: "Somebody created it before; names differ by more than upper and lower case.",
      recommendedAction: "Choose another name, or use the one that exists.",
    },
    target,
  );
}
