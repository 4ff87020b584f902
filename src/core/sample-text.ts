// The text of a sample of metrics, JSON as `JSON.stringify` writes it, with the places of its values: who shows some of
// them copies them from there.
import type { ComponentMetrics, MetricsSampled } from "./events.ts";
import { afterNumber, afterString, none } from "./json-bytes.ts";
import { ascii, Literal } from "./literal.ts";

/** The values of a sample in the order in which they are written, and those of each of its components. */
export const sampleValues = [
  "window",
  "progress",
  "offered",
  "throughput",
  "errorRate",
  "latencyMean",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "latencyMax",
  "inFlight",
] as const satisfies readonly (keyof MetricsSampled)[];
export const componentValues = [
  "componentId",
  "arrivals",
  "throughput",
  "errorRate",
  "rejected",
  "utilization",
  "queueLength",
  "queueMax",
  "replicas",
  "latencyMean",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "hitRatio",
] as const satisfies readonly (keyof ComponentMetrics)[];

/** Each value has two places: where it begins, and where it has ended. */
const perSample = 2 * sampleValues.length;
const perComponent = 2 * componentValues.length;
/** Components of one sample; what has more is parsed. */
const mostComponents = 1_000;

const keys = (before: string, names: readonly string[]) =>
  names.map((name, index) => new Literal(`${index === 0 ? before : ","}"${name}":`));
const sampleKeys = keys('{"type":"METRICS_SAMPLED",', sampleValues);
const componentKeys = keys("{", componentValues);
const componentsKey = new Literal(',"components":[');
const [comma, bracket, brace, letterN] = ascii(",]}n");
const nullText = new Literal("null");
/** The places that are being found. */
const found = new Int32Array(perSample + mostComponents * perComponent);

export class SampleText {
  /** Of all of it and nothing else; UTF-8. */
  readonly view: DataView;
  /** Where in it its values begin and end: those of the sample, then those of each component (`placeOf`, `placeIn`). */
  readonly places: Int32Array;

  private constructor(bytes: Uint8Array, places: Int32Array) {
    // A copy: what it is a part of, with messages of others, is let go.
    this.view = new DataView(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.places = places;
  }

  /**
   * The sample that begins there, which is valid JSON; `bytes` must be UTF-8. Null: there is none, or it is not written as
   * `JSON.stringify` writes one with all that it has: numbers, a string, and null where there is no hit ratio.
   */
  static at(bytes: Uint8Array, from: number): SampleText | null {
    const rest = bytes.subarray(from);
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    let [at, count] = [0, 0];
    for (const key of sampleKeys) {
      at = after(view, at, key);
      found[count++] = at;
      at = afterNumber(rest, at);
      found[count++] = at;
    }
    at = after(view, at, componentsKey);
    let isLast = rest[at] === bracket;
    while (!isLast && at !== none && count < found.length) {
      at = afterComponent(rest, view, at, count);
      count += perComponent;
      isLast = rest[at] === bracket;
      if (!isLast) at = rest[at] === comma ? at + 1 : none;
    }
    if (!isLast || rest[at + 1] !== brace) return null;
    return new SampleText(rest.subarray(0, at + 2), found.slice(0, count));
  }

  /** Bytes. */
  get size(): number {
    return this.view.byteLength;
  }

  get componentCount(): number {
    return (this.places.length - perSample) / perComponent;
  }

  toString(): string {
    return utf8.decode(this.view);
  }
}

/** Where in `places` it stands where a value of the sample begins, by its index in `sampleValues`; it ends at the next. */
export function placeOf(value: number): number {
  return 2 * value;
}

/** The same of a value of this component, by its index in `componentValues`. */
export function placeIn(component: number, value: number): number {
  return perSample + component * perComponent + 2 * value;
}

const utf8 = new TextDecoder();

function after(view: DataView, at: number, text: Literal): number {
  return at !== none && text.isAt(view, at) ? at + text.length : none;
}

/** Its places are `found` from this one on. */
function afterComponent(bytes: Uint8Array, view: DataView, from: number, place: number): number {
  let at = from;
  for (let index = 0; index < componentKeys.length; index += 1) {
    const key = componentKeys[index];
    if (key === undefined) return none;
    at = after(view, at, key);
    found[place + 2 * index] = at;
    if (index === 0) at = afterString(bytes, at);
    else if (index === componentKeys.length - 1 && bytes[at] === letterN) at = after(view, at, nullText);
    else at = afterNumber(bytes, at);
    found[place + 2 * index + 1] = at;
  }
  return at !== none && bytes[at] === brace ? at + 1 : none;
}
