import { type Event, FaultEvent_Phase, type LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import type { Agenda } from "./agenda.ts";

/** Log records of one run; later ones are dropped, so that a run's log stays small whatever happens in it. */
export const MAX_LOG_RECORDS = 1_000;

export const MAX_BREAKER_EVENTS = 10_000;

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
  private breakerEvents = 0;

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

  /** A breaker is in another state (see circuit-breaker.ts). Later ones of a run are dropped, as log records are. */
  breaker(link: string, state: number): void {
    if (this.breakerEvents >= MAX_BREAKER_EVENTS) return;
    this.breakerEvents++;
    const phase = BREAKER_PHASES[state] ?? FaultEvent_Phase.PHASE_UNSPECIFIED;
    this.write({
      $case: "fault",
      value: { faultId: "", kind: "breaker", target: link, phase, value: state },
    });
  }

  take(): Event[] {
    const taken = this.events;
    this.events = [];
    return taken;
  }
}
