import { type Event, FaultEvent_Phase, type LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import type { Agenda } from "./agenda.ts";

/** Log records of one run; later ones are dropped, so that a run's log stays small whatever happens in it. */
export const MAX_LOG_RECORDS = 1_000;

/** Changes of breakers and autoscalers of one run; later ones are dropped, and the samples go on to show them. */
export const MAX_CHANGES = 10_000;

/** By state: closed, open, half open. */
const BREAKER_PHASES = [
  FaultEvent_Phase.PHASE_BREAKER_CLOSED,
  FaultEvent_Phase.PHASE_BREAKER_OPEN,
  FaultEvent_Phase.PHASE_BREAKER_HALF_OPEN,
];

/** The numbered events of a run, in order, until they are taken. */
export class Journal {
  private readonly agenda: Agenda;
  private events: Event[] = [];
  private lastSeq = 0;
  private logRecords = 0;
  private changes = 0;

  constructor(agenda: Agenda) {
    this.agenda = agenda;
  }

  /** Numbers and dates an event: seq from 1 without holes, at the simulated time that it is now. */
  write(payload: NonNullable<Event["payload"]>): void {
    this.lastSeq++;
    this.events.push({ seq: this.lastSeq, simTimeMs: this.agenda.nowMs, payload });
  }

  /** `target`: id of a station, link or source; empty: the run as a whole. */
  log(level: LogRecord_Level, code: string, message: string, target = ""): void {
    if (this.logRecords >= MAX_LOG_RECORDS) return;
    this.logRecords++;
    this.write({ $case: "log", value: { level, code, message, target } });
  }

  /** A breaker is in another state (see circuit-breaker.ts). */
  breaker(link: string, state: number): void {
    this.change("breaker", link, BREAKER_PHASES[state] ?? FaultEvent_Phase.PHASE_UNSPECIFIED, state);
  }

  /** An autoscaler has changed a station's replicas; bounded together with the breakers' events. */
  scaled(station: string, replicas: number): void {
    this.change("autoscale", station, FaultEvent_Phase.PHASE_SCALED, replicas);
  }

  take(): Event[] {
    const taken = this.events;
    this.events = [];
    return taken;
  }

  private change(kind: string, target: string, phase: FaultEvent_Phase, value: number): void {
    if (this.changes >= MAX_CHANGES) return;
    this.changes++;
    this.write({ $case: "fault", value: { faultId: "", kind, target, phase, value } });
  }
}
