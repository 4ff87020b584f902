// The port of leases on the database. What keeps a replica alive has connections of its own, so that it does
// not wait behind the work that it is there to protect.
import type { Leases } from "../core/ports/leases.ts";
import * as admission from "./admission.ts";
import * as claims from "./claims.ts";
import { asking } from "./errors.ts";
import * as replicas from "./replicas.ts";
import type { Database } from "./schema.ts";

export function leasesOn(db: Database, urgent: Database): Leases {
  return {
    join: (replica, leaseMs) => asking(() => replicas.join(urgent, replica, leaseMs)),
    renew: (replica, leaseMs) => asking(() => replicas.renew(urgent, replica, leaseMs)),
    leave: (replica) => asking(() => replicas.leave(urgent, replica)),
    expiries: (ids) => asking(() => replicas.expiries(db, ids)),
    living: () => asking(() => replicas.living(db)),
    lead: (replica, leaseMs) => asking(() => replicas.lead(urgent, replica, leaseMs)),
    endAll: () => asking(() => replicas.endAll(db)),
    owned: (replica) => asking(() => claims.owned(db, replica)),
    claim: (replica, limit) => asking(() => claims.claim(db, replica, limit)),
    admit: (replica, placement) => asking(() => admission.admit(db, replica, placement)),
    awaitingDesign: (limit, after) => asking(() => admission.awaitingDesign(db, limit, after)),
    overdue: (limit) => asking(() => admission.overdue(db, limit)),
  };
}
