import { encodePng } from "../png";

/**
 * What of v86's standard VGA adapter is needed to draw what a display on it would show. The names are those of v86's
 * sources (src/vga.js); they survive its build because saved states use them.
 */
export interface VgaAdapter {
  readonly graphical_mode: boolean;
  readonly vga_memory: Uint8Array;
  /** Of text modes: the fonts, 32 bytes a character, eight of 8 KiB. */
  readonly plane2: Uint8Array;
  readonly max_cols: number;
  readonly max_rows: number;
  readonly max_scan_line: number;
  readonly start_address: number;
  readonly offset_register: number;
  readonly attribute_mode: number;
  readonly character_map_select: number;
  readonly dac_mask: number;
  readonly dac_map: Uint8Array;
  /** 0xRRGGBB. */
  readonly vga256_palette: Int32Array;
  /** RGBA of the graphics mode, as last drawn. */
  readonly image_data: { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } | null;
  readonly screen_width: number;
  readonly screen_height: number;
  screen_fill_buffer(): void;
}

const CHARACTER_WIDTH = 8;
const FONT_BYTES_PER_CHARACTER = 32;
const FONT_BYTES = 8192;
/** Where the eight fonts lie, by their number in the sequencer's register. Source: IBM VGA, as v86's set_font_page has it. */
const FONT_PLACES = [0, 2, 4, 6, 1, 3, 5, 7];
const BLINKS = 0x08;
/** In text modes the dual page A/B fonts are chosen by bit 3 of the attribute; guests here do not use it. */
const FONT_A = (select: number): number => ((select & 0x0c) >> 2) | ((select & 0x20) >> 3);

/** The display of the machine as PNG: its characters in its own font and colours, or its pixels in a graphics mode. */
export function pictureOf(vga: VgaAdapter): Uint8Array {
  return vga.graphical_mode ? graphicsPicture(vga) : textPicture(vga);
}

function textPicture(vga: VgaAdapter): Uint8Array {
  const height = (vga.max_scan_line & 31) + 1;
  const [columns, rows] = [Math.max(1, vga.max_cols), Math.max(1, vga.max_rows)];
  const width = columns * CHARACTER_WIDTH;
  const pixels = new Uint8Array(width * rows * height * 3);
  const font = (FONT_PLACES[FONT_A(vga.character_map_select)] ?? 0) * FONT_BYTES;
  const rowCells = Math.max(columns, 2 * vga.offset_register);
  const backgrounds = (vga.attribute_mode & BLINKS) === 0 ? 15 : 7;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (vga.start_address + row * rowCells + column) * 2;
      const [character = 0, attribute = 0] = [vga.vga_memory[at], vga.vga_memory[at + 1]];
      const foreground = colourOf(vga, attribute & 15);
      const background = colourOf(vga, (attribute >> 4) & backgrounds);
      for (let line = 0; line < height; line++) {
        const bits = vga.plane2[font + character * FONT_BYTES_PER_CHARACTER + line] ?? 0;
        let pixel = ((row * height + line) * width + column * CHARACTER_WIDTH) * 3;
        for (let bit = 0x80; bit > 0; bit >>= 1) {
          const colour = (bits & bit) === 0 ? background : foreground;
          pixels[pixel++] = colour >> 16;
          pixels[pixel++] = (colour >> 8) & 0xff;
          pixels[pixel++] = colour & 0xff;
        }
      }
    }
  }
  return encodePng(width, rows * height, pixels);
}

function colourOf(vga: VgaAdapter, index: number): number {
  return (vga.vga256_palette[vga.dac_mask & (vga.dac_map[index] ?? 0)] ?? 0) & 0xffffff;
}

function graphicsPicture(vga: VgaAdapter): Uint8Array {
  vga.screen_fill_buffer();
  const image = vga.image_data;
  const [width, height] = image ? [image.width, image.height] : [0, 0];
  if (!image || width * height === 0) return encodePng(1, 1, new Uint8Array(3));
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.set(image.data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  }
  return encodePng(width, height, pixels);
}
