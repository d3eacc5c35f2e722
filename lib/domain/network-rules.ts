import type { Explanation } from "@/lib/kernel/fault";

export interface NetworkProblem {
  readonly target: string;
  readonly explanation: Explanation;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The first thing that is wrong with a network's addresses: malformed, subnets outside it, or overlapping each other. */
export function networkProblem(
  addressSpace: string,
  subnets: readonly { readonly name: string; readonly addressPrefix: string }[],
): NetworkProblem | null {
  const space = parseCidr(addressSpace);
  if (!space) return malformed("properties.addressSpace.addressPrefixes", addressSpace);
  const taken: { name: string; range: Range }[] = [];
  for (const [index, subnet] of subnets.entries()) {
    const target = `properties.subnets.${index}`;
    const range = parseCidr(subnet.addressPrefix);
    if (!range) return malformed(`${target}.properties.addressPrefix`, subnet.addressPrefix);
    if (range.first < space.first || range.last > space.last) {
      return problem(
        `${target}.properties.addressPrefix`,
        `The subnet ${subnet.name} (${subnet.addressPrefix}) is not inside the address space ${addressSpace}.`,
        "A subnet is a part of its network's address space.",
      );
    }
    const same = taken.find((other) => other.name.toLowerCase() === subnet.name.toLowerCase());
    if (same) return problem(`${target}.name`, `Two subnets are named ${subnet.name}.`, "Names of subnets are unique.");
    const other = taken.find((candidate) => candidate.range.first <= range.last && range.first <= candidate.range.last);
    if (other) {
      return problem(
        `${target}.properties.addressPrefix`,
        `The subnets ${other.name} and ${subnet.name} overlap.`,
        "An address belongs to one subnet only.",
      );
    }
    taken.push({ name: subnet.name, range });
  }
  return null;
}

/** "10.1.0.0/16" as its first and last address; null when it is none, or has bits set behind the prefix. */
function parseCidr(text: string): Range | null {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!found) return null;
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = found.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32) return null;
  const first = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1 } : null;
}

function malformed(target: string, text: string): NetworkProblem {
  return problem(
    target,
    `${JSON.stringify(text.slice(0, 40))} is not an address range.`,
    "A range is written as address and prefix length, with no bits set behind the prefix, for example 10.1.0.0/16.",
  );
}

function problem(target: string, message: string, possibleCauses: string): NetworkProblem {
  return {
    target,
    explanation: { code: "InvalidAddressPrefix", message, possibleCauses, recommendedAction: "Correct the range." },
  };
}
