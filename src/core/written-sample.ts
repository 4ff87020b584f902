// A sample of metrics as it was written. It is like any other to whoever looks at it, and parsed then, once; whoever shows
// no more than some of its values copies them from its text. Reading and printing numbers is most of what it costs to
// pass a sample on.
import { textOf, utf8 } from "./bytes.ts";
import type { ComponentMetrics, MetricsSampled } from "./events.ts";
import { endOfSample } from "./sample-text.ts";

/** How its text is kept; "json": nobody has looked yet how it is written. */
type Form = "bytes" | "json" | "otherwise";
/** Characters; what is larger is always read. */
const mostLookedAt = 1024 * 1024;

export class WrittenSample implements MetricsSampled {
  readonly type = "METRICS_SAMPLED";
  /** Of the text, in bytes or about as many. */
  readonly size: number;
  #written: string;
  #form: Form;
  #parsed: MetricsSampled | undefined;

  private constructor(written: string, form: Form) {
    this.#written = written;
    this.size = written.length;
    this.#form = form;
  }

  /** Of a text that is one (`endOfSample`), UTF-8 with a character for each byte. */
  static ofBytes(bytes: string): WrittenSample {
    return new WrittenSample(bytes, "bytes");
  }

  /** Of valid JSON that is a sample's (`isSample`), in whatever way it is written. */
  static ofJson(json: string): WrittenSample {
    return new WrittenSample(json, "json");
  }

  /** Its text, UTF-8 with a character for each byte; null: it is not written in the usual way, and has to be read. */
  get bytes(): string | null {
    if (this.#form === "json" && this.size > mostLookedAt) this.#form = "otherwise";
    if (this.#form === "json") {
      const bytes = utf8(this.#written);
      this.#form = endOfSample(bytes, 0) === bytes.length ? "bytes" : "otherwise";
      if (this.#form === "bytes") this.#written = bytes;
    }
    return this.#form === "bytes" ? this.#written : null;
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
    this.#parsed ??= parsed(this.#form === "bytes" ? textOf(this.#written) : this.#written);
    return this.#parsed;
  }
}

/** What has the names and the values of one. */
function parsed(json: string): MetricsSampled {
  return JSON.parse(json);
}
