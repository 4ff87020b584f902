// Lines that are drawn again in place, a few times a second at most.
import type { Io } from "./io.ts";
import { width } from "./view/text.ts";

/** Between two drawings, ms. */
const everyMs = 100;
/** Time passes on the screen even where nothing happens, ms. */
const idleMs = 1_000;

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const endLine = "\u001b[K\n";
const clearBelow = "\u001b[J";

export class Drawing implements Disposable {
  readonly #io: Io;
  readonly #lines: () => readonly string[];
  readonly #idle: NodeJS.Timeout;
  #drawn: readonly string[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #pending: NodeJS.Timeout | undefined;

  /** `lines` are as many and as wide as fit; it is asked each time that something is drawn. */
  constructor(io: Io, lines: () => readonly string[]) {
    this.#io = io;
    this.#lines = lines;
    this.#idle = setInterval(() => this.changed(), idleMs);
  }

  /** Draws now, or soon, once for any number of calls. */
  changed(): void {
    if (this.#pending !== undefined) return;
    const wait = Math.max(0, this.#drawnAt + everyMs - performance.now());
    this.#pending = setTimeout(() => this.#draw(), wait);
  }

  /** Draws a last time and leaves it; the cursor is below. */
  [Symbol.dispose](): void {
    clearInterval(this.#idle);
    clearTimeout(this.#pending);
    this.#draw();
    void this.#io.out(showCursor);
  }

  #draw(): void {
    this.#pending = undefined;
    this.#drawnAt = performance.now();
    const back = rowsOf(this.#drawn, this.#io.columns());
    this.#drawn = this.#lines();
    const up = back === 0 ? "" : `\u001b[${Math.min(back, this.#io.rows() - 1)}A\r`;
    const text = this.#drawn.map((line) => line + endLine).join("");
    void this.#io.out(`${hideCursor}${up}${text}${clearBelow}`);
  }
}

/** A terminal that became narrower has broken the lines that were drawn on it. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(width(line) / Math.max(1, columns))), 0);
}
