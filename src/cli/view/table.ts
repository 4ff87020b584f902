// Columns that are as wide as what stands in them.
import { left, right, width } from "./text.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand on the right; text, which is the default, on the left. */
  readonly numeric?: boolean;
}

/** One line for the titles, then one per row. Rows have as many cells as there are columns. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, at) =>
    Math.max(width(title), ...rows.map((row) => width(row[at] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ numeric = false }, at) => (numeric ? right : left)(cells[at] ?? "", widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}
