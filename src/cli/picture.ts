// What a watcher knows: the newest of everything, and the last lines of the log. Made of events, drawn by `view/`.
import type { Simulation } from "./answers.ts";
import type { Metrics, StreamStateChanged, WatchedEvent } from "./events.ts";
import { Pace } from "./pace.ts";

/** Lines of the log that are kept; more never fit a screen. */
const linesKept = 100;

export class Picture {
  simulation: Simulation;
  metrics: Metrics | undefined;
  /** The newest last: everything but metrics and words about the stream. */
  readonly lines: WatchedEvent[] = [];
  stream: StreamStateChanged | undefined;
  /** Why there is no connection just now; undefined: there is one. */
  cut: string | undefined;
  readonly pace = new Pace();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  take(event: WatchedEvent): void {
    this.simulation = event.simulation;
    switch (event.__typename) {
      case "StreamStateChanged":
        this.stream = event;
        return;
      case "MetricsSampled":
        this.metrics = event;
        this.pace.add({ simulatedTime: event.simulatedTime, atMs: Date.parse(event.at) });
        return;
      case "StatusChanged":
      case "SpeedChanged":
      case "AttemptStarted":
        this.pace.forget();
        this.#keep(event);
        return;
      default:
        this.#keep(event);
    }
  }

  #keep(event: WatchedEvent): void {
    this.lines.push(event);
    if (this.lines.length > linesKept) this.lines.shift();
  }
}
