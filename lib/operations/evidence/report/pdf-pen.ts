import type { PDFFont, PDFPage, PDFRef } from "@cantoo/pdf-lib";
import { plainPng } from "./plain-png";

const [WIDTH, HEIGHT] = [595.28, 841.89]; // A4 in points.
const MARGIN = 48;
const INNER = WIDTH - 2 * MARGIN;
const LINE = 1.32;
const CELL_PADDING = 4;
const CELL_SIZE = 8;
const CELL_LINES_MAX = Math.floor((HEIGHT - 2 * MARGIN - 2 * CELL_PADDING) / (CELL_SIZE * LINE));
const PICTURE_HEIGHT_MAX = 230;

/** Writes down a page and on to the next; what does not fit into a line is broken, also inside a word. */
export async function pdfPen(about: { readonly title: string; readonly subject: string; readonly at: Date }) {
  const lib = await import("@cantoo/pdf-lib");
  const { PDFDocument, StandardFonts, rgb } = lib;
  const document = await PDFDocument.create({ updateMetadata: false });
  const plain = await document.embedFont(StandardFonts.Helvetica);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const fit = fitterOf(plain);
  document.setTitle(fit(about.title));
  document.setSubject(about.subject);
  document.setProducer("Secondsite");
  document.setCreationDate(about.at);
  document.setModificationDate(about.at);
  const ink = rgb(0.11, 0.15, 0.19);
  const soft = rgb(0.35, 0.4, 0.46);
  const line = rgb(0.84, 0.86, 0.89);
  const colours = { Succeeded: rgb(0.09, 0.42, 0.23), Failed: rgb(0.64, 0.09, 0.13) };

  let page: PDFPage = document.addPage([WIDTH, HEIGHT]);
  let y = HEIGHT - MARGIN;
  const newPage = (): void => {
    page = document.addPage([WIDTH, HEIGHT]);
    y = HEIGHT - MARGIN;
  };
  const need = (height: number): void => {
    if (y - height < MARGIN) newPage();
  };

  function write(text: string, look: { font: PDFFont; size: number; color?: typeof ink; after?: number }): void {
    const { font, size, color = ink, after = 0 } = look;
    for (const piece of linesOf(fit(text), font, size, INNER)) {
      need(size * LINE);
      page.drawText(piece, { x: MARGIN, y: y - size, size, font, color });
      y -= size * LINE;
    }
    y -= after;
  }

  /** One that is longer than a page goes on on the next. */
  function row(cells: readonly string[], widths: readonly number[], font: PDFFont): void {
    const columns = cells.map((cell, index) => {
      const width = (INNER * (widths[index] ?? 10)) / 100 - 2 * CELL_PADDING;
      return linesOf(fit(cell), font, CELL_SIZE, width);
    });
    const lines = Math.max(1, ...columns.map((pieces) => pieces.length));
    for (let from = 0; from < lines; from += CELL_LINES_MAX) {
      const part = columns.map((pieces) => pieces.slice(from, from + CELL_LINES_MAX));
      drawRow(part, widths, font);
    }
  }

  function drawRow(columns: readonly (readonly string[])[], widths: readonly number[], font: PDFFont): void {
    const height = Math.max(1, ...columns.map((pieces) => pieces.length)) * CELL_SIZE * LINE + 2 * CELL_PADDING;
    need(height);
    let x = MARGIN;
    for (const [index, pieces] of columns.entries()) {
      for (const [number, piece] of pieces.entries()) {
        const baseline = y - CELL_PADDING - CELL_SIZE - number * CELL_SIZE * LINE;
        page.drawText(piece, { x: x + CELL_PADDING, y: baseline, size: CELL_SIZE, font, color: ink });
      }
      x += (INNER * (widths[index] ?? 10)) / 100;
    }
    y -= height;
    page.drawLine({ start: { x: MARGIN, y }, end: { x: MARGIN + INNER, y }, thickness: 0.5, color: line });
  }

  /** Plain pictures go in as they are: decoding and deflating fifty screens anew would hold up the server for seconds. */
  async function embed(png: Uint8Array): Promise<{ ref: PDFRef; width: number; height: number }> {
    const plain = plainPng(png);
    if (plain === null) {
      const image = await document.embedPng(png);
      return { ref: image.ref, width: image.width, height: image.height };
    }
    const { width, height, deflated } = plain;
    const dictionary = document.context.obj({
      ...{ Type: "XObject", Subtype: "Image", Width: width, Height: height },
      ...{ ColorSpace: "DeviceRGB", BitsPerComponent: 8, Filter: "FlateDecode" },
      DecodeParms: { Predictor: 15, Colors: 3, BitsPerComponent: 8, Columns: width },
    });
    return { ref: document.context.register(lib.PDFRawStream.of(dictionary, deflated)), width, height };
  }

  return {
    title: (text: string) => write(text, { font: bold, size: 18, after: 4 }),
    small: (text: string) => write(text, { font: plain, size: 7.5, color: soft, after: 4 }),
    paragraph: (text: string) => write(text, { font: plain, size: 9, after: 6 }),
    verdict: (text: string, outcome: string) =>
      write(text, { font: bold, size: 12, color: outcome in colours ? colours[outcome as "Failed"] : soft, after: 10 }),
    heading(text: string, level: 2 | 3): void {
      need(60);
      y -= level === 2 ? 12 : 6;
      write(text, { font: bold, size: level === 2 ? 12 : 10, after: 4 });
    },
    rule(): void {
      need(30);
      y -= 12;
      page.drawLine({ start: { x: MARGIN, y }, end: { x: MARGIN + INNER, y }, thickness: 0.5, color: line });
      y -= 8;
    },
    table(columns: readonly string[] | null, widths: readonly number[], rows: readonly (readonly string[])[]): void {
      need(4 * CELL_SIZE * LINE + 4 * CELL_PADDING); // A head alone at the foot of a page helps nobody.
      if (columns !== null) row(columns, widths, bold);
      for (const cells of rows) row(cells, widths, plain);
      y -= 8;
    },
    async picture(png: Uint8Array): Promise<void> {
      const found = await embed(png);
      const scale = Math.min(1, INNER / found.width, PICTURE_HEIGHT_MAX / found.height);
      const [width, height] = [found.width * scale, found.height * scale];
      need(height + 20);
      const name = page.node.newXObject("Picture", found.ref);
      page.pushOperators(
        lib.pushGraphicsState(),
        lib.concatTransformationMatrix(width, 0, 0, height, MARGIN, y - height),
        lib.drawObject(name),
        lib.popGraphicsState(),
      );
      y -= height + 6;
    },
    finish: (): Promise<Uint8Array> => document.save({ useObjectStreams: false }),
  };
}

