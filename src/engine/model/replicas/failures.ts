import { type Agenda, REPLICA } from "../agenda.ts";
import { Random } from "../random.ts";
import type { Station } from "../station.ts";
import type { Outage, Outages } from "./outages.ts";

/**
 * Replicas that fail by themselves and are repaired: each is up and down in turn, for exponential times with the
 * means mtbf_ms and mttr_ms. Replicas that were added later do not fail.
 */
export class Failures {
  private readonly agenda: Agenda;
  private readonly outages: Outages;
  private readonly draws: Random;
  private readonly station: Station;
  private readonly down: (Outage | undefined)[] = [];

  constructor(agenda: Agenda, outages: Outages, station: Station, seed: number) {
    this.agenda = agenda;
    this.outages = outages;
    this.station = station;
    this.draws = new Random(seed, station.id, "station:failures");
    for (let replica = 0; replica < station.config.replicas; replica++)
      this.plan(replica, station.config.mtbfMs);
  }

  /** One of the replicas fails, or is back. */
  turn(replica: number): void {
    const { station, outages } = this;
    const { nowMs } = this.agenda;
    const outage = this.down[replica];
    if (outage === undefined) {
      this.down[replica] = outages.kill(station, 1, nowMs, "any");
      this.plan(replica, station.config.mttrMs);
    } else {
      outages.restore(station, outage, nowMs);
      this.down[replica] = undefined;
      this.plan(replica, station.config.mtbfMs);
    }
  }

  private plan(replica: number, meanMs: number): void {
    const afterMs = -Math.log(this.draws.unit()) * meanMs;
    this.agenda.after(afterMs, REPLICA, this.station.index, replica);
  }
}
