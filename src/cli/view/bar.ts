// A part of a whole as a bar of characters.

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Exactly `columns` wide, in steps of an eighth of a column. `part` is cut to [0,1]. */
export function bar(part: number, columns: number): string {
  const within = Number.isFinite(part) ? Math.min(1, Math.max(0, part)) : 0;
  const steps = Math.round(within * columns * 8);
  const full = Math.floor(steps / 8);
  const begun = eighths[steps % 8] ?? "";
  return ("█".repeat(full) + begun).padEnd(columns, "░").slice(0, columns);
}
