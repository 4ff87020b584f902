// A selection of a sample's values, put together from its text byte by byte.
import { ascii, copy, type Literal } from "../core/literal.ts";
import {
  findInComponent,
  findInSample,
  leastOfComponent,
  placesOfComponent,
  placesOfSample,
} from "../core/sample-text.ts";
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

/** Of one `text`, and of what one answer may take at most; what is larger is not put together here. Bytes. */
const mostOfText = 256;
const mostOfAnswer = 1024 * 1024;
const [openBracket = 0, closeBracket = 0, openBrace = 0, closeBrace = 0, comma = 0] = ascii("[]{},");

class Scratch {
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, size);
  }
}

/** The sample is read from the one, and the answer put together in the other. */
let source = new Scratch(64 * 1024);
let answer = new Scratch(64 * 1024);

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

  /**
   * Undefined: it is too large, or something of it cannot be shown. `sample`: the text of one, UTF-8 with a character for
   * each byte.
   */
  rest(item: DeliveredEvent, sample: string): string | undefined {
    const components = Math.ceil(sample.length / leastOfComponent);
    const most = this.#fixed + components * this.#each + sample.length * (this.#times + 1);
    if (most > mostOfAnswer) return undefined;
    makeRoom(most);
    source.bytes.write(sample, "latin1");
    const componentsAt = findInSample(source.bytes, 0);
    let at = this.#head.putInto(answer.view, 0);
    for (const { before, value, text, ofComponents } of this.#steps) {
      at = before.putInto(answer.view, at);
      if (value !== undefined) at = putValue(placesOfSample, value, at);
      else if (ofComponents !== undefined) at = putComponents(componentsAt, ofComponents, at);
      else if (text !== undefined) {
        const shown = text(item);
        if (shown === null || shown.length > mostOfText) return undefined;
        at += answer.bytes.write(shown, at, "latin1");
      }
    }
    // Of the event, of the data, of the answer and of the message.
    for (let ends = 0; ends < 4; ends += 1) answer.bytes[at++] = closeBrace;
    return answer.bytes.toString("latin1", 0, at);
  }
}

/** The components of the sample that is read, of which the first is there. */
function putComponents(first: number, steps: readonly Step[], from: number): number {
  let at = from;
  answer.bytes[at++] = openBracket;
  let component = first;
  while (source.bytes[component] === openBrace) {
    const end = findInComponent(source.bytes, component);
    for (const { before, value } of steps) {
      at = before.putInto(answer.view, at);
      if (value !== undefined) at = putValue(placesOfComponent, value, at);
    }
    answer.bytes[at++] = closeBrace;
    if (source.bytes[end] === comma) answer.bytes[at++] = comma;
    component = end + 1;
  }
  answer.bytes[at++] = closeBracket;
  return at;
}

function putValue(places: Int32Array, value: number, at: number): number {
  return copy(source.view, places[2 * value] ?? 0, places[2 * value + 1] ?? 0, answer.view, at);
}

function makeRoom(bytes: number): void {
  if (bytes <= answer.bytes.length) return;
  source = new Scratch(mostOfAnswer);
  answer = new Scratch(mostOfAnswer);
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
