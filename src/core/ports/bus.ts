// Notices between replicas. A notice is a hint that carries events: it may be lost, doubled, late or out of
// order, and nothing is lost by that, since the log is the truth and seq shows what is missing.
import type { SimulationEvent } from "../events.ts";
import type { Simulation } from "../simulation.ts";
import type { Standing } from "../standing.ts";

/** Of one that was heard, name what you take: what has not been read yet is lost by a spread. */
export interface Notice {
  /** As of the last of the events, or newer. */
  readonly simulation: Simulation;
  /** The same as it stands, where that can be told before the simulation has been read. */
  readonly standing?: Standing;
  /** Dense and ascending; empty where only the simulation changed. */
  readonly events: readonly SimulationEvent[];
  /** The bodies of the events as JSON, where they have been written already; of the same number. */
  readonly bodies?: readonly string[];
  /** The trace in which it was published, where there is one: W3C `traceparent`. */
  readonly traceparent?: string;
}

/** `notice`: something was committed. `gap`: notices may have been lost; look into the log. */
export interface BusListener {
  notice(notice: Notice): void;
  gap(): void;
}

export interface Bus {
  /** Never blocks, never throws: a notice that cannot be sent is dropped. */
  publish(notice: Notice): void;
  /** Notices of one simulation. Listening has begun when the promise resolves. */
  subscribe(simulationId: string, listener: BusListener): Promise<Unsubscribe>;
  /**
   * Notices of every simulation that tell of a change of status, desire or speed, and of progress now and then. Their
   * events may be left out.
   */
  subscribeAll(listener: BusListener): Promise<Unsubscribe>;
  /** "up", or why live delivery is by polling. */
  health(): { readonly up: boolean; readonly reason?: string };
  close(): Promise<void>;
}

export type Unsubscribe = () => void;
