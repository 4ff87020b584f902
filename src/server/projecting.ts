// A selection of a sample's values, put together from its text byte by byte.
import { ascii, copy, type Literal } from "../core/literal.ts";
import { placeIn, placeOf, type SampleText } from "../core/sample-text.ts";
import type { DeliveredEvent } from "../feed/feed.ts";

/** One field of the answer. */
export interface Step {
  /** Its name, and what else stands before its value. */
  readonly before: Literal;
  /** Which of the values of the sample, or of the component. */
  readonly value?: number;
  /** A character for each byte; null: there is none to be shown. */
  readonly text?: (item: DeliveredEvent) => string | null;
  /** Of each component. */
  readonly ofComponents?: readonly Step[];
}

/** Of one `text`, and of one answer; what is larger is not put together here. Bytes. */
const mostOfText = 256;
const mostOfAnswer = 1024 * 1024;
const [openBracket = 0, closeBracket = 0, closeBrace = 0, comma = 0] = ascii("[]},");

/** Where they are put together, one after the other. */
let scratch = Buffer.alloc(64 * 1024);
let view = viewOf(scratch);

export class Projecting {
  readonly #head: Literal;
  readonly #steps: readonly Step[];
  /** Bytes at most, beside the values: of all but the components, and of each component. */
  readonly #fixed: number;
  readonly #each: number;
  /** How often a value is in it at most. */
  readonly #times: number;

  /** `head`: of the answer, up to the object that these steps make, whose end ends it. */
  constructor(head: Literal, steps: readonly Step[]) {
    this.#head = head;
    this.#steps = steps;
    const lists = steps.flatMap(({ ofComponents }) => (ofComponents === undefined ? [] : [ofComponents]));
    this.#fixed = head.length + roomFor(steps) + 2 * lists.length;
    this.#each = sum(lists.map(roomFor));
    this.#times = mostAlike(steps) + sum(lists.map(mostAlike));
  }

  /** Undefined: it is too large, or something of it cannot be shown. */
  text(item: DeliveredEvent, sample: SampleText): string | undefined {
    const most = this.#fixed + sample.componentCount * this.#each + sample.size * this.#times;
    if (most > mostOfAnswer) return undefined;
    if (most > scratch.length) makeRoom();
    let at = this.#head.putInto(view, 0);
    for (const { before, value, text, ofComponents } of this.#steps) {
      at = before.putInto(view, at);
      if (value !== undefined) at = putValue(sample, placeOf(value), at);
      else if (ofComponents !== undefined) at = putComponents(sample, ofComponents, at);
      else if (text !== undefined) {
        const shown = text(item);
        if (shown === null || shown.length > mostOfText) return undefined;
        at += scratch.write(shown, at, "latin1");
      }
    }
    // Of the event, of the data and of the answer.
    for (let ends = 0; ends < 3; ends += 1) scratch[at++] = closeBrace;
    return scratch.toString("latin1", 0, at);
  }
}

function putComponents(sample: SampleText, steps: readonly Step[], from: number): number {
  let at = from;
  scratch[at++] = openBracket;
  const count = sample.componentCount;
  for (let component = 0; component < count; component += 1) {
    if (component > 0) scratch[at++] = comma;
    for (const { before, value } of steps) {
      at = before.putInto(view, at);
      if (value !== undefined) at = putValue(sample, placeIn(component, value), at);
    }
    scratch[at++] = closeBrace;
  }
  scratch[at++] = closeBracket;
  return at;
}

function putValue(sample: SampleText, place: number, at: number): number {
  const { places } = sample;
  return copy(sample.view, places[place] ?? 0, places[place + 1] ?? 0, view, at);
}

function makeRoom(): void {
  scratch = Buffer.alloc(mostOfAnswer);
  view = viewOf(scratch);
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** With the braces around them, and what is put too much behind the last one. */
function roomFor(steps: readonly Step[]): number {
  return 8 + sum(steps.map(({ before, text }) => before.length + (text === undefined ? 0 : mostOfText)));
}

/** How many of these show the same value, at most. */
function mostAlike(steps: readonly Step[]): number {
  const alike = Map.groupBy(steps, ({ value }) => value);
  alike.delete(undefined);
  return Math.max(0, ...[...alike.values()].map(({ length }) => length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
