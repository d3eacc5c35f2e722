import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BugError } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import { ArmErrorBody } from "@/lib/contract/arm-error";
import { BODY_BYTES_MAX } from "./read-body";
import { route } from "./route";
import { createArmRouter } from "./router";

const bugs: unknown[] = [];
const Body = z.object({
  properties: z.object({
    details: z.discriminatedUnion("instanceType", [z.object({ instanceType: z.literal("HyperVReplicaAzure") })]),
    count: z.number(),
  }),
});
const stem = "/things/{thing}";
const version = ["2023-06-01"];
const handle = createArmRouter({ random: { uuid: () => "activity-1" } } as unknown as OperationContext, {
  onBug: (error) => bugs.push(error),
  routes: [
    route({ method: "GET", path: stem, summary: "", apiVersions: version, handle: (c) => Response.json(c.params) }),
    route({
      method: "PUT",
      path: stem,
      summary: "",
      apiVersions: version,
      body: Body,
      handle: (c) => Response.json(c.body),
    }),
    route({
      method: "POST",
      path: `${stem}/act`,
      summary: "",
      apiVersions: version,
      body: z.object({ note: z.string().optional() }),
      bodyOptional: true,
      handle: (c) => Response.json({ got: c.body }),
    }),
    route({
      method: "GET",
      path: "/things/special",
      summary: "",
      apiVersions: [],
      handle: () => Response.json("literal"),
    }),
    route({ method: "GET", path: "/origin", summary: "", apiVersions: [], handle: (c) => Response.json(c.origin) }),
    route({
      method: "GET",
      path: "/bug",
      summary: "",
      apiVersions: [],
      handle() {
        throw new BugError("secret /home/path");
      },
    }),
    route({
      method: "GET",
      path: "/fault",
      summary: "",
      apiVersions: [],
      handle() {
        throw new Fault(
          { code: "StorageFull", message: "full", possibleCauses: "causes", recommendedAction: "cure" },
          { retryable: true },
        );
      },
    }),
  ],
});

const at = (path: string, init: RequestInit = {}) => handle(new Request(`http://127.0.0.1:3000${path}`, init));
const v = "?api-version=2023-06-01";
async function failure(response: Response) {
  const body = ArmErrorBody.parse(await response.json());
  expect(body.error.details[0]?.code).toBe(body.error.code);
  expect(body.error.details[0]?.possibleCauses).toBeTruthy();
  expect(body.error.details[0]?.recommendedAction).toBeTruthy();
  return { status: response.status, ...body.error };
}

