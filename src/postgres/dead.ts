// When a replica counts as dead: when its lease has run out, or sooner where Postgres itself has seen it go. The kernel
// closes the connections of a process that dies, so the session that renewed its lease last is gone at once. That alone
// proves nothing, as a pool closes connections too and a cut link ends them: it shortens how long the replica must
// have been silent. One that lives renews meanwhile by another connection, and one that cannot is fenced by its token.
//
// Behind a pooler the session is the pooler's and outlives the replica: there the lease alone counts.
import { sql } from "kysely";

/** More than two renewals that were due did not come. */
const silentMs = 1_200;

/** Of a row of `replicas`, as `by` sees it, a replica that has a lease itself. */
export const isDead = (by: string) => sql<boolean>`
  (replicas.expires_at <= clock_timestamp() or (
    replicas.renewed_at <= clock_timestamp() - ${silentMs}::float8 * interval '1 ms'
    and not exists (select from pg_stat_get_activity(replicas.session))
    and ${isOlderSessionOf(by)}
  ))`;

/**
 * The one who looks has had its session since before the other fell silent: neither a restart of the server nor one
 * cut of all links took the other's.
 */
const isOlderSessionOf = (by: string) => sql<boolean>`
  exists (
    select from replicas own, pg_stat_get_activity(own.session) mine
    where own.id = ${by} and mine.backend_start < replicas.renewed_at
  )`;
