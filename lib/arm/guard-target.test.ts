import { describe, expect, it } from "vitest";
import type { Refusal } from "@/lib/kernel/fault";
import { guardTarget } from "./guard-target";

const codeOf = (method: string, target: string) => {
  try {
    guardTarget(method, target);
    return "allowed";
  } catch (error) {
    return (error as Refusal).code;
  }
};

describe("the address of a request", () => {
  it.each([
    "/",
    "/subscriptions/a/resourceGroups/b?api-version=2023-06-01&x=../..",
    "/subscriptions/a/",
    "/_next/static/chunks/a%20b.js",
    "/vaults/%252e%252e",
    "/vaults/..a/a..",
  ])("%s is let in", (target) => expect(codeOf("GET", target)).toBe("allowed"));

  it.each([
    "/vaults/../keys",
    "/vaults/%2e%2E/keys",
    "/vaults/.%2e",
    "/vaults/./a",
    "/..",
    "/a\\..\\b",
    "//evil.example/vaults",
    "http://evil.example/vaults",
    "*",
    "",
    "/vaults/%zz",
    "/vaults/%E0%A4%A",
    "/vaults/%c0%ae",
  ])("%j is refused: it means another one, or none", (target) =>
    expect(codeOf("PUT", target)).toBe("InvalidRequestAddress"),
  );

  it.each(["TRACE", "CONNECT", "PROPFIND", ""])("the method %j is refused", (method) =>
    expect(codeOf(method, "/vaults")).toBe("MethodNotSupported"),
  );
});
