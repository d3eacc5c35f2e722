import { execFileSync } from "node:child_process";
import fs from "node:fs";
import type { Extent } from "@/lib/engine/disk/disk";

/** Of the list: some three million extents. Whoever has more reads the holes too. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * lseek(2) with SEEK_DATA and SEEK_HOLE, which Node does not offer and Perl, a part of every Debian, does. The file is its
 * standard input, so that it looks at the very file that is open here; the position that it moves is used by nobody.
 */
const PROGRAM = `
my $at = 0;
while (defined(my $data = sysseek(STDIN, $at, 3))) {
  my $hole = sysseek(STDIN, $data, 4);
  exit 1 unless defined $hole;
  printf "%d %d\\n", $data, $hole;
  $at = $hole;
}
exit($!{ENXIO} ? 0 : 1);
`;

/**
 * The parts of an open file that are not holes; null when the file has none, or when nobody can tell (no Perl, a file system
 * without holes): everything has to be read then. Linux.
 */
export function dataExtentsOf(fd: number): Extent[] | null {
  const { size, blocks } = fs.fstatSync(fd);
  if (blocks * 512 >= size) return null;
  let output: string;
  try {
    output = execFileSync("perl", ["-MErrno", "-e", PROGRAM], {
      stdio: [fd, "pipe", "ignore"],
      encoding: "latin1",
      maxBuffer: OUTPUT_BYTES_MAX,
    });
  } catch {
    // Not known is an answer: the caller reads the holes.
    return null;
  }
  return parseExtents(output);
}

function parseExtents(output: string): Extent[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [data, hole] = line.split(" ").map(Number);
      return { offsetBytes: data ?? 0, lengthBytes: (hole ?? 0) - (data ?? 0) };
    });
}
