// Who drives what. A replica holds one lease, renewed by the database's clock; a simulation's row names its
// owner and the fencing token that each new owner raises. What is not renewed is taken over.
import type { SimulationEvent } from "../events.ts";
import type { Simulation } from "../simulation.ts";

export interface OwnedSimulation {
  readonly simulation: Simulation;
  readonly token: number;
}

/** To be published by whoever admitted it. */
export interface Admitted {
  readonly simulation: Simulation;
  readonly events: readonly SimulationEvent[];
}

/** Taken over, which its log says; to be published by whoever claimed it. */
export interface Claimed extends OwnedSimulation, Admitted {}

export interface AdmissionLimits {
  /** Simulations that hold a place on an engine at a time (STARTING, RUNNING, PAUSED). */
  readonly total: number;
  readonly perProject: number;
  readonly perUser: number;
  readonly perEngine: number;
}

export interface Placement {
  /** Engines that can take a run now, with what each can hold in all. */
  readonly engines: readonly { readonly address: string; readonly capacity: number }[];
  readonly limits: AdmissionLimits;
  /** At most this many in one round. */
  readonly batch: number;
}

/** Throws ServiceError UNAVAILABLE when the database cannot be asked: then the lease was not renewed. */
export interface Leases {
  /** Begins to live. While a replica of the same id is alive: UNAVAILABLE. */
  join(replica: string, leaseMs: number): Promise<void>;
  /** False: the lease had run out and somebody has removed it; the replica must let go of everything and join anew. */
  renew(replica: string, leaseMs: number): Promise<boolean>;
  /** Gives up the lease and every simulation it owns, for others to claim at once. */
  leave(replica: string): Promise<void>;
  /** What the rows say that this replica owns, terminal ones left out. */
  owned(replica: string): Promise<readonly OwnedSimulation[]>;
  /** Takes over simulations whose owner is gone or dead, raising each token; at most `limit`. Removes dead leases. */
  claim(replica: string, limit: number): Promise<readonly Claimed[]>;
  /** When the leases of these replicas run out unless they are renewed; without those that have none. */
  expiries(replicas: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** The replicas whose leases have not run out, this one among them. */
  living(): Promise<ReadonlySet<string>>;
  /**
   * The scheduler's right, held by one replica at a time for `leaseMs`. True: it is this replica's now.
   */
  lead(replica: string, leaseMs: number): Promise<boolean>;
  /**
   * Admits QUEUED simulations whose design is known, oldest first within a project, projects in turn, within the
   * limits counted from the rows: each becomes STARTING on an engine, owned by a living replica, with its event.
   * None where this replica does not lead.
   */
  admit(replica: string, placement: Placement): Promise<readonly Admitted[]>;
  /** QUEUED simulations whose design is still to be fetched, oldest first, those after that id. */
  awaitingDesign(limit: number, after?: string): Promise<readonly Simulation[]>;
  /** QUEUED simulations that waited for longer than they may, those that have for the longest first. */
  overdue(limit: number): Promise<readonly Simulation[]>;
  /** Ends every lease: the leases of the last boot, where one process alone can use the database. */
  endAll(): Promise<void>;
}
