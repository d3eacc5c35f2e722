import { expect, it } from "vitest";
import { GuestSerialFollower, parseGuestLine } from "./ledger-serial";

it("reads every line that the guest writes", () => {
  expect(
    parseGuestLine("SECONDSITE-GUEST host=CONTOSO-SQL boot=3 ledger=ok orders=2 last=2026-11-22T18:00:00"),
  ).toEqual({
    kind: "boot",
    hostName: "CONTOSO-SQL",
    startNumber: 3,
    verdict: "ok",
    damagedAt: null,
    orders: 2,
    lastAt: "2026-11-22T18:00:00",
  });
  expect(parseGuestLine("SECONDSITE-GUEST host=A boot=1 ledger=damaged at=1 orders=0 last=none")).toMatchObject({
    verdict: "damaged",
    damagedAt: 1,
    lastAt: null,
  });
  expect(parseGuestLine("ORDER 124 2026-11-22T18:00:01 14990")).toEqual({
    kind: "order",
    sequence: 124,
    at: "2026-11-22T18:00:01",
    amountCents: 14990,
  });
  expect(parseGuestLine("DISK-ERROR code=0C order=6")).toEqual({ kind: "diskError", code: 12, order: 6 });
  expect(parseGuestLine("LEDGER-FULL orders=16")).toEqual({ kind: "full", orders: 16 });
});

it("takes nothing for an order that is not one", () => {
  for (const line of [
    "",
    "ORDER",
    "ORDER x 2026-11-22T18:00:01 1",
    "ORDER 1 2026-11-22T18:00:01",
    "Booting from Hard Disk...",
  ]) {
    expect(parseGuestLine(line)).toBeNull();
  }
});

it("follows the port in pieces of any size and counts only whole lines", () => {
  const follower = new GuestSerialFollower();
  const text =
    "SeaBIOS\r\nSECONDSITE-GUEST host=A boot=2 ledger=ok orders=5 last=2026-11-22T18:00:00\r\nORDER 6 2026-11-22T18:00:01 99\r\n";
  for (const character of text) follower.push(character);
  expect(follower.orders).toEqual({ count: 6, lastAt: "2026-11-22T18:00:01", verdict: "ok" });
  follower.push("ORDER 7 2026-11-22T18:00:02 9");
  expect(follower.orders?.count).toBe(6);
  follower.push("9\r\nDISK-ERROR code=0C order=8\r\n");
  expect(follower.orders?.count).toBe(7);
  expect(follower.problem).toMatch(/order 8/);
});
