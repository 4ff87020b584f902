// The follower: copies one engine stream into the log, and finds its way back to the stream after whatever
// happens to it.
import { messageOf, ServiceError } from "../../core/errors.ts";
import { type EngineBatch, EngineError, type EngineLevel } from "../../core/ports/engines.ts";
import type { Log } from "../../core/ports/log.ts";
import { Backoff } from "../loop.ts";
import { confirm } from "../transitions.ts";
import { Acknowledger } from "./acknowledger.ts";
import { type AttachParts, attach, freshAttempt, neverBegan, nextAttempt } from "./attach.ts";
import { ended } from "./ending.ts";
import { Fenced } from "./held.ts";
import { record } from "./record.ts";

/** Progress alone is stored at most this often. */
const progressEveryMs = 1_000;
/** Breaches of the contract, without an event stored in between, before the simulation is given up. */
const breachesAllowed = 3;

export interface FollowParts extends AttachParts {
  readonly log: Log;
  readonly staleAfterMs: number;
  readonly failpoint: (name: "before_attach") => void;
}

/** Until the simulation has ended, the signal, or Fenced is thrown. `Released`: it went back to the queue. */
export class Follower {
  readonly #parts: FollowParts;
  readonly #backoff = new Backoff(50, 1_000);
  #troubleSince: number | null = null;
  #breaches = 0;
  #storedAt = 0;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { held, failpoint } = this.#parts;
    while (!signal.aborted && !held.ended) {
      try {
        failpoint("before_attach");
        const info = await attach(this.#parts);
        if (info === null) return;
        await this.#afterStream(await this.#stream(signal));
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  // The last level of the stream, where it ended in order.
  async #stream(signal: AbortSignal): Promise<EngineLevel | null> {
    const { held, engine, config } = this.#parts;
    const run = held.runKey();
    const { engineSeq } = held.simulation.run;
    const acknowledger = new Acknowledger(engine, run, engineSeq);
    let level: EngineLevel | null = null;
    try {
      for await (const batch of engine.subscribe(run, engineSeq, config, signal)) {
        level = batch.level ?? level;
        if (this.#worthStoring(batch)) await this.#store(batch);
        acknowledger.stored(held.simulation.run.engineSeq);
        if (held.ended) return null;
      }
    } finally {
      acknowledger.close();
    }
    return level;
  }

  #worthStoring({ events, level }: EngineBatch): boolean {
    if (events.length > 0) return true;
    if (level === null) return false;
    const { status, speed, staleReason } = this.#parts.held.simulation;
    const tells = (level.state === "RUNNING" || level.state === "PAUSED") && level.state !== status;
    const differs = tells || level.speed !== speed || staleReason !== null;
    return differs || performance.now() - this.#storedAt >= progressEveryMs;
  }

  async #store(batch: EngineBatch): Promise<void> {
    const before = this.#parts.held.simulation.run.engineSeq;
    const result = await this.#parts.held.change((simulation) => record(simulation, batch));
    if ("refused" in result) {
      throw new EngineError("PROTOCOL", `The engine left out events after number ${before}.`);
    }
    this.#storedAt = performance.now();
    this.#troubleSince = null;
    this.#backoff.reset();
    if (result.run.engineSeq > before) this.#breaches = 0;
  }

  // The stream ended in order and the simulation has not: the run ended without a word that is numbered.
  async #afterStream(level: EngineLevel | null): Promise<void> {
    const { held, freshAttempts } = this.#parts;
    if (held.ended || level === null) return;
    const reason = level.reason === "" ? "The engine ended the run." : level.reason;
    if (level.state === "FAILED" && level.reason.startsWith("NOT_REPRODUCIBLE")) {
      await freshAttempt(this.#parts, reason, freshAttempts);
    } else if (level.state === "FAILED") {
      await held.write((simulation) =>
        confirm(simulation, "failed", { reason, failure: { code: "ENGINE", message: reason } }),
      );
    } else if (level.state === "STOPPED" && held.simulation.desiredStatus === "STOPPED") {
      await held.write((simulation) => ended(simulation, level.simulatedTime));
    } else if (level.state === "STOPPED") {
      await nextAttempt(this.#parts, `The engine ended the run by itself: ${reason}`);
    } else {
      // Cut in the middle, or a terminal event that a refused batch held back.
      await this.#trouble("The engine's stream ended early.");
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof Fenced) throw error;
    try {
      if (error instanceof EngineError) await this.#recoverEngine(error);
      else await this.#trouble(error instanceof ServiceError ? error.message : "An internal error.", error);
    } catch (again) {
      if (again instanceof Fenced) throw again;
      this.#parts.log.warn({ reason: messageOf(again) }, "Recovering failed; trying again.");
    }
    if (!this.#parts.held.ended) await this.#parts.held.news(this.#backoff.nextMs(), signal);
  }

  async #recoverEngine(error: EngineError): Promise<void> {
    const { held, freshAttempts } = this.#parts;
    switch (error.code) {
      case "STALE_TOKEN":
        throw new Fenced();
      case "NOT_FOUND":
        return;
      case "OUT_OF_RANGE":
      case "SUPERSEDED_ATTEMPT":
        await nextAttempt(this.#parts, error.message);
        return;
      case "TOMBSTONED":
      case "RUN_ENDED":
        if (held.simulation.desiredStatus === "STOPPED") await held.write((simulation) => ended(simulation));
        else await nextAttempt(this.#parts, error.message);
        return;
      case "NOT_REPRODUCIBLE":
        await freshAttempt(this.#parts, error.message, freshAttempts);
        return;
      case "INVALID_CONFIG":
      case "CONFIG_MISMATCH":
        await this.#fail("ENGINE_REFUSED", refusal(error));
        return;
      case "FULL":
      case "DRAINING":
        if (neverBegan(held.simulation)) await this.#release(error.message);
        else await this.#trouble(error.message);
        return;
      case "PROTOCOL":
        await this.#breach(error);
        return;
      case "UNAVAILABLE":
      case "EXPIRED":
      case "STREAM_TAKEN":
        await this.#trouble(`The engine ${this.#parts.engine.address} cannot be reached: ${error.message}`);
    }
  }

  async #breach(error: EngineError): Promise<void> {
    this.#breaches += 1;
    this.#parts.log.warn({ breach: this.#breaches, reason: error.message }, "The engine broke its contract.");
    if (this.#breaches >= breachesAllowed) await this.#fail("ENGINE_PROTOCOL", error.message);
  }

  async #fail(code: string, message: string): Promise<void> {
    await this.#parts.held.write((simulation) =>
      confirm(simulation, "failed", { reason: message, failure: { code, message } }),
    );
  }

  // Back to the queue: no run was made of it, and nobody owns it.
  async #release(message: string): Promise<void> {
    await this.#parts.held.write((simulation) => {
      const change = neverBegan(simulation) ? confirm(simulation, "returned", { reason: message }) : null;
      if (change === null) return null;
      const waiting = { code: "ENGINE_FULL", message } as const;
      const run = { ...change.patch.run, owner: null, engine: null };
      return { ...change, patch: { ...change.patch, attempt: 0, waiting, run } };
    });
    throw new Fenced();
  }

  // Said to viewers once it lasts: short cuts heal unseen.
  async #trouble(reason: string, defect?: unknown): Promise<void> {
    const now = performance.now();
    this.#troubleSince ??= now;
    if (defect !== undefined) this.#parts.log.error({ err: defect }, "Following a run failed; trying again.");
    if (now - this.#troubleSince < this.#parts.staleAfterMs) return;
    await this.#parts.held.write((simulation) =>
      simulation.staleReason === null && simulation.endTime === null
        ? { patch: { staleReason: reason }, events: [] }
        : null,
    );
  }
}

function refusal(error: EngineError): string {
  const [first] = error.problems;
  if (first === undefined) return error.message;
  const more = error.problems.length > 1 ? ` (and ${error.problems.length - 1} more)` : "";
  return `The engine refused the config: ${first.path}: ${first.message}${more}`;
}
