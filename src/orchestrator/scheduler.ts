// The one leased scheduler: fetches designs that could not be had at the start, admits what there is room for,
// and ends what has waited too long.
import { messageOf, ServiceError } from "../core/errors.ts";
import type { Bus, BusListener, Unsubscribe } from "../core/ports/bus.ts";
import type { Leases } from "../core/ports/leases.ts";
import type { Log } from "../core/ports/log.ts";
import type { Change, SimulationStore } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { serviceViewer } from "../core/viewer.ts";
import type { EngineWatch } from "./engine-watch.ts";
import { takeHints } from "./hints.ts";
import type { Ledger } from "./ledger.ts";
import { Backoff, type Loop, startLoop } from "./loop.ts";
import { waitedTooLong } from "./owner/ending.ts";
import type { DesignPreparation, Preparation } from "./prepare.ts";
import type { OrchestratorSettings } from "./settings.ts";
import { confirm } from "./transitions.ts";

const admitBatch = 32;
const designBatch = 8;
const overdueBatch = 50;
/** Engines may be silent for this long before simulations are said to wait for them. */
const noEngineAfterMs = 2_000;
const noEngineBatch = 100;
/** For one design that is fetched in the background, retries included. */
const designDeadlineMs = 10_000;

export interface SchedulerParts {
  readonly store: SimulationStore;
  readonly leases: Leases;
  readonly ledger: Ledger;
  readonly bus: Bus;
  readonly preparation: DesignPreparation;
  readonly engines: EngineWatch;
  readonly settings: OrchestratorSettings;
  readonly log: Log;
}

