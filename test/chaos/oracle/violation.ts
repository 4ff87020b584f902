// What the oracle says where an invariant did not hold.

/** What a user would call it. */
export type Harm =
  | "lost"
  | "doubled"
  | "out of order"
  | "changed"
  | "never stored"
  | "stale write"
  | "left over"
  | "stuck"
  | "disclosed"
  | "miscounted";

export interface Violation {
  readonly invariant: Invariant;
  readonly harm: Harm;
  /** Null where it is not of one simulation. */
  readonly simulation: string | null;
  readonly detail: string;
}

export const invariants = {
  I1: "every accepted start is found and reaches a terminal status",
  I2: "one idempotency key, one simulation, also after timeouts",
  I3: "a terminal status never changes, and every subscriber saw the same one",
  I4: "no duplicate and no going back per subscription, across resumes",
  I5: "no gap, or an explicit gap notice, and none at the end",
  I6: "nothing follows the terminal event",
  I7: "all subscribers agree on (simulation, seq) and the event's own fields",
  I8: "nobody sees an event that the store does not hold",
  I9: "no committed write and no accepted engine call from an older fencing token",
  I10: "no event of a superseded attempt is stored, and every superseded run ends",
  I11: "a terminal simulation has no live engine run",
  I12: "a stop acknowledged is a run ended",
  I13: "nothing of one tenant is delivered to another",
  I14: "after quiet, leases, subscriptions, timers, streams and sockets are back at zero",
  I15: "limits counted equal the truth recomputed from rows",
  I16: "once faults end, every simulation is terminal, or as desired, or QUEUED for a stated reason",
} as const;

export type Invariant = keyof typeof invariants;
