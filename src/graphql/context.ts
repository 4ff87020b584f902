// What a resolver may use. One per operation; a subscription keeps its own for as long as it lasts.
import type { DesignSource } from "../core/ports/designs.ts";
import type { Leases } from "../core/ports/leases.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import type { Feed } from "../feed/feed.ts";
import type { Commands } from "../orchestrator/commands.ts";

/** The parts of the service behind the schema; the same for every operation. */
export interface GraphQLParts {
  readonly commands: Commands;
  readonly store: SimulationStore;
  /** Who of the replicas lives, to be shown. */
  readonly leases: Pick<Leases, "expiries">;
  readonly feed: Feed;
  readonly designs: DesignSource;
}

export interface GraphQLContext extends GraphQLParts {
  readonly viewer: Viewer;
}
