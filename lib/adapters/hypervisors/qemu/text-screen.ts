const COLUMNS = 80;
const ROWS = 25;

/** The monitor command that prints the text screen's memory. */
export const READ_TEXT_SCREEN = `xp /${COLUMNS * ROWS}xh 0xb8000`;

/** Rows of the 80 x 25 text screen from what the command printed; unprintable characters become dots. */
export function parseTextScreen(printed: string): string[] {
  const cells = [...printed.matchAll(/ 0x([0-9a-f]{4})/g)].map((match) => parseInt(match[1] ?? "0", 16) & 0xff);
  const rows = [];
  for (let row = 0; row < ROWS; row++) {
    const characters = cells.slice(row * COLUMNS, (row + 1) * COLUMNS).map(characterOf);
    rows.push(characters.join("").padEnd(COLUMNS));
  }
  return rows;
}

function characterOf(code: number): string {
  if (code === 0) return " ";
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : (CODE_PAGE_437[code] ?? ".");
}

/** What the Contoso guest and boot menus draw frames with. */
const CODE_PAGE_437: Readonly<Record<number, string>> = {
  0xb3: "│",
  0xba: "║",
  0xbb: "╗",
  0xbc: "╝",
  0xbf: "┐",
  0xc0: "└",
  0xc4: "─",
  0xc8: "╚",
  0xc9: "╔",
  0xcd: "═",
  0xd9: "┘",
  0xda: "┌",
  0xdb: "█",
};
