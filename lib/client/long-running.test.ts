import { afterEach, describe, expect, it, vi } from "vitest";
import { ArmError } from "./arm-error";
import { followOperation, startOperation } from "./long-running";

type Answer = () => Response | Promise<Response>;

function serve(...answers: readonly Answer[]) {
  const asked: string[] = [];
  let next = 0;
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    if (!answer) throw new Error("no answer planned");
    return answer();
  });
  return asked;
}

const jobPath =
  "/Subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/Contoso/replicationJobs/j1";
const accepted = () =>
  new Response(null, {
    status: 202,
    headers: { "Azure-AsyncOperation": `https://127.0.0.1:3443${jobPath}?api-version=2026-11-01`, "Retry-After": "1" },
  });
const status = (body: unknown) => () => Response.json(body, { headers: { "retry-after": "0" } });
const failed = {
  status: "Failed",
  error: { code: "X", message: "x" },
  properties: {
    state: "Failed",
    errors: [
      {
        serviceErrorDetails: {
          code: "DiskFull",
          message: "The vault's folder is full.",
          possibleCauses: "No space.",
          recommendedAction: "Make room.",
        },
      },
    ],
  },
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a long-running operation", () => {
  it("is followed on the page's own origin and in its own version, whichever door and version its header names", async () => {
    const asked = serve(accepted, status({ status: "Succeeded" }));
    const started = await startOperation("PUT", "/x", {});
    expect(started).toMatchObject({ jobId: "j1", vaultName: "Contoso" });
    expect(await followOperation(started)).toEqual({ state: "succeeded", error: null });
    expect(asked[1]).toBe(`${jobPath}?api-version=2023-06-01`);
  });

  it("goes on being followed while the server restarts", async () => {
    vi.useFakeTimers();
    const away = () => Promise.reject(new TypeError("fetch failed"));
    const starting = () =>
      Response.json({ error: { code: "ServiceUnavailable", message: "Starting." } }, { status: 503 });
    serve(accepted, away, starting, status({ status: "InProgress" }), status({ status: "Succeeded" }));
    const ended = startOperation("POST", "/x").then((started) => followOperation(started));
    await vi.runAllTimersAsync();
    expect((await ended).state).toBe("succeeded");
  });

  it("reports the cause and the cure that the job recorded", async () => {
    serve(accepted, status(failed));
    const ended = await followOperation(await startOperation("POST", "/x"));
    expect(ended.state).toBe("failed");
    expect(ended.error).toMatchObject({ code: "DiskFull", recommendedAction: "Make room." });
  });

  it("tells that a job waits for somebody, and waits with it", async () => {
    vi.useFakeTimers();
    serve(accepted, status({ status: "Suspended" }), status({ status: "Cancelled" }));
    const states: string[] = [];
    const ended = startOperation("POST", "/x").then((started) =>
      followOperation(started, { onState: (state) => states.push(state) }),
    );
    await vi.runAllTimersAsync();
    expect((await ended).state).toBe("cancelled");
    expect(states).toEqual(["suspended", "cancelled"]);
  });

  it("that is finished at once needs no following", async () => {
    serve(() => Response.json({ id: "/x" }));
    const started = await startOperation("PUT", "/x", {});
    expect(started.statusPath).toBeNull();
    expect((await followOperation(started)).state).toBe("succeeded");
  });

  it("that is refused throws the error with its target, causes and cure", async () => {
    const detail = {
      code: "InvalidVaultName",
      message: "No.",
      possibleCauses: "A space.",
      recommendedAction: "Remove it.",
    };
    const body = { error: { code: "InvalidVaultName", message: "No.", target: "vaultName", details: [detail] } };
    serve(() => Response.json(body, { status: 400 }));
    const refusal = await startOperation("PUT", "/x", {}).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ArmError);
    expect(refusal).toMatchObject({ status: 400, target: "vaultName", possibleCauses: "A space." });
  });

  it("that is answered with something else than JSON says so", async () => {
    serve(() => new Response("<html>", { status: 200 }));
    const problem = await startOperation("PUT", "/x", {}).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: "UnexpectedAnswer" });
  });
});
