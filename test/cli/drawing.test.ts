// Lines that are drawn again in place, on a screen of a given size.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Drawing } from "../../src/cli/drawing.ts";
import type { Io } from "../../src/cli/io.ts";
import { colours, noColours } from "../../src/cli/view/paint.ts";
import { screenOf } from "./terminal.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal that keeps what is written to it. */
class Terminal implements Io {
  readonly writes: string[] = [];
  readonly terminal = true;
  readonly paint = noColours;
  readonly signal = new AbortController().signal;
  size: { columns: number; rows: number };

  constructor(columns: number, rows: number) {
    this.size = { columns, rows };
  }

  async out(text: string): Promise<void> {
    this.writes.push(text);
  }

  err(): void {}
  columns = (): number => this.size.columns;
  rows = (): number => this.size.rows;
  now = (): number => Date.now();

  screen(): string[] {
    return screenOf(this.writes.join(""), this.size.rows);
  }
}

/** How many rows a drawing goes back before it draws over. */
function up(text: string | undefined): number {
  const [, count] = /\[(\d+)A\r/.exec(text ?? "") ?? [];
  return Number(count ?? 0);
}

describe("a drawing", () => {
  it("is made once for any number of changes, with what holds then", () => {
    const terminal = new Terminal(40, 10);
    let line = "old";
    using drawing = new Drawing(terminal, () => [line]);
    drawing.changed();
    drawing.changed();
    expect(terminal.writes).toEqual([]);
    line = "new";
    drawing.changed();
    vi.advanceTimersByTime(1);
    expect(terminal.writes).toHaveLength(1);
    expect(terminal.screen()).toEqual(["new", ""]);
  });

  it("is made ten times a second at most, the last change included", () => {
    const terminal = new Terminal(40, 10);
    let changes = 0;
    using drawing = new Drawing(terminal, () => [`${changes} changes`]);
    while (changes < 550) {
      changes += 1;
      drawing.changed();
      vi.advanceTimersByTime(1);
    }
    // At 0, 100, … 500 ms.
    expect(terminal.writes).toHaveLength(6);
    vi.advanceTimersByTime(100);
    expect(terminal.screen()[0]).toBe("550 changes");
  });

  it("is made every second where nothing changes, as time passes", () => {
    const terminal = new Terminal(40, 10);
    using _drawing = new Drawing(terminal, () => ["still"]);
    vi.advanceTimersByTime(5_100);
    expect(terminal.writes).toHaveLength(5);
    expect(terminal.screen()).toEqual(["still", ""]);
  });
});

describe("drawing again", () => {
  /** Draws each of these, one after the other. */
  function drawn(terminal: Terminal, pictures: readonly (readonly string[])[]): void {
    let picture: readonly string[] = [];
    using drawing = new Drawing(terminal, () => picture);
    for (picture of pictures) {
      drawing.changed();
      vi.advanceTimersByTime(100);
    }
  }

  it("leaves nothing of what was there: neither longer lines nor more of them", () => {
    const terminal = new Terminal(40, 10);
    drawn(terminal, [["a long line", "two", "three"], ["short"], ["now", "two again"]]);
    expect(terminal.screen()).toEqual(["now", "two again", ""]);
  });

  it("goes back by the lines that were drawn, and the first time by none", () => {
    const terminal = new Terminal(40, 10);
    drawn(terminal, [["1", "2", "3"], ["1"], ["1", "2"], []]);
    expect(terminal.writes.slice(0, 4).map(up)).toEqual([0, 3, 1, 2]);
  });

  it("leaves alone what stood above", () => {
    const terminal = new Terminal(40, 10);
    void terminal.out("above\n");
    drawn(terminal, [["one", "two"], ["three"]]);
    expect(terminal.screen()).toEqual(["above", "three", ""]);
  });

  it("does not go beyond the top of a terminal that became lower", () => {
    const terminal = new Terminal(40, 10);
    let lines = ["1", "2", "3", "4", "5", "6", "7"];
    using drawing = new Drawing(terminal, () => lines);
    drawing.changed();
    vi.advanceTimersByTime(100);
    terminal.size = { columns: 40, rows: 4 };
    lines = ["1", "2", "3"];
    drawing.changed();
    vi.advanceTimersByTime(100);
    expect(up(terminal.writes[1])).toBe(3);
  });

  it("counts the rows into which a terminal that became narrower broke its lines", () => {
    const terminal = new Terminal(20, 24);
    // 20, 11 and no columns, two of them per letter, colours none: on 10 columns 2, 2, 1 and 1 rows.
    const lines = ["x".repeat(20), "日本日本日x", "", colours.bad("y".repeat(10))];
    using drawing = new Drawing(terminal, () => lines);
    drawing.changed();
    vi.advanceTimersByTime(100);
    terminal.size = { columns: 10, rows: 24 };
    drawing.changed();
    vi.advanceTimersByTime(100);
    expect(up(terminal.writes[1])).toBe(6);
    terminal.size = { columns: 0, rows: 24 };
    expect(() => {
      drawing.changed();
      vi.advanceTimersByTime(100);
    }).not.toThrow();
  });

  it("hides the cursor while it draws, in one write", () => {
    const terminal = new Terminal(40, 10);
    drawn(terminal, [["one"], ["two"]]);
    for (const text of terminal.writes.slice(0, 2)) expect(text.startsWith(hideCursor)).toBe(true);
  });
});

describe("leaving a drawing", () => {
  it("draws what holds at the end, below nothing, and gives the cursor back last", () => {
    const terminal = new Terminal(40, 10);
    let line = "under way";
    {
      using drawing = new Drawing(terminal, () => [line]);
      drawing.changed();
      vi.advanceTimersByTime(100);
      line = "ended";
      drawing.changed();
    }
    expect(terminal.screen()).toEqual(["ended", ""]);
    expect(terminal.writes.at(-1)).toBe(showCursor);
    expect(terminal.writes).toHaveLength(3);
  });

  it("draws even what was never drawn", () => {
    const terminal = new Terminal(40, 10);
    {
      using _drawing = new Drawing(terminal, () => ["at once over"]);
    }
    expect(terminal.screen()).toEqual(["at once over", ""]);
  });

  it("leaves no timer, and draws no more", () => {
    const terminal = new Terminal(40, 10);
    {
      using drawing = new Drawing(terminal, () => ["one"]);
      drawing.changed();
    }
    expect(vi.getTimerCount()).toBe(0);
    const written = terminal.writes.length;
    vi.advanceTimersByTime(10_000);
    expect(terminal.writes).toHaveLength(written);
  });

  it("gives the cursor back when what follows it throws", () => {
    const terminal = new Terminal(40, 10);
    expect(() => {
      using drawing = new Drawing(terminal, () => ["one"]);
      drawing.changed();
      vi.advanceTimersByTime(100);
      throw new Error("cut");
    }).toThrow("cut");
    expect(terminal.writes.at(-1)).toBe(showCursor);
  });
});
