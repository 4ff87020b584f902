// The store, counted and traced: what has been committed.
import type { SimulationEvent } from "../core/events.ts";
import type { Leases } from "../core/ports/leases.ts";
import { type Meter, secondsSince } from "../core/ports/meter.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import type { Tracing } from "./tracing.ts";

export function observedStore(
  store: SimulationStore,
  meter: Meter,
  tracing: Tracing | undefined,
): SimulationStore {
  const commit: Tracing["child"] = (name, facts, work) => tracing?.child(name, facts, work) ?? work();
  return {
    // Reads as they are.
    ...store,
    async create(draft) {
      const result = await commit("commit", { "commit.kind": "create" }, () => store.create(draft));
      if (result.kind === "created") countStored(meter, result.events);
      return result;
    },
    async change(id, guard, decide) {
      const facts = { "commit.kind": "change", "commit.by": guard.by, "simulation.id": id };
      const result = await commit("commit", facts, () => store.change(id, guard, decide));
      if (result.kind === "changed") countStored(meter, result.events);
      return result;
    },
  };
}

export function observedLeases(leases: Leases, meter: Meter, tracing: Tracing | undefined): Leases {
  let leadsUntil = Number.NEGATIVE_INFINITY;
  meter.gauge("simulations_leading", {}, () => (performance.now() < leadsUntil ? 1 : 0));
  return {
    ...leases,
    async renew(replica, leaseMs) {
      const begunAt = performance.now();
      try {
        const renewed = await leases.renew(replica, leaseMs);
        meter.count("simulations_lease_renewals_total", { outcome: renewed ? "renewed" : "lost" });
        return renewed;
      } catch (error) {
        meter.count("simulations_lease_renewals_total", { outcome: "failed" });
        throw error;
      } finally {
        meter.observe("simulations_lease_renewal_seconds", {}, secondsSince(begunAt));
      }
    },
    async claim(replica, limit) {
      const claimed = await leases.claim(replica, limit);
      if (claimed.length > 0) meter.count("simulations_takeovers_total", {}, claimed.length);
      for (const { events } of claimed) countStored(meter, events);
      return claimed;
    },
    async lead(replica, leaseMs) {
      const askedAt = performance.now();
      const leads = await leases.lead(replica, leaseMs);
      leadsUntil = leads ? askedAt + leaseMs : Number.NEGATIVE_INFINITY;
      return leads;
    },
    async admit(replica, placement) {
      const since = Date.now();
      const admitted = await leases.admit(replica, placement);
      for (const { simulation, events } of admitted) {
        countStored(meter, events);
        meter.count("simulations_admissions_total", {});
        const waited = Math.max(0, Date.now() - simulation.createdAt.getTime()) / 1000;
        meter.observe("simulations_queue_wait_seconds", {}, waited);
        const wanted = tracing?.wanted.of(simulation.id);
        const facts = { "simulation.id": simulation.id };
        if (wanted !== undefined) tracing?.under(wanted, "scheduler.admit", facts, () => {}, since);
      }
      return admitted;
    },
  };
}

function countStored(meter: Meter, events: readonly SimulationEvent[]): void {
  if (events.length === 0) return;
  meter.count("simulations_events_total", { stage: "stored" }, events.length);
  for (const { body } of events) {
    if (body.type === "STATUS_CHANGED")
      meter.count("simulations_status_changes_total", { status: body.status });
  }
}
