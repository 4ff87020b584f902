// The replica's right to drive simulations: one lease, renewed by the database's clock, and what is owned by it.
//
//     joining -> living -> (cannot renew for selfFenceMs: fenced -> living or joining again) -> left
//
// A fenced replica drives nothing: it stops before its lease ends. When it can renew again it goes on with what nobody
// has claimed. Where the database takes it for dead sooner, its tokens are refused.
import { messageOf } from "../../core/errors.ts";
import type { Bus, BusListener, Unsubscribe } from "../../core/ports/bus.ts";
import type { Leases, OwnedSimulation } from "../../core/ports/leases.ts";
import { takeHints } from "../hints.ts";
import type { Ledger } from "../ledger.ts";
import { type Loop, startLoop, within } from "../loop.ts";
import { type DriveParts, drive } from "./drive.ts";
import { Fenced, HeldSimulation } from "./held.ts";
import { tellingStatus } from "./telling.ts";

const claimBatch = 50;
const letGoMs = 1_000;

export interface OwnershipParts extends DriveParts {
  readonly leases: Leases;
  readonly ledger: Ledger;
  readonly bus: Bus;
}

interface Driven {
  readonly held: HeldSimulation;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class Ownership {
  readonly #parts: OwnershipParts;
  readonly #driven = new Map<string, Driven>();
  #renewing: Loop | undefined;
  #scanning: Loop | undefined;
  #unsubscribe: Unsubscribe | undefined;
  #joined = false;
  /** Monotonic: when the last renewal that succeeded was asked for. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
  }

  /** Whether this replica may drive simulations now. */
  get isLiving(): boolean {
    return this.#living;
  }

  /** How many simulations this replica drives now. */
  get size(): number {
    return this.#driven.size;
  }

  async start(): Promise<void> {
    const { settings, log, bus } = this.#parts;
    await this.#renew();
    const listener: BusListener = {
      notice: ({ simulation }) => {
        const driven = this.#driven.get(simulation.id);
        if (driven !== undefined) driven.held.learn(simulation);
        else if (simulation.run.owner === settings.replica && simulation.endTime === null) this.nudge();
      },
      gap: () => this.nudge(),
    };
    this.#unsubscribe = takeHints(bus, listener, log);
    this.#renewing = startLoop(
      () => this.#renew().then(() => settings.renewEveryMs),
      (error) => {
        log.warn({ reason: messageOf(error) }, "The lease could not be renewed.");
        return Math.min(settings.renewEveryMs, 200);
      },
    );
    this.#scanning = startLoop(
      () => this.#scan().then(() => settings.scanEveryMs),
      (error) => {
        log.warn({ reason: messageOf(error) }, "What is owned could not be read.");
        return settings.scanEveryMs;
      },
    );
    this.#watchdog = setInterval(() => this.#fenceIfStale(), Math.min(100, settings.selfFenceMs / 4));
  }

  /** Looks at once for what is to be driven. */
  nudge(): void {
    this.#scanning?.nudge();
  }

  /** Stops driving and gives everything up, for others to claim at once. */
  async drain(): Promise<void> {
    this.#unsubscribe?.();
    clearInterval(this.#watchdog);
    await this.#scanning?.stop();
    await this.#letGo("The replica is draining.");
    await this.#renewing?.stop();
    if (this.#joined) await this.#parts.leases.leave(this.#parts.settings.replica);
    this.#joined = false;
  }

  async #renew(): Promise<void> {
    const { leases, settings, log } = this.#parts;
    const askedAt = performance.now();
    if (this.#joined && !(await leases.renew(settings.replica, settings.leaseMs))) {
      log.warn({}, "The lease ran out and was removed; joining anew.");
      this.#joined = false;
      await this.#letGo("The lease was lost.");
    }
    if (!this.#joined) {
      await leases.join(settings.replica, settings.leaseMs);
      this.#joined = true;
    }
    this.#renewedAt = askedAt;
  }

  get #living(): boolean {
    return this.#joined && performance.now() - this.#renewedAt < this.#parts.settings.selfFenceMs;
  }

  #fenceIfStale(): void {
    if (this.#living || this.#driven.size === 0) return;
    this.#parts.log.warn(
      { simulations: this.#driven.size },
      "No renewal for too long: driving nothing until there is one.",
    );
    void this.#letGo("The lease could not be renewed.");
  }

  // A driver that waits for an engine's answer is waited for only so long: what it would still write carries a
  // token and an owner that the row will not have.
  async #letGo(reason: string): Promise<void> {
    const driven = [...this.#driven.values()];
    for (const { abort } of driven) abort.abort(reason);
    await within(letGoMs, Promise.all(driven.map(({ ended }) => ended)));
  }

  async #scan(): Promise<void> {
    const { leases, ledger, settings, log } = this.#parts;
    if (!this.#living) return;
    // First what a dead replica left behind: it has waited for long already. One batch a scan: with several
    // replicas alive, its simulations are spread over them.
    const claimed = await leases.claim(settings.replica, claimBatch);
    for (const one of claimed) {
      const { id, status, attempt } = one.simulation;
      log.info({ simulationId: id, status, attempt, token: one.token }, "Taken over.");
      ledger.tell(one);
      this.#hold(one);
    }
    const owned = await leases.owned(settings.replica);
    for (const simulation of owned) this.#hold(simulation);
  }

  #hold({ simulation, token }: OwnedSimulation): void {
    const before = this.#driven.get(simulation.id);
    if (before !== undefined) {
      if (before.held.token === token) before.held.learn(simulation);
      else before.abort.abort("The token was raised.");
      return;
    }
    if (!this.#living) return;
    const { ledger, settings, log } = this.#parts;
    const held = new HeldSimulation(ledger, settings.replica, simulation, token, tellingStatus(log));
    const abort = new AbortController();
    const ended = this.#drive(held, abort.signal).finally(() => this.#driven.delete(simulation.id));
    this.#driven.set(simulation.id, { held, abort, ended });
  }

  async #drive(held: HeldSimulation, signal: AbortSignal): Promise<void> {
    const log = this.#parts.log.child({ simulationId: held.id, token: held.token });
    log.debug({ status: held.simulation.status }, "Driving.");
    try {
      await drive(held, this.#parts, signal);
      log.debug({ status: held.simulation.status }, "No longer driving.");
    } catch (error) {
      if (error instanceof Fenced) log.info({}, "Let go: the simulation is not this replica's any more.");
      else log.error({ err: error }, "Driving failed; the next scan takes it up again.");
    }
  }
}
