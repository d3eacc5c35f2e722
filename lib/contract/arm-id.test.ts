import { describe, expect, it } from "vitest";
import { nameInArmId, parseArmId, providerArmId, siteRecoveryArmId, vaultArmId } from "./arm-id";

const vault = { subscriptionId: "s-1", resourceGroup: "contoso", name: "My-Vault" };

describe("ARM ids", () => {
  it("are written with a small letter for the vault and a capital one below it, as the service does", () => {
    const id = "/subscriptions/s-1/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/My-Vault";
    expect(vaultArmId(vault)).toBe(id);
    const child = siteRecoveryArmId(vault, "replicationFabrics", "branch");
    expect(child).toBe(`/Subscriptions${id.slice("/subscriptions".length)}/replicationFabrics/branch`);
  });

  it("are read back whatever their case, names encoded or not", () => {
    const id = providerArmId(vault, "Microsoft.Storage", "storageAccounts", "a b/c");
    expect(parseArmId(id.toUpperCase())?.parts[0]?.type).toBe("STORAGEACCOUNTS");
    expect(nameInArmId(id, "STORAGEACCOUNTS")).toBe("a b/c");
    expect(nameInArmId(siteRecoveryArmId(vault, "replicationPolicies", "p"), "replicationPolicies")).toBe("p");
    expect(parseArmId(vaultArmId(vault))).toEqual({
      subscriptionId: "s-1",
      resourceGroup: "contoso",
      provider: "Microsoft.RecoveryServices",
      parts: [{ type: "vaults", name: "My-Vault" }],
    });
  });

  it.each([
    "",
    "/",
    "policy",
    "/subscriptions/s",
    "/a/s/b/g/c/p/t/n",
    "/subscriptions/s/resourceGroups/g/providers/p/t/%E0%A4%A",
    "/subscriptions//resourceGroups/g/providers/p/t/n",
  ])("are not seen in %j", (text) => {
    expect(parseArmId(text)).toBeNull();
  });
});