export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #closing = new AbortController();
  readonly #designBackoff = new Backoff(500, 5_000);
  #designsAt = 0;
  #enginesSeenAt = performance.now();
  #fetching: Promise<void> = Promise.resolve();
  #busy = false;
  #loop: Loop | undefined;
  #unsubscribe: Unsubscribe | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  start(): void {
    const { bus, settings, log } = this.#parts;
    const listener: BusListener = {
      // A new one, one with its design, or a place that has become free.
      notice: ({ simulation }) => {
        const isNew = simulation.status === "QUEUED" && simulation.waiting === null;
        if (isNew || simulation.endTime !== null) this.nudge();
      },
      gap: () => this.nudge(),
    };
    this.#unsubscribe = takeHints(bus, listener, log);
    this.#loop = startLoop(
      () => this.#round().then(() => settings.scanEveryMs),
      (error) => {
        log.warn({ reason: messageOf(error) }, "A round of the scheduler failed.");
        return 500;
      },
    );
  }

  nudge(): void {
    this.#loop?.nudge();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#closing.abort();
    await this.#loop?.stop();
    await this.#fetching;
  }

  async #round(): Promise<void> {
    const { leases, settings } = this.#parts;
    if (!(await leases.lead(settings.replica, settings.leaseMs))) return;
    this.#fetchDesigns();
    await this.#admit();
    await this.#endOverdue();
  }

  async #admit(): Promise<void> {
    const { leases, ledger, engines, settings, log } = this.#parts;
    const placeable = engines.placeable().map(({ engine, capabilities }) => ({
      address: engine.address,
      capacity: Math.min(capabilities.maxRuns, settings.admission.perEngine),
    }));
    if (engines.available().length > 0) this.#enginesSeenAt = performance.now();
    if (placeable.length === 0) return this.#tellNoEngine();
    const placement = { engines: placeable, limits: settings.admission, batch: admitBatch };
    const admitted = await leases.admit(settings.replica, placement);
    for (const one of admitted) {
      log.info({ simulationId: one.simulation.id, owner: one.simulation.run.owner }, "Admitted.");
      ledger.tell(one);
    }
    if (admitted.length === admitBatch) this.nudge();
  }

  // Said once it lasts, to those that could run but for that; being admitted takes it back.
  async #tellNoEngine(): Promise<void> {
    if (performance.now() - this.#enginesSeenAt < noEngineAfterMs) return;
    const page = { limit: noEngineBatch, fromEnd: true };
    const queued = await this.#parts.store.list(serviceViewer, { statuses: ["QUEUED"] }, page);
    const waiting = { code: "ENGINE_UNAVAILABLE", message: "No Simulation Engine answers." } as const;
    for (const { id } of queued.simulations.filter(isReady)) {
      await this.#parts.ledger.change(id, { by: "service" }, (simulation) =>
        isReady(simulation) ? { patch: { waiting }, events: [] } : "unchanged",
      );
    }
  }

  async #endOverdue(): Promise<void> {
    for (const { id } of await this.#parts.leases.overdue(overdueBatch)) {
      await this.#parts.ledger.change(
        id,
        { by: "service" },
        (simulation) => waitedTooLong(simulation) ?? "unchanged",
      );
    }
  }

  // Beside the rounds: a design service that hangs delays nobody whose design is known.
  #fetchDesigns(): void {
    if (this.#busy || performance.now() < this.#designsAt) return;
    this.#busy = true;
    this.#fetching = this.#fetchSome()
      .catch((error) => this.#parts.log.warn({ reason: messageOf(error) }, "Fetching designs failed."))
      .finally(() => {
        this.#busy = false;
      });
  }

  // All that wait, a page at a time: those whose design cannot be had keep no other from being looked at.
  async #fetchSome(): Promise<void> {
    let allHad = true;
    let after: string | undefined;
    do {
      const waiting = await this.#parts.leases.awaitingDesign(designBatch, after);
      const outcomes = await Promise.allSettled(waiting.map((simulation) => this.#fetchOne(simulation)));
      for (const outcome of outcomes) {
        if (outcome.status === "rejected" || outcome.value === "unavailable") allHad = false;
        if (outcome.status === "rejected") {
          this.#parts.log.warn({ reason: messageOf(outcome.reason) }, "Fetching a design failed.");
        }
      }
      after = waiting.length === designBatch ? waiting.at(-1)?.id : undefined;
    } while (after !== undefined && !this.#closing.signal.aborted);
    if (allHad) this.#designBackoff.reset();
    else this.#designsAt = performance.now() + this.#designBackoff.nextMs();
  }

  async #fetchOne({ id, designId, userId }: Simulation): Promise<Preparation["kind"]> {
    const { store, preparation, ledger } = this.#parts;
    const input = await store.input(serviceViewer, id);
    if (input === null) throw new ServiceError("SIMULATION_NOT_FOUND", `Simulation ${id} has no input.`);
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(designDeadlineMs)]);
    const outcome = await preparation.prepare(
      { designId, seed: input.seed, duration: input.duration },
      { userId, signal },
    );
    if (this.#closing.signal.aborted) return outcome.kind;
    await ledger.change(
      id,
      { by: "service" },
      (simulation) => withDesign(simulation, outcome) ?? "unchanged",
    );
    return outcome.kind;
  }
}

/** QUEUED, and nothing but a place is missing. */
function isReady({ status, designRevision, waiting }: Simulation): boolean {
  return status === "QUEUED" && designRevision !== null && waiting === null;
}

/** Pure: what fetching its design makes of a simulation that waits for it. */
export function withDesign(simulation: Simulation, outcome: Preparation): Change | null {
  if (simulation.status !== "QUEUED" || simulation.designRevision !== null) return null;
  switch (outcome.kind) {
    case "ready": {
      const { revision, name, seed, duration, document, engineConfig } = outcome;
      return {
        patch: { designRevision: revision, designName: name, seed, duration, waiting: null },
        events: [],
        documents: { design: document, engineConfig },
      };
    }
    case "unavailable":
      return simulation.waiting?.message === outcome.reason
        ? null
        : { patch: { waiting: { code: "DESIGN_SERVICE", message: outcome.reason } }, events: [] };
    case "not-found": {
      const message = "There is no such design.";
      return confirm(simulation, "failed", {
        reason: message,
        failure: { code: "DESIGN_NOT_FOUND", message },
      });
    }
    case "invalid": {
      const [first] = outcome.problems;
      const message = `The design is not valid: ${first?.path ?? ""}: ${first?.message ?? ""}`;
      return confirm(simulation, "failed", { reason: message, failure: { code: "DESIGN_INVALID", message } });
    }
  }
}
