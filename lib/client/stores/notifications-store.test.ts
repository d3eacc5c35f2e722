import { beforeEach, describe, expect, it } from "vitest";
import { useNotificationsStore } from "./notifications-store";

const store = useNotificationsStore;
const put = (change: Parameters<ReturnType<typeof store.getState>["put"]>[0]) => store.getState().put(change);

describe("notifications", () => {
  beforeEach(() => store.setState({ items: [], announcement: "" }));

  it("are one for a job, whether the page or a live event tells of it", () => {
    put({ id: "operation-1", jobId: "j1", title: "Create vault", subject: "contoso", state: "running" });
    put({ id: "j1", jobId: "j1", state: "succeeded" });
    expect(store.getState().items).toMatchObject([{ id: "operation-1", state: "succeeded", title: "Create vault" }]);
  });

  it("do not come back to life by a late report, but do by a restart after a failure", () => {
    put({ id: "a", state: "succeeded" });
    put({ id: "a", state: "running" });
    put({ id: "b", state: "failed" });
    put({ id: "b", state: "running" });
    expect(store.getState().items.map(({ id, state }) => `${id} ${state}`)).toEqual(["b running", "a succeeded"]);
  });

  it("move to the front and are announced when their state changes, not when they progress", () => {
    put({ id: "a", title: "Test failover", subject: "web01", state: "running" });
    put({ id: "b", title: "Test failover", subject: "db01", state: "running" });
    put({ id: "a", progress: { bytesDone: 1, bytesTotal: 2 } });
    expect(store.getState().items.map((one) => one.id)).toEqual(["b", "a"]);
    expect(store.getState().announcement).toBe("Test failover db01: in progress");
    put({ id: "a", state: "failed" });
    expect(store.getState().items[0]).toMatchObject({ id: "a", progress: { bytesDone: 1 } });
    expect(store.getState().announcement).toBe("Test failover web01: failed");
  });
});

describe("an error in a notification", () => {
  it("keeps its causes and cure when a live event repeats only its message", () => {
    store.setState({ items: [], announcement: "" });
    const error = { code: "X", message: "No.", possibleCauses: "A.", recommendedAction: "B.", target: null, status: 0 };
    put({ id: "a", state: "failed", error });
    put({ id: "a", state: "failed", error: { message: "No." } });
    expect(store.getState().items[0]?.error).toMatchObject({ possibleCauses: "A." });
    put({ id: "a", state: "running", error: null });
    expect(store.getState().items[0]?.error).toBeNull();
  });
});
