// A sample of metrics as it was written, in JSON, with the places of its values: who shows some of them copies their
// text, and it is parsed only for who wants more. Reading and writing numbers is most of what it costs to pass one on.
import type { ComponentMetrics, MetricsSampled } from "./events.ts";
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
const [quote, comma, backslash, bracket, brace] = ascii('",\\]}');
const [minus, plus, point, zero = 0, nine = 0] = ascii("-+.09");
const [letterE, letterN, letterU] = ascii("enu");
const nullText = new Literal("null");
const firstPrintable = 0x20;
const escapes = new Set(ascii('"\\/bfnrtu'));
const places = new Int32Array(perSample + mostComponents * perComponent);

export class WrittenSample implements MetricsSampled {
  readonly type = "METRICS_SAMPLED";
  /** Of what it stands in. */
  readonly view: DataView;
  /** In `view`: of the sample's values, then of each component's. */
  readonly places: Int32Array;
  readonly #from: number;
  /** The place after it. */
  readonly end: number;
  #parsed: MetricsSampled | undefined;

  private constructor(view: DataView, from: number, end: number, places: Int32Array) {
    this.view = view;
    this.places = places;
    this.#from = from;
    this.end = end;
  }

  /**
   * The sample that begins there, which is valid JSON; `bytes` must be UTF-8. Null: there is none, or it is not written as
   * `JSON.stringify` writes one with all that it has: numbers, a string, and null where there is no hit ratio.
   */
  static at(bytes: Uint8Array, from: number): WrittenSample | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [at, found] = [from, 0];
    for (const key of sampleKeys) {
      at = after(view, at, key);
      places[found++] = at;
      at = afterNumber(bytes, at);
      places[found++] = at;
    }
    at = after(view, at, componentsKey);
    let isLast = bytes[at] === bracket;
    while (!isLast && at !== none && found < places.length) {
      at = afterComponent(bytes, view, at, found);
      found += perComponent;
      isLast = bytes[at] === bracket;
      if (!isLast) at = bytes[at] === comma ? at + 1 : none;
    }
    if (!isLast || bytes[at + 1] !== brace) return null;
    return new WrittenSample(view, from, at + 2, places.slice(0, found));
  }

  get componentCount(): number {
    return (this.places.length - perSample) / perComponent;
  }

  /** Bytes. */
  get size(): number {
    return this.end - this.#from;
  }

  /** Where in `places` it stands where a value of the sample (its index in `sampleValues`) begins; it ends at the next. */
  static placeOf(value: number): number {
    return 2 * value;
  }

  /** The same of a value of this component (its index in `componentValues`). */
  static placeIn(component: number, value: number): number {
    return perSample + component * perComponent + 2 * value;
  }

  get window(): number {
    return this.#read().window;
  }

  get progress(): number {
    return this.#read().progress;
  }

  get offered(): number {
    return this.#read().offered;
  }

  get throughput(): number {
    return this.#read().throughput;
  }

  get errorRate(): number {
    return this.#read().errorRate;
  }

  get latencyMean(): number {
    return this.#read().latencyMean;
  }

  get latencyP50(): number {
    return this.#read().latencyP50;
  }

  get latencyP95(): number {
    return this.#read().latencyP95;
  }

  get latencyP99(): number {
    return this.#read().latencyP99;
  }

  get latencyMax(): number {
    return this.#read().latencyMax;
  }

  get inFlight(): number {
    return this.#read().inFlight;
  }

  get components(): readonly ComponentMetrics[] {
    return this.#read().components;
  }

  /** All of it, as an object like any other. */
  toJSON(): MetricsSampled {
    return this.#read();
  }

  #read(): MetricsSampled {
    this.#parsed ??= parse(new Uint8Array(this.view.buffer, this.view.byteOffset + this.#from, this.size));
    return this.#parsed;
  }
}

const utf8 = new TextDecoder();

/** What has the keys and the values of one. */
function parse(bytes: Uint8Array): MetricsSampled {
  return JSON.parse(utf8.decode(bytes));
}

/** No place: what was expected is not there. It stays none whatever is looked for behind it. */
const none = -1;

function after(view: DataView, at: number, text: Literal): number {
  return at !== none && text.isAt(view, at) ? at + text.length : none;
}

function afterNumber(bytes: Uint8Array, from: number): number {
  if (from === none) return none;
  const first = bytes[from] === minus ? from + 1 : from;
  let at = afterDigits(bytes, first);
  if (bytes[first] === zero && at > first + 1) return none;
  if (at !== none && bytes[at] === point) at = afterDigits(bytes, at + 1);
  if (at === none || bytes[at] !== letterE) return at;
  const isSigned = bytes[at + 1] === minus || bytes[at + 1] === plus;
  return afterDigits(bytes, isSigned ? at + 2 : at + 1);
}

function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte >= zero && byte <= nine; byte = bytes[at] ?? 0) at += 1;
  return at === from ? none : at;
}

function afterString(bytes: Uint8Array, from: number): number {
  if (from === none || bytes[from] !== quote) return none;
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at + 1;
    if (byte < firstPrintable) return none;
    if (byte === backslash) {
      at += 1;
      if (!escapes.has(bytes[at] ?? 0) || (bytes[at] === letterU && !isHex(bytes, at + 1))) return none;
    }
  }
  return none;
}

function isHex(bytes: Uint8Array, from: number): boolean {
  return /^[\da-f]{4}$/i.test(String.fromCharCode(...bytes.subarray(from, from + 4)));
}

/** Its places, from `found` on. */
function afterComponent(bytes: Uint8Array, view: DataView, from: number, found: number): number {
  let at = from;
  for (let index = 0; index < componentKeys.length; index += 1) {
    at = after(view, at, componentKeys[index] ?? componentsKey);
    places[found + 2 * index] = at;
    if (index === 0) at = afterString(bytes, at);
    else if (index === componentKeys.length - 1 && bytes[at] === letterN) at = after(view, at, nullText);
    else at = afterNumber(bytes, at);
    places[found + 2 * index + 1] = at;
  }
  return at !== none && bytes[at] === brace ? at + 1 : none;
}
