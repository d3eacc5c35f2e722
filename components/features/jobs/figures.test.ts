import { describe, expect, it } from "vitest";
import { figuresOf, labelOf } from "./figures";

const hash = "a".repeat(64);

describe("the figures of a step", () => {
  it("takes the unit from the name", () => {
    expect(figuresOf({ bytesWritten: 1024, lossSeconds: 90, firstLineMs: 1500, ordersOnReplica: 1234 })).toEqual([
      { label: "Bytes written", text: "1 KiB", copy: null },
      { label: "Loss", text: "1 min 30 s", copy: null },
      { label: "First line", text: "1.5 s", copy: null },
      { label: "Orders on replica", text: "1,234", copy: null },
    ]);
  });

  it("shortens a hash but copies it whole, and says which disk it belongs to", () => {
    const [root, same] = figuresOf({ disks: [{ name: "os.vhd", root: hash, identical: true }] });
    expect(root).toEqual({ label: "os.vhd, root", text: "aaaaaaaaaaaa…", copy: hash });
    expect(same?.text).toBe("yes");
  });

  it("says none for an empty list, which is a proof, and nothing for what is not known", () => {
    expect(figuresOf({ remainingResources: [], unknown: null })).toEqual([
      { label: "Remaining resources", text: "none", copy: null },
    ]);
    expect(figuresOf(null)).toEqual([]);
    expect(labelOf("seconds")).toBe("Seconds");
  });
});
