// Colours by meaning. On a terminal they are ANSI codes; elsewhere nothing.

export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const same = (text: string): string => text;

export const noColours: Paint = { strong: same, faint: same, good: same, warn: same, bad: same };

const code =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const colours: Paint = {
  strong: code(1, 22),
  faint: code(2, 22),
  good: code(32, 39),
  warn: code(33, 39),
  bad: code(31, 39),
};

export function paintStatus(paint: Paint, status: string): string {
  if (status === "FAILED") return paint.bad(status);
  if (status === "RUNNING" || status === "COMPLETED") return paint.good(status);
  return paint.warn(status);
}
