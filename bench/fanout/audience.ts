// All viewers together: who watches what, what they were sent, and whether that was right.
import { setTimeout as delay } from "node:timers/promises";
import { checkSample, eventIn, seqOf } from "./checked.ts";
import type { Selection } from "./documents.ts";
import type { Theatre } from "./theatre.ts";
import { type AudienceOf, Viewer } from "./viewer.ts";

export interface AudienceOptions {
  readonly theatre: Theatre;
  readonly port: number;
  readonly viewers: number;
  /** One after the other to the viewers. */
  readonly selections: readonly [Selection, ...Selection[]];
  /** What is sent whatever a viewer asks for; left out: what it asks for. */
  readonly sentAnyway?: Selection;
  /** Samples a second that each viewer asks for at most; left out: all. */
  readonly maxRate?: number;
  /** The latency of one of so many deliveries is taken. */
  readonly sampleEvery: number;
  /** Every event must come, once and in order; else some samples may be left out, and viewers may be lost. */
  readonly strict: boolean;
  /** A message that is no sample. */
  readonly told?: (viewer: Viewer, event: Readonly<Record<string, unknown>>) => void;
}

/** Viewers that join at a time. */
const joiningAtOnce = 50;
const firstEventWithinMs = 250;
const firstEventTries = 60;
const lookEveryMs = 5;

export class Audience implements AudienceOf {
  readonly viewers: readonly Viewer[];
  /** By simulation. */
  readonly sizes: readonly number[];
  delivered = 0;
  /** ms, of the deliveries that were looked at. */
  latencies: number[] = [];
  /** Of those who were lost where that is no failure. */
  readonly losses = new Map<Viewer, string>();
  /** Called after each chunk that a viewer was sent. */
  onChunk: () => void = () => {};
  readonly #options: AudienceOptions;
  #failure: Error | undefined;

  constructor(options: AudienceOptions) {
    this.#options = options;
    const { theatre, port, selections, maxRate } = options;
    const sizes = theatre.simulations.map(() => 0);
    this.viewers = Array.from({ length: options.viewers }, (_, index) => {
      const simulation = index % theatre.simulations.length;
      sizes[simulation] = (sizes[simulation] ?? 0) + 1;
      const simulationId = theatre.simulations[simulation]?.simulationId ?? "";
      const selection = selections[index % selections.length] ?? selections[0];
      return new Viewer({ port, simulation, simulationId, selection, maxRate, audience: this });
    });
    this.sizes = sizes;
  }

  /** Resolves when every viewer has had an event, and all that were published since its first. */
  async join(): Promise<void> {
    const waiting = [...this.viewers];
    const joinThem = async () => {
      for (let viewer = waiting.shift(); viewer !== undefined; viewer = waiting.shift()) await viewer.join();
    };
    await Promise.all(Array.from({ length: joiningAtOnce }, joinThem));
    const { theatre } = this.#options;
    const everybodySaw = () => this.viewers.every(({ received }) => received > 0);
    for (let tries = 0; !everybodySaw(); tries += 1) {
      if (tries === firstEventTries) throw new Error(`Some viewers never see an event: ${this.#missing()}`);
      theatre.simulations.forEach((_, simulation) => void theatre.play(simulation));
      await this.until(everybodySaw, firstEventWithinMs);
    }
    if (this.#options.maxRate === undefined) await this.settle();
  }

  /** Resolves when all that was published has come; rejects when it does not within `withinMs`. */
  async settle(withinMs = 60_000): Promise<void> {
    if (await this.until(() => this.#hasAll(), withinMs)) return;
    throw new Error(`Events are missing: ${this.#missing()}`);
  }

  /** Whether it came true in time. Rejects with what went wrong. */
  async until(holds: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      this.check();
      if (holds()) return true;
      if (performance.now() > deadline) return false;
      await delay(lookEveryMs);
    }
  }

  /** Throws what has gone wrong. */
  check(): void {
    const failure = this.#failure ?? this.#options.theatre.failure;
    if (failure !== undefined) throw failure;
  }

  leave(): void {
    for (const viewer of this.viewers) viewer.leave();
  }

  readsSample(viewer: Viewer): boolean {
    return viewer.received === 0 || this.delivered % this.#options.sampleEvery === 0;
  }

  sample(viewer: Viewer, payload: Buffer | null): void {
    if (payload !== null) this.#read(viewer, payload);
    viewer.received += 1;
    this.delivered += 1;
  }

  message(viewer: Viewer, text: string): void {
    try {
      const event = eventIn(text, viewer);
      this.#options.told?.(viewer, event);
    } catch (error) {
      this.#fail(viewer, error);
    }
  }

  chunk(): void {
    this.onChunk();
  }

  lost(viewer: Viewer, why: string): void {
    if (this.#options.strict) this.#fail(viewer, new Error(why));
    else this.losses.set(viewer, why);
  }

  #read(viewer: Viewer, payload: Buffer): void {
    const { theatre, strict, sentAnyway = viewer.selection } = this.#options;
    try {
      const isFirst = viewer.received === 0;
      const seq = isFirst ? checkSample(payload.toString(), viewer, sentAnyway) : seqOf(payload);
      if (isFirst) viewer.first = seq;
      const expected = viewer.first + viewer.received;
      if (strict ? seq !== expected : seq <= viewer.lastRead) {
        throw new Error(`Event ${seq} came; ${strict ? expected : `${viewer.lastRead} had come before`}.`);
      }
      viewer.lastRead = seq;
      this.latencies.push(performance.now() - theatre.publishedAt(viewer.simulation, seq));
    } catch (error) {
      this.#fail(viewer, error);
    }
  }

  #hasAll(): boolean {
    return this.viewers.every((viewer) => this.#lacks(viewer) === 0);
  }

  #lacks({ simulation, first, received }: Viewer): number {
    return (this.#options.theatre.lastSeqs[simulation] ?? 0) - (first + received - 1);
  }

  #missing(): string {
    const lacking = this.viewers.filter((viewer) => this.#lacks(viewer) !== 0);
    const all = lacking.reduce((sum, viewer) => sum + this.#lacks(viewer), 0);
    return `${lacking.length} of ${this.viewers.length} viewers lack ${all} events.`;
  }

  #fail(viewer: Viewer, error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    this.#failure ??= new Error(`A viewer of simulation ${viewer.simulation}: ${what}`);
  }
}
