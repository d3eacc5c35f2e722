import { describe, expect, it } from "vitest";
import { figureGroups, labelOf } from "./figures";

const hash = "a".repeat(64);

describe("the figures of a step", () => {
  const own = (details: Record<string, unknown>) => figureGroups(details)[0]?.figures;

  it("takes the unit from the name", () => {
    expect(own({ bytesWritten: 1024, lossSeconds: 90, firstLineMs: 1500, ordersOnReplica: 1234 })).toEqual([
      { label: "Bytes written", text: "1 KiB", copy: null },
      { label: "Loss", text: "1 min 30 s", copy: null },
      { label: "First line", text: "1.5 s", copy: null },
      { label: "Orders on replica", text: "1,234", copy: null },
    ]);
  });

  it("keeps the figures of each disk together, shortens a hash and copies it whole", () => {
    const disks = [
      { diskId: "d0", name: "os.vhd", root: hash, identical: true },
      { diskId: "d1", name: "data.vhd", root: hash, identical: false },
    ];
    const groups = figureGroups({ machine: "sql-test", disks });
    expect(groups.map((group) => group.title)).toEqual([null, "os.vhd", "data.vhd"]);
    expect(groups[1]?.figures).toEqual([
      { label: "Root", text: "aaaaaaaaaaaa…", copy: hash },
      { label: "Identical", text: "yes", copy: null },
    ]);
    expect(groups[2]?.figures.at(-1)?.text).toBe("no");
  });

  it("says none for an empty list, which is a proof, and nothing for what is not known", () => {
    expect(own({ remainingResources: [], unknown: null })).toEqual([
      { label: "Remaining resources", text: "none", copy: null },
    ]);
    expect(figureGroups({})).toEqual([]);
    expect(labelOf("seconds")).toBe("Seconds");
  });
});
