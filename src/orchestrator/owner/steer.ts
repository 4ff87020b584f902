// Makes what is desired true, and makes it so again whenever it is not: level-triggered.
import { messageOf } from "../../core/errors.ts";
import { type Engine, EngineError } from "../../core/ports/engines.ts";
import type { Log } from "../../core/ports/log.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";
import { Backoff } from "../loop.ts";
import { boundReached, ended } from "./ending.ts";
import { Fenced, type HeldSimulation } from "./held.ts";

/** The stream is given this long to bring the word of a stop that the engine has confirmed in its answer. */
const streamGraceMs = 1_500;
/** The same thing is not asked of the engine again before this. */
const askAgainMs = 1_000;
/** How often the bounds are looked at. */
const boundsEveryMs = 1_000;

export interface SteerParts {
  readonly held: HeldSimulation;
  readonly engine: Engine;
  readonly log: Log;
  readonly orphanTimeoutMs: number;
}

export class Steering {
  readonly #parts: SteerParts;
  readonly #backoff = new Backoff(100, 1_000);
  #asked: { readonly what: string; readonly at: number } | null = null;
  #unreachableSince: number | null = null;
  #stopped: { readonly attempt: number; readonly at: number } | null = null;

  constructor(parts: SteerParts) {
    this.#parts = parts;
  }

  /** Until the simulation has ended, the signal, or Fenced is thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const { held, log } = this.#parts;
    while (!signal.aborted && !held.ended) {
      let restMs = boundsEveryMs;
      try {
        await this.#step();
        this.#backoff.reset();
      } catch (error) {
        if (error instanceof Fenced) throw error;
        if (error instanceof EngineError && error.code === "STALE_TOKEN") throw new Fenced();
        log.debug({ reason: messageOf(error) }, "Steering failed; trying again.");
        restMs = this.#backoff.nextMs();
      }
      if (!held.ended) await held.news(restMs, signal);
    }
  }

  async #step(): Promise<void> {
    const { held, engine } = this.#parts;
    if (boundReached(held.simulation, new Date()) !== null) {
      await held.write((simulation) => boundReached(simulation, new Date()));
    }
    const { status, desiredStatus, speed, desiredSpeed } = held.simulation;
    if (isTerminal(status)) return;
    if (desiredStatus === "STOPPED") return this.#stop();
    if (status !== "RUNNING" && status !== "PAUSED") return;
    if (desiredSpeed !== speed) {
      await this.#ask(`speed ${desiredSpeed}`, () => engine.setSpeed(held.runKey(), desiredSpeed));
    }
    if (desiredStatus === status) return;
    if (desiredStatus === "PAUSED") await this.#ask("pause", () => engine.pause(held.runKey()));
    else await this.#ask("resume", () => engine.resume(held.runKey()));
  }

  async #ask(what: string, call: () => Promise<unknown>): Promise<void> {
    const now = performance.now();
    if (this.#asked !== null && this.#asked.what === what && now - this.#asked.at < askAgainMs) return;
    await call();
    this.#asked = { what, at: performance.now() };
  }

  async #stop(): Promise<void> {
    const { held, engine } = this.#parts;
    if (held.simulation.attempt === 0) {
      await held.write((simulation) => (simulation.attempt === 0 ? ended(simulation) : null));
      return;
    }
    if (this.#stopped?.attempt === held.simulation.attempt) return this.#stopAfterGrace(this.#stopped.at);
    const run = held.runKey();
    try {
      const info = await engine.stop(run, reasonOf(held.simulation));
      this.#unreachableSince = null;
      if (info.state === "STOPPED") this.#stopped = { attempt: run.attempt, at: performance.now() };
      held.wake();
    } catch (error) {
      await this.#stopUnreachable(error);
    }
  }

  // The engine has said so; its stream, which would say it after all earlier events, does not arrive.
  async #stopAfterGrace(stoppedAt: number): Promise<void> {
    if (performance.now() - stoppedAt < streamGraceMs) return;
    await this.#parts.held.write((simulation) => ended(simulation));
  }

  // An engine that has heard nothing from the owner for the orphan timeout has ended the run by itself.
  async #stopUnreachable(error: unknown): Promise<void> {
    const { held, orphanTimeoutMs } = this.#parts;
    const now = performance.now();
    this.#unreachableSince ??= now;
    if (now - this.#unreachableSince < orphanTimeoutMs) throw error;
    await held.write((simulation) =>
      ended(
        simulation,
        undefined,
        "The engine is lost; it ends a run by itself when it hears nothing of its owner.",
      ),
    );
  }
}

function reasonOf(simulation: Simulation): string {
  return simulation.failure?.message ?? "Stopped by the user.";
}
