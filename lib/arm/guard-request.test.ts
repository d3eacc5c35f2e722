import { describe, expect, it } from "vitest";
import type { Refusal } from "@/lib/kernel/fault";
import { guardRequest } from "./guard-request";

const policy = { ports: [3000, 3443] };
const codeOf = (headers: Record<string, string>) => {
  try {
    guardRequest(new Headers(headers), policy);
    return "allowed";
  } catch (error) {
    return (error as Refusal).code;
  }
};

describe("the guard of both doors", () => {
  it.each(["127.0.0.1:3000", "localhost:3443", "[::1]:3000", "LOCALHOST:3000"])("lets the host %s in", (host) => {
    expect(codeOf({ host })).toBe("allowed");
  });

  it.each(["evil.example:3000", "127.0.0.1.nip.io:3000", "localhost:3001", "localhost", "192.168.1.5:3000", ""])(
    "refuses the host %j: a name of somebody else may lead here",
    (host) => {
      expect(codeOf({ host })).toBe("ForeignHost");
    },
  );

  it("refuses a request without a host", () => {
    expect(codeOf({})).toBe("ForeignHost");
  });

  it.each(["http://evil.example", "null", "http://localhost:8080", "file://", "http://localhost:3000.evil.example"])(
    "refuses the origin %s",
    (origin) => {
      expect(codeOf({ host: "localhost:3000", origin })).toBe("ForeignOrigin");
    },
  );

  it("lets the portal's own pages in, from either door", () => {
    expect(codeOf({ host: "127.0.0.1:3443", origin: "http://127.0.0.1:3000" })).toBe("allowed");
  });

  it("refuses what another site's page loads without an Origin, but lets a link be followed", () => {
    const host = "localhost:3000";
    expect(codeOf({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).toBe("ForeignOrigin");
    expect(codeOf({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBe("allowed");
  });
});