describe("the router", () => {
  it("matches without regard to case, also a trailing slash and the parameter's name", async () => {
    expect(await (await at(`/THINGS/Ab%20c/?Api-Version=2023-06-01`)).json()).toEqual({ thing: "Ab c" });
  });

  it("links to the name by which it was asked, whatever stands in the URL", async () => {
    const request = new Request("http://localhost:3000/origin", { headers: { host: "127.0.0.1:3000" } });
    expect(await (await handle(request)).json()).toBe("http://127.0.0.1:3000");
  });

  it("prefers a literal address to a name", async () => {
    expect(await (await at("/things/special")).json()).toBe("literal");
  });

  it("says which versions it has when none or another is named", async () => {
    expect(await failure(await at("/things/a"))).toMatchObject({ status: 400, code: "MissingApiVersionParameter" });
    const unknown = await failure(await at("/things/a?api-version=1999-01-01"));
    expect(unknown).toMatchObject({ status: 400, code: "InvalidApiVersionParameter", target: "api-version" });
    expect(unknown.message).toContain("2023-06-01");
  });

  it.each(["%2e%2e%2fetc", "a%2Fb", "a%5Cb", "a%00b", "%E0%A4%A"])(
    "refuses the name %s, which hides a path or is no text",
    async (name) => {
      expect(await failure(await at(`/things/${name}${v}`))).toMatchObject({
        status: 400,
        code: "InvalidResourceName",
      });
    },
  );

  it("answers an address that does not exist in ARM form, also after dots were resolved", async () => {
    expect(await failure(await at("/nothing"))).toMatchObject({ status: 404, code: "InvalidResourceType" });
    expect((await at(`/things/../../etc/passwd${v}`)).status).toBe(404);
  });

  it("names the methods that exist when another is used", async () => {
    const response = await at(`/things/a${v}`, { method: "DELETE" });
    expect(response.headers.get("allow")).toBe("GET, HEAD, PUT");
    expect(await failure(response)).toMatchObject({ status: 405, code: "MethodNotAllowed" });
    expect((await at("/things/a", { method: "OPTIONS" })).status).toBe(405);
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const response = await at(`/things/a${v}`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it("echoes the client's ids, and never what does not look like one", async () => {
    const good = await at(`/things/a${v}`, { headers: { "x-ms-client-request-id": "abc-1" } });
    expect(good.headers.get("x-ms-client-request-id")).toBe("abc-1");
    expect(good.headers.get("x-ms-request-id")).toBe("activity-1");
    expect(good.headers.get("x-ms-correlation-request-id")).toBe("activity-1");
    const bad = await at(`/things/a${v}`, { headers: { "x-ms-client-request-id": "<script>" } });
    expect(bad.headers.get("x-ms-client-request-id")).toBeNull();
  });
});

describe("bodies", () => {
  const put = (body: BodyInit, headers: Record<string, string> = {}) =>
    at(`/things/a${v}`, { method: "PUT", body, headers });

  it("refuses what is not JSON, is empty, or is not text", async () => {
    for (const body of ["not json", "", '{"properties":', new Uint8Array([0xff, 0xfe])]) {
      expect(await failure(await put(body))).toMatchObject({ status: 400, code: "InvalidRequestContent" });
    }
  });

  it("names the property that is wrong by its dotted path", async () => {
    const body = { properties: { details: { instanceType: "HyperVReplicaAzure" }, count: "three" } };
    expect(await failure(await put(JSON.stringify(body)))).toMatchObject({ status: 400, target: "properties.count" });
  });

  it("says that a property type is unknown, and which one was sent", async () => {
    const body = { properties: { details: { instanceType: "Quantum" }, count: 1 } };
    const answer = await failure(await put(JSON.stringify(body)));
    expect(answer).toMatchObject({
      status: 400,
      code: "UnknownPropertyType",
      target: "properties.details.instanceType",
    });
    expect(answer.message).toContain("Quantum");
  });

  it("refuses a declared 100 MB without reading any of it", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({ pull: (c) => (pulled++, c.enqueue(new Uint8Array(65536))) });
    const init = { method: "PUT", body, duplex: "half", headers: { "content-length": "104857600" } } as RequestInit;
    expect(await failure(await at(`/things/a${v}`, init))).toMatchObject({
      status: 413,
      code: "RequestEntityTooLarge",
    });
    expect(pulled).toBeLessThanOrEqual(1);
  });

  it("stops reading an endless body of unknown length at the limit", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({ pull: (c) => (pulled++, c.enqueue(new Uint8Array(65536))) });
    const response = await at(`/things/a${v}`, { method: "PUT", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    expect(pulled * 65536).toBeLessThan(BODY_BYTES_MAX + 5 * 65536);
  });

  it("takes an action without a body where the body may be left out", async () => {
    expect(await (await at(`/things/a/act${v}`, { method: "POST" })).json()).toEqual({ got: {} });
  });
});

describe("what handlers throw", () => {
  it("turns a fault into an answer with cause and cure", async () => {
    expect(await failure(await at("/fault"))).toMatchObject({ status: 503, code: "StorageFull", message: "full" });
  });

  it("never shows a defect's own words, and reports it under the activity id of the answer", async () => {
    const answer = await failure(await at("/bug"));
    expect(answer).toMatchObject({ status: 500, code: "InternalError" });
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(answer.details[0]?.activityId).toBe("activity-1");
    expect(bugs).toHaveLength(1);
  });
});
