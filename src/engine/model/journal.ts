import type { Event, LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import type { Agenda } from "./agenda.ts";

/** Log records of one run; later ones are dropped, so that a run's log stays small whatever happens in it. */
export const MAX_LOG_RECORDS = 1_000;

/** The numbered events of a run, in order, until they are taken. */
export class Journal {
  private readonly agenda: Agenda;
  private events: Event[] = [];
  private lastSeq = 0;
  private logRecords = 0;

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

  take(): Event[] {
    const taken = this.events;
    this.events = [];
    return taken;
  }
}
