import { describe, expect, it } from "vitest";
import { Refusal } from "@/lib/kernel/fault";
import { readEnvironment } from "./environment";

const refusalOf = (source: Record<string, string>) => {
  try {
    readEnvironment(source, "/here");
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
};

describe("the environment", () => {
  it("has defaults, and places the home where the command was typed", () => {
    expect(readEnvironment({}, "/here")).toMatchObject({ home: "/here/.secondsite", port: 3000, tlsPort: 3443 });
    expect(readEnvironment({ SECONDSITE_HOME: "../there", PORT: "80" }, "/here")).toMatchObject({
      home: "/there",
      port: 80,
    });
  });

  it.each([
    [{ PORT: "abc" }, "PORT"],
    [{ PORT: "0" }, "PORT"],
    [{ TLS_PORT: "65536" }, "TLS_PORT"],
    [{ PORT: "3.5" }, "PORT"],
    [{ SECONDSITE_LOG_LEVEL: "loud" }, "SECONDSITE_LOG_LEVEL"],
    [{ SECONDSITE_HOME: "" }, "SECONDSITE_HOME"],
    [{ PORT: "4000", TLS_PORT: "4000" }, "TLS_PORT"],
  ])("%j is refused, naming the variable", (source, name) => {
    const refusal = refusalOf(source);
    expect(refusal?.code).toBe("EnvironmentNotValid");
    expect(refusal?.message).toContain(`${name}: `);
  });

  it("knows no way to listen elsewhere than on this machine", () => {
    const environment = readEnvironment({ HOST: "0.0.0.0", HOSTNAME: "0.0.0.0" }, "/here");
    expect(JSON.stringify(environment)).not.toContain("0.0.0.0");
  });
});
