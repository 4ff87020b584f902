// The read side of the log, as the API sees it.
import type { EventType, SimulationEvent } from "../core/events.ts";
import type { SimulationFilter } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";

export interface FollowOptions {
  /** 0: the whole log; n: all that comes after n; left out: the present state, then what comes. */
  readonly after?: number;
  readonly types?: readonly EventType[];
  /** Metrics events per second, the newest wins; other events are never dropped. */
  readonly maxRate?: number;
}

export type StreamState = "CATCHING_UP" | "LIVE" | "STALE" | "GAP";

/** About the stream, not in the log; `seq` is the position it speaks of. */
export interface StreamStateChange {
  readonly kind: "state";
  readonly state: StreamState;
  readonly reason: string | null;
  readonly seq: number;
  readonly at: Date;
  readonly simulatedTime: number;
  readonly simulation: Simulation;
}

export interface DeliveredEvent {
  readonly kind: "event";
  readonly event: SimulationEvent;
  /** The newest snapshot, never older than the event. */
  readonly simulation: Simulation;
}

export type FeedItem = DeliveredEvent | StreamStateChange;

export type ListUpdate =
  | { readonly kind: "RESET" }
  | { readonly kind: "ENTERED" | "UPDATED" | "LEFT"; readonly simulation: Simulation };

export interface Feed {
  /**
   * In order, without a gap or a double; ends after the terminal event. `return()` settles a pending `next()`
   * at once. Throws ServiceError SIMULATION_NOT_FOUND, CURSOR_OUT_OF_RANGE, BAD_INPUT before the first item.
   */
  follow(
    viewer: Viewer,
    simulationId: string,
    options: FollowOptions,
  ): Promise<AsyncIterableIterator<FeedItem>>;
  /** RESET, the present list, then changes; converges after anything. Newest of one simulation wins. */
  updates(viewer: Viewer, filter: SimulationFilter): Promise<AsyncIterableIterator<ListUpdate>>;
  /** Ends every reader. */
  close(): Promise<void>;
}
