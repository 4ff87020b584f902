// Text on a terminal: how wide it is, cut and padded to a width. Colours, which take no room, are left alone.
import { stripVTControlCharacters } from "node:util";

const colour = String.raw`\u001b\[[0-9;]*m`;
const piece = new RegExp(`${colour}|.`, "gsu");
const isColour = new RegExp(`^${colour}$`, "u");
const noWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const twoWide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function widthOfPiece(text: string): number {
  if (isColour.test(text) || noWidth.test(text)) return 0;
  return twoWide.test(text) ? 2 : 1;
}

/** Columns that it takes. */
export function width(text: string): number {
  let columns = 0;
  for (const [it] of text.matchAll(piece)) columns += widthOfPiece(it);
  return columns;
}

/** At most so many columns; what is cut ends in "…". Colours past the cut stay, so that they are ended. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let room = columns - 1;
  let out = "";
  for (const [it] of text.matchAll(piece)) {
    if (isColour.test(it)) {
      out += it;
    } else if (room >= 0) {
      room -= widthOfPiece(it);
      out += room >= 0 ? it : columns > 0 ? "…" : "";
    }
  }
  return out;
}

/** Exactly so many columns, if it is not wider. */
export function left(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

export function right(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - width(text))) + text;
}

/** What others wrote, safe for a terminal: on one line, without anything that would steer it. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

/** Broken between words into lines of at most so many columns; a longer word stands alone, uncut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((it) => it !== "")) {
    if (line !== "" && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
