// As much of a terminal as is needed to see what a reader sees: text, new lines, and the codes that are used.

const esc = "\u001b";

/** The screen after all of `text` was written, without colours; a line that fell off the top is in it as well. */
export function screenOf(text: string, rows: number): string[] {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  const codes = new RegExp(`${esc}\\[(\\??\\d*)([A-Za-z])|\\r|\\n|[^${esc}\\r\\n]+`, "g");
  for (const [whole, count, letter] of text.matchAll(codes)) {
    if (whole === "\n") {
      row++;
      column = 0;
      if (row >= lines.length) lines.push("");
    } else if (whole === "\r") column = 0;
    else if (letter === undefined) {
      const line = (lines[row] ?? "").padEnd(column);
      lines[row] = line.slice(0, column) + whole + line.slice(column + whole.length);
      column += whole.length;
    } else if (letter === "A") row = Math.max(lines.length - rows, row - Number(count || 1), 0);
    else if (letter === "K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (letter === "J") {
      lines.length = row + 1;
      lines[row] = (lines[row] ?? "").slice(0, column);
    }
  }
  return lines;
}