/** Each character asked of the font once. */
function fitterOf(font: PDFFont): (text: string) => string {
  const known = new Set(font.getCharacterSet());
  return (text) =>
    [...text.replaceAll("\t", " ")]
      .map((one) => (one === "\n" || known.has(one.codePointAt(0) ?? 0) ? one : "?"))
      .join("");
}

/** Widths at size 1, asked of each font once a character: a report of many machines has a hundred thousand of them. */
const widths = new WeakMap<PDFFont, Map<string, number>>();

function widthOf(text: string, font: PDFFont, size: number): number {
  const known = widths.get(font) ?? new Map<string, number>();
  widths.set(font, known);
  let sum = 0;
  for (const character of text) {
    let width = known.get(character);
    if (width === undefined) {
      width = font.widthOfTextAtSize(character, 1);
      known.set(character, width);
    }
    sum += width;
  }
  return sum * size;
}

function linesOf(text: string, font: PDFFont, size: number, width: number): string[] {
  const space = widthOf(" ", font, size);
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let current: { text: string; width: number } | null = null;
    for (const word of paragraph.split(" ").flatMap((one) => piecesOf(one, font, size, width))) {
      const wordWidth = widthOf(word, font, size);
      if (current !== null && current.width + space + wordWidth <= width) {
        current = { text: `${current.text} ${word}`, width: current.width + space + wordWidth };
        continue;
      }
      if (current !== null) lines.push(current.text);
      current = { text: word, width: wordWidth };
    }
    return [...lines, current?.text ?? ""];
  });
}

/** Of a word that is wider than the line, such as a hash: as much as fits each time. */
function piecesOf(word: string, font: PDFFont, size: number, width: number): string[] {
  if (widthOf(word, font, size) <= width) return [word];
  const pieces: string[] = [];
  let current = "";
  let currentWidth = 0;
  for (const character of word) {
    const more = widthOf(character, font, size);
    if (current !== "" && currentWidth + more > width) {
      pieces.push(current);
      [current, currentWidth] = ["", 0];
    }
    current += character;
    currentWidth += more;
  }
  return [...pieces, current];
}
