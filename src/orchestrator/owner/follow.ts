// The follower: copies one engine stream into the log, and finds its way back to the stream after whatever
// happens to it.
import { messageOf, ServiceError } from "../../core/errors.ts";
import { type EngineBatch, EngineError, type EngineLevel } from "../../core/ports/engines.ts";
import type { Log } from "../../core/ports/log.ts";
import type { Tracer } from "../../core/ports/tracer.ts";
import { Backoff } from "../loop.ts";
import { confirm } from "../transitions.ts";
import { Acknowledger } from "./acknowledger.ts";
import { type AttachParts, attach, freshAttempt, neverBegan, nextAttempt } from "./attach.ts";
import { ended } from "./ending.ts";
import { Fenced } from "./held.ts";
import { leaveEngine, releaseToQueue } from "./letting-go.ts";
import { record } from "./record.ts";
import { heard } from "./silence.ts";

/** Progress alone is stored at most this often. */
const progressEveryMs = 1_000;
/** Breaches of the contract, within a minute and without an event stored in between, before giving up. */
const breachesAllowed = 3;
const breachesForgottenMs = 60_000;

export interface FollowParts extends AttachParts {
  readonly log: Log;
  readonly failpoint: (name: "before_attach") => void;
  readonly tracer: Tracer;
}

export class Follower {
  readonly #parts: FollowParts;
  readonly #backoff = new Backoff(50, 1_000);
  #troubleSince: number | null = null;
  #breaches = 0;
  #breachAt = 0;
  #storedAt = 0;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  /** Until the simulation has ended, or the signal. Throws Fenced when it is not this replica's any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { held, failpoint } = this.#parts;
    while (!signal.aborted && !held.ended) {
      try {
        failpoint("before_attach");
        const info = await attach(this.#parts);
        if (info !== null) await this.#afterStream(await this.#stream(signal));
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
      // What has ended at once is not begun again at once.
      if (!held.ended) await held.news(this.#backoff.nextMs(), signal);
    }
  }

  // The last level of the stream, where it ended in order.
  async #stream(signal: AbortSignal): Promise<EngineLevel | null> {
    const { held, engine, config, settings } = this.#parts;
    const run = held.runKey();
    const { engineSeq } = held.simulation.run;
    const acknowledger = new Acknowledger(engine, run, engineSeq, settings.orphanTimeoutMs);
    let level: EngineLevel | null = null;
    try {
      const batches = heard((listening) => engine.subscribe(run, engineSeq, config, listening), signal);
      for await (const batch of batches) {
        level = batch.level ?? level;
        if (this.#worthStoring(batch)) await this.#store(batch);
        acknowledger.stored(held.simulation.run.engineSeq, held.ended);
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
    const { held, tracer } = this.#parts;
    const before = held.simulation.run.engineSeq;
    const result = await tracer.batch(held.id, batch.events.length, () =>
      held.change((simulation) => record(simulation, batch)),
    );
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
    const { held } = this.#parts;
    if (held.ended) return;
    const reason = level === null || level.reason === "" ? "The engine ended the run." : level.reason;
    if (level?.state === "FAILED" && level.reason.startsWith("NOT_REPRODUCIBLE")) {
      await freshAttempt(this.#parts, reason);
    } else if (level?.state === "FAILED") {
      await this.#fail("ENGINE", reason);
    } else if (level?.state === "STOPPED" && held.simulation.desiredStatus === "STOPPED") {
      await held.write((simulation) => ended(simulation, level.simulatedTime));
    } else if (level?.state === "STOPPED") {
      await nextAttempt(this.#parts, `The engine ended the run by itself: ${reason}`);
    } else {
      await this.#trouble("The engine's stream ended early.");
    }
  }

  async #recover(error: unknown): Promise<void> {
    if (error instanceof Fenced) throw error;
    try {
      if (error instanceof EngineError) await this.#recoverEngine(error);
      else await this.#trouble(error instanceof ServiceError ? error.message : "An internal error.", error);
    } catch (again) {
      if (again instanceof Fenced) throw again;
      this.#parts.log.warn({ reason: messageOf(again) }, "Recovering failed; trying again.");
    }
  }

  async #recoverEngine(error: EngineError): Promise<void> {
    const { held, engine, engines } = this.#parts;
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
        await freshAttempt(this.#parts, error.message);
        return;
      case "INVALID_CONFIG":
      case "CONFIG_MISMATCH":
        await this.#fail("ENGINE_REFUSED", refusal(error));
        return;
      case "FULL":
      case "DRAINING":
        engines.avoid(engine.address);
        if (neverBegan(held.simulation)) await releaseToQueue(held, "ENGINE_FULL", error.message, false);
        // The engine says itself that it does not have the run, or gives it up: nothing is to be waited for.
        await leaveEngine(this.#parts, error.message);
        await this.#trouble(error.message);
        return;
      case "PROTOCOL":
        await this.#breach(error);
        return;
      case "EXPIRED":
        await this.#trouble(
          `The engine ${engine.address} refuses the start as too late: synchronise its clock with this service's.`,
        );
        return;
      case "UNAVAILABLE":
      case "STREAM_TAKEN":
        await this.#trouble(`The engine ${engine.address} cannot be reached: ${error.message}`);
    }
  }

  async #breach(error: EngineError): Promise<void> {
    const now = performance.now();
    this.#breaches = now - this.#breachAt > breachesForgottenMs ? 1 : this.#breaches + 1;
    this.#breachAt = now;
    this.#parts.log.warn({ breach: this.#breaches, reason: error.message }, "The engine broke its contract.");
    if (this.#breaches >= breachesAllowed) await this.#fail("ENGINE_PROTOCOL", error.message);
  }

  async #fail(code: string, message: string): Promise<void> {
    await this.#parts.held.write((simulation) =>
      confirm(simulation, "failed", { reason: message, failure: { code, message } }),
    );
  }

  // Said to viewers once it lasts: short cuts heal unseen. When it lasts longer, the simulation leaves the engine.
  async #trouble(reason: string, defect?: unknown): Promise<void> {
    const { held, log, settings } = this.#parts;
    const now = performance.now();
    this.#troubleSince ??= now;
    const lasted = now - this.#troubleSince;
    if (defect !== undefined) log.error({ err: defect }, "Following a run failed; trying again.");
    if (lasted >= settings.staleAfterMs) {
      await held.write((simulation) =>
        simulation.staleReason === null && simulation.endTime === null
          ? { patch: { staleReason: reason }, events: [] }
          : null,
      );
    }
    if (held.simulation.desiredStatus === "STOPPED") return;
    if (neverBegan(held.simulation)) {
      if (lasted < settings.startWithinMs) return;
      this.#parts.engines.avoid(this.#parts.engine.address);
      await releaseToQueue(held, "ENGINE_UNAVAILABLE", reason, true);
    } else if (lasted >= settings.orphanTimeoutMs) {
      await leaveEngine(this.#parts, reason);
    }
  }
}

function refusal(error: EngineError): string {
  const [first] = error.problems;
  if (first === undefined) return error.message;
  const more = error.problems.length > 1 ? ` (and ${error.problems.length - 1} more)` : "";
  return `The engine refused the config: ${first.path}: ${first.message}${more}`;
}
