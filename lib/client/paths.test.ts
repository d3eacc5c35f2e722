import { describe, expect, it } from "vitest";
import { api, nameInId, pages, resourceIds, vaultResourceId } from "./paths";

/** Every address that the browser can ask for, with names that must not break out of their segment. */
const samples: Record<string, readonly string[]> = {
  ofId: ["/Subscriptions/s/resourceGroups/g/x/y", "2023-06-01", "testFailover"],
  jobs: ["v/../w", "status eq 'Failed' & x"],
};
const names = ["v/../w", "name with space", "ünï?code#1"];

function addresses(builders: Readonly<Record<string, (...parts: never[]) => string>>): Record<string, string> {
  const entries = Object.entries(builders).map(([name, build]) => {
    const parts = samples[name] ?? names.slice(0, build.length);
    return [name, build(...(parts as never[]))] as const;
  });
  return Object.fromEntries(entries);
}

describe("addresses", () => {
  it("of the API are these", () => {
    expect(addresses(api)).toMatchSnapshot();
  });

  it("of the pages are these", () => {
    expect(addresses(pages)).toMatchSnapshot();
  });

  it("never let a name leave its segment", () => {
    for (const address of [...Object.values(addresses(api)), ...Object.values(addresses(pages))]) {
      expect(address).not.toContain("..".concat("/"));
      expect(address).not.toContain(" ");
    }
  });

  it("of resources can be read back, whatever case the service wrote the type in", () => {
    expect(nameInId(vaultResourceId("a b"), "VAULTS")).toBe("a b");
    expect(nameInId(resourceIds.policy("v", "p"), "replicationPolicies")).toBe("p");
    expect(nameInId("/Subscriptions/1/resourceGroups/g", "vaults")).toBeNull();
  });
});
