import { type Agenda, SHARED_END } from "./agenda.ts";
import type { Request, RequestTable } from "./flight.ts";
import type { Sharing } from "./sharing.ts";
import type { Station } from "./station.ts";

/**
 * Work at stations whose requests share the cores (processor sharing): no request waits for a slot, and each piece
 * of work takes the longer the more there are. Cores at work count as busy slots, work beyond them as queued.
 */
export class SharedWork {
  private readonly agenda: Agenda;
  private readonly requests: RequestTable;
  private readonly shares: readonly Sharing[];

  constructor(agenda: Agenda, requests: RequestTable, shares: readonly Sharing[]) {
    this.agenda = agenda;
    this.requests = requests;
    this.shares = shares;
  }

  begin(request: Request, sharing: Sharing, workMs: number): void {
    const station = request.link.to;
    this.leave(station, sharing);
    sharing.begin(this.agenda.nowMs, workMs, request.index, request.generation);
    request.workSinceMs = sharing.workedMs;
    this.enter(station, sharing);
  }

  /** The request whose work is done; undefined where the end was planned before something changed. */
  end(index: number, generation: number): Request | undefined {
    const sharing = this.shares[index];
    if (sharing === undefined || sharing.generation !== generation) return undefined;
    const request = this.requests.all[sharing.firstRequest];
    if (request === undefined) return undefined;
    this.leave(request.link.to, sharing);
    sharing.finishFirst(this.agenda.nowMs);
    this.enter(request.link.to, sharing);
    return request;
  }

  /** To be called while the request still has its generation. */
  breakOff(request: Request, sharing: Sharing): void {
    this.leave(request.link.to, sharing);
    sharing.breakOff(this.agenda.nowMs);
    // Its end must not be planned: from here on it is told by its generation.
    request.generation = (request.generation + 1) | 0;
    this.enter(request.link.to, sharing);
  }

  hold(station: Station, sharing: Sharing, held: boolean): void {
    this.leave(station, sharing);
    sharing.hold(this.agenda.nowMs, held);
    this.enter(station, sharing);
  }

  private leave(station: Station, sharing: Sharing): void {
    station.elapse(this.agenda.nowMs);
    station.busy -= sharing.busyCores;
    station.queued -= sharing.active - sharing.busyCores;
  }

  /** Also plans the next end anew. */
  private enter(station: Station, sharing: Sharing): void {
    station.busy += sharing.busyCores;
    station.queued += sharing.active - sharing.busyCores;
    if (station.queued > station.meter.maxQueue) station.meter.maxQueue = station.queued;
    sharing.generation = (sharing.generation + 1) | 0;
    const { all } = this.requests;
    const afterMs = sharing.nextAfterMs(
      this.agenda.nowMs,
      (request, generation) => all[request]?.generation === generation,
    );
    if (Number.isFinite(afterMs)) this.agenda.after(afterMs, SHARED_END, sharing.index, sharing.generation);
  }
}
