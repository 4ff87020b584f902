// A sample of metrics as it was written. It is like any other to whoever looks at it, and parsed then, once; whoever shows
// no more than some of its values copies them from its text. Reading and printing numbers is most of what it costs to
// pass a sample on.
import type { ComponentMetrics, MetricsSampled } from "./events.ts";
import { SampleText } from "./sample-text.ts";

const beginning = '{"type":"METRICS_SAMPLED",';

export class WrittenSample implements MetricsSampled {
  readonly type = "METRICS_SAMPLED";
  /** Of the text: its bytes, or about as many. */
  readonly size: number;
  #written: SampleText | string;
  #isOtherwise = false;
  #parsed: MetricsSampled | undefined;

  /** A string is valid JSON, and of a sample (`isSample`). */
  constructor(written: SampleText | string) {
    this.#written = written;
    this.size = typeof written === "string" ? written.length : written.size;
  }

  /** Whether this JSON is a sample's. */
  static isSample(json: string): boolean {
    return json.startsWith(beginning);
  }

  /** Null: it is not written in the usual way, and has to be read. */
  get text(): SampleText | null {
    if (typeof this.#written !== "string") return this.#written;
    if (this.#isOtherwise) return null;
    const bytes = Buffer.from(this.#written);
    const text = SampleText.at(bytes, 0);
    if (text?.size !== bytes.length) this.#isOtherwise = true;
    else this.#written = text;
    return this.#isOtherwise ? null : text;
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
    this.#parsed ??= parsed(String(this.#written));
    return this.#parsed;
  }
}

/** What has the names and the values of one. */
function parsed(json: string): MetricsSampled {
  return JSON.parse(json);
}
