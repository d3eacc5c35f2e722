import { describe, expect, it } from "vitest";
import { Refusal } from "@/lib/kernel/fault";
import { readContainerChoice } from "./azure-storage";

const accountKey = `${"A".repeat(86)}==`;

describe("a connection to Azure Storage", () => {
  it("is read from what Azure's portal gives to copy", () => {
    const connectionString = `DefaultEndpointsProtocol=https;AccountName=contoso1;AccountKey=${accountKey};EndpointSuffix=core.windows.net`;
    expect(readContainerChoice({ connectionString })).toEqual({
      ...{ endpoint: "https://contoso1.blob.core.windows.net", accountName: "contoso1" },
      ...{ accountKey, container: "secondsite" },
    });
  });

  it("goes to a sovereign cloud, to an endpoint of one's own, and over plain http to this machine only", () => {
    const parts = { accountName: "contoso1", accountKey };
    const china = `AccountName=contoso1;AccountKey=${accountKey};EndpointSuffix=core.chinacloudapi.cn`;
    expect(readContainerChoice({ connectionString: china }).endpoint).toBe(
      "https://contoso1.blob.core.chinacloudapi.cn",
    );
    const here = "http://127.0.0.1:10000/devstoreaccount1";
    expect(readContainerChoice({ ...parts, endpoint: `${here}/` }).endpoint).toBe(here);
    for (const endpoint of ["http://contoso1.blob.core.windows.net", "ftp://x", "nonsense", "file:///etc/passwd"]) {
      expect(() => readContainerChoice({ ...parts, endpoint }), endpoint).toThrow(/not one of https/);
    }
  });

  it.each([
    ["no key", { accountName: "contoso1" }],
    ["half a key", { accountName: "contoso1", accountKey: accountKey.slice(4) }],
    ["no name", { accountKey }],
    [
      "a signature",
      { connectionString: "BlobEndpoint=https://x.blob.core.windows.net;SharedAccessSignature=sv=secret" },
    ],
    ["something else", { connectionString: "hunter2secret" }],
    ["a bad container", { accountName: "contoso1", accountKey, container: "a--secret" }],
  ])("is refused with %s, without repeating what was entered", (_, input) => {
    const refusal = (() => {
      try {
        return readContainerChoice(input);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(Refusal);
    expect(JSON.stringify((refusal as Refusal).explanation)).not.toMatch(/secret|AAAA/);
  });
});
