// Engines as the orchestration sees them, counted and traced.

import {
  type Engine,
  type EngineBatch,
  EngineError,
  type EngineFleet,
  type EngineRunKey,
  type EngineStart,
} from "../core/ports/engines.ts";
import { type Counter, type Meter, secondsSince } from "../core/ports/meter.ts";
import type { EngineConfig } from "../core/ports/store.ts";
import type { Tracing } from "./tracing.ts";

export function observedFleet(fleet: EngineFleet, meter: Meter, tracing: Tracing | undefined): EngineFleet {
  const engines = fleet.engines.map((engine) => new ObservedEngine(engine, meter, tracing));
  const byAddress = new Map<string, Engine>(engines.map((engine) => [engine.address, engine]));
  meter.gauge("simulations_engines", { state: "configured" }, () => engines.length);
  return { engines, get: (address) => byAddress.get(address), close: () => fleet.close() };
}

type Method = Exclude<keyof Engine, "address">;

class ObservedEngine implements Engine {
  readonly address: string;
  readonly #engine: Engine;
  readonly #meter: Meter;
  readonly #tracing: Tracing | undefined;
  readonly #received: Counter;

  constructor(engine: Engine, meter: Meter, tracing: Tracing | undefined) {
    this.address = engine.address;
    this.#engine = engine;
    this.#meter = meter;
    this.#tracing = tracing;
    this.#received = meter.counter("simulations_events_total", { stage: "received" });
  }

  capabilities() {
    return this.#counted("capabilities", () => this.#engine.capabilities());
  }

  start(request: EngineStart) {
    return this.#wanted("start", request.run, () => this.#engine.start(request));
  }

  pause(run: EngineRunKey) {
    return this.#wanted("pause", run, () => this.#engine.pause(run));
  }

  resume(run: EngineRunKey) {
    return this.#wanted("resume", run, () => this.#engine.resume(run));
  }

  setSpeed(run: EngineRunKey, speed: number) {
    return this.#wanted("setSpeed", run, () => this.#engine.setSpeed(run, speed));
  }

  stop(run: EngineRunKey, reason: string) {
    return this.#wanted("stop", run, () => this.#engine.stop(run, reason));
  }

  get(run: EngineRunKey) {
    return this.#counted("get", () => this.#engine.get(run));
  }

  acknowledge(run: EngineRunKey, engineSeq: number) {
    return this.#counted("acknowledge", () => this.#engine.acknowledge(run, engineSeq));
  }

  forget(run: EngineRunKey) {
    return this.#counted("forget", () => this.#engine.forget(run));
  }

  list() {
    return this.#counted("list", () => this.#engine.list());
  }

  async *subscribe(
    run: EngineRunKey,
    afterSeq: number,
    config: EngineConfig,
    signal: AbortSignal,
  ): AsyncIterable<EngineBatch> {
    const begunAt = performance.now();
    let failure: unknown = null;
    try {
      for await (const batch of this.#engine.subscribe(run, afterSeq, config, signal)) {
        if (batch.events.length > 0) this.#received.add(batch.events.length);
        yield batch;
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // Also where the reader has heard enough.
      this.#ended("subscribe", begunAt, failure);
    }
  }

  /** What makes true what somebody wants belongs to the trace of the wish; else it begins one. */
  #wanted<T>(method: Method, run: EngineRunKey, call: () => Promise<T>): Promise<T> {
    const counted = () => this.#counted(method, call);
    if (this.#tracing === undefined) return counted();
    const { simulationId, attempt } = run;
    const facts = {
      "simulation.id": simulationId,
      "simulation.attempt": attempt,
      "server.address": this.address,
    };
    const wanted = this.#tracing.wanted.of(simulationId);
    const name = `engine.${method}`;
    return wanted === undefined
      ? this.#tracing.span(name, facts, counted)
      : this.#tracing.under(wanted, name, facts, counted);
  }

  async #counted<T>(method: Method, call: () => Promise<T>): Promise<T> {
    const begunAt = performance.now();
    try {
      const result = await call();
      this.#ended(method, begunAt, null);
      return result;
    } catch (error) {
      this.#ended(method, begunAt, error);
      throw error;
    }
  }

  #ended(method: Method, begunAt: number, error: unknown): void {
    this.#meter.observe("simulations_engine_call_seconds", { method }, secondsSince(begunAt));
    this.#meter.count("simulations_engine_calls_total", { method, outcome: outcomeOf(error) });
  }
}

function outcomeOf(error: unknown): "done" | "refused" | "unknown" | "protocol" {
  if (error === null) return "done";
  if (!(error instanceof EngineError) || error.code === "UNAVAILABLE") return "unknown";
  return error.code === "PROTOCOL" ? "protocol" : "refused";
}
