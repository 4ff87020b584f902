// Every metric of the service: its name, what it counts and in which unit, and all values that its labels can have.
// Labels are bounded: no id, user or address is ever one. docs/operations.md has the same as a table, made of this.
import { graphqlCodes, limitNames } from "./metric-labels.ts";

/** Label names with all their values. */
type Labels = Readonly<Record<string, readonly string[]>>;

export type MetricDefinition =
  | { readonly type: "counter" | "gauge"; readonly help: string; readonly labels: Labels }
  | {
      readonly type: "histogram";
      readonly help: string;
      readonly labels: Labels;
      /** Upper bounds, in the unit of the metric. */
      readonly buckets: readonly number[];
    };

/** s: of what takes from a millisecond to some seconds. */
const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** s: of waits. */
const slow = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];
const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const transports = ["websocket", "sse"] as const;
const engineMethods = [
  "capabilities",
  "start",
  "pause",
  "resume",
  "setSpeed",
  "stop",
  "get",
  "acknowledge",
  "forget",
  "list",
  "subscribe",
] as const;

export const metrics = {
  simulations_sockets_open: { type: "gauge", help: "WebSockets that are open.", labels: {} },
  simulations_sockets_max: { type: "gauge", help: "WebSockets that this replica takes at most.", labels: {} },
  simulations_sockets_waiting: {
    type: "gauge",
    help: "Requests to open a WebSocket that wait for their turn.",
    labels: {},
  },
  simulations_socket_upgrades_total: {
    type: "counter",
    help: "Requests to open a WebSocket, by what came of them: refused for an unknown path, host or origin, by a limit of their address (429), or because the replica is full or drains (503).",
    labels: {
      outcome: ["opened", "not-found", "unknown-host", "forbidden-origin", "limited", "unavailable", "other"],
    },
  },
  simulations_socket_closes_total: {
    type: "counter",
    help: "WebSockets closed, by whose code it was and why: normal (1000, 1001, 1005), lost (1006), restart (1012), limits (1008, 1009, 4408, 4420, 4429), try-again (1013), protocol (4400, 4409 and the like), refused (4401, 4403), internal (1011, 4500), other.",
    labels: {
      reason: [
        "normal",
        "lost",
        "restart",
        "limits",
        "try-again",
        "protocol",
        "refused",
        "internal",
        "other",
      ],
    },
  },
  simulations_operations_open: {
    type: "gauge",
    help: "GraphQL operations under way on sockets and event streams: mostly subscriptions.",
    labels: { transport: transports },
  },
  simulations_operations_total: {
    type: "counter",
    help: "GraphQL operations that could be parsed, by kind.",
    labels: { kind: ["query", "mutation", "subscription"] },
  },
  simulations_operation_seconds: {
    type: "histogram",
    help: "Seconds to execute a query or a mutation.",
    labels: { kind: ["query", "mutation"] },
    buckets: quick,
  },
  simulations_graphql_errors_total: {
    type: "counter",
    help: "Errors told to clients in the errors of an answer, by code. Refusals that are results of a mutation are in simulations_commands_total.",
    labels: { code: graphqlCodes },
  },
  simulations_http_requests_open: {
    type: "gauge",
    help: "HTTP requests under way, event streams included.",
    labels: {},
  },
  simulations_http_requests_total: {
    type: "counter",
    help: "HTTP requests answered, by class of status.",
    labels: { status: ["2xx", "3xx", "4xx", "5xx", "aborted"] },
  },
  simulations_frames_sent_total: {
    type: "counter",
    help: "Messages written to sockets, and results written to event streams.",
    labels: { transport: transports },
  },
  simulations_frame_characters_sent_total: {
    type: "counter",
    help: "Characters of the messages written to sockets and of the results written to event streams; about as many bytes.",
    labels: { transport: transports },
  },
  simulations_limits_hit_total: {
    type: "counter",
    help: "Times that something was refused or ended because a limit was reached, by limit.",
    labels: { limit: limitNames },
  },

  simulations_feed_topics: {
    type: "gauge",
    help: "Simulations that somebody watches on this replica.",
    labels: {},
  },
  simulations_feed_readers: {
    type: "gauge",
    help: "Subscriptions to the events of a simulation.",
    labels: {},
  },
  simulations_feed_list_readers: { type: "gauge", help: "Subscriptions to live lists.", labels: {} },
  simulations_feed_lag_events: {
    type: "gauge",
    help: "Events that readers are behind the newest that this replica knows of: of the reader that is furthest behind, and of all together.",
    labels: { of: ["furthest", "all"] },
  },
  simulations_feed_tail_bytes: {
    type: "gauge",
    help: "Bytes of events kept in memory for readers, estimated.",
    labels: {},
  },
  simulations_shared_groups: {
    type: "gauge",
    help: "Groups of subscriptions that see the same and share its rendering.",
    labels: {},
  },
  simulations_shared_renderings_total: {
    type: "counter",
    help: "Results asked of such groups: made anew (miss), or given again (hit).",
    labels: { outcome: ["hit", "miss"] },
  },
  simulations_events_total: {
    type: "counter",
    help: "Events by how far they have come: received from an engine; stored, with the service's own; published as notices; heard, in notices of a simulation that is watched here; delivered, once for each reader.",
    labels: { stage: ["received", "stored", "published", "heard", "delivered"] },
  },
  simulations_delivery_seconds: {
    type: "histogram",
    help: "Seconds from an event's commit, by the database's clock, to its delivery to a live reader, by this replica's.",
    labels: {},
    buckets: quick,
  },

  simulations_commit_batches_total: {
    type: "counter",
    help: "Transactions that commit changes gathered together, by outcome; split: one of the changes could not be stored, and each is tried alone; outdated: somebody else has written one of the simulations, and what stands in the database is looked at.",
    labels: { outcome: ["committed", "failed", "outdated", "split"] },
  },
  simulations_commit_changes: {
    type: "histogram",
    help: "Changes in one commit.",
    labels: {},
    buckets: sizes,
  },
  simulations_commit_seconds: {
    type: "histogram",
    help: "Seconds that one commit takes.",
    labels: {},
    buckets: quick,
  },
  simulations_commit_waiting: {
    type: "gauge",
    help: "Changes that wait for their commit or are in it.",
    labels: {},
  },
  simulations_database_up: {
    type: "gauge",
    help: "1: the database answers; 0: it does not. Asked for each scrape.",
    labels: {},
  },
  simulations_database_connections: {
    type: "gauge",
    help: "Connections to a database server by pool, busy or idle, and requests that wait for one. The embedded database has none.",
    labels: {
      pool: ["work", "searches", "commits", "leases"],
      state: ["busy", "idle", "waiting"],
    },
  },

  simulations_lease_renewals_total: {
    type: "counter",
    help: "Renewals of this replica's lease: renewed, lost (somebody has removed it), failed (the database did not answer).",
    labels: { outcome: ["renewed", "lost", "failed"] },
  },
  simulations_lease_renewal_seconds: {
    type: "histogram",
    help: "Seconds that a renewal of this replica's lease takes.",
    labels: {},
    buckets: quick,
  },
  simulations_lease_held: {
    type: "gauge",
    help: "1: this replica may drive simulations; 0: it has joined no lease, or could not renew it in time.",
    labels: {},
  },
  simulations_owned: { type: "gauge", help: "Simulations that this replica drives.", labels: {} },
  simulations_takeovers_total: {
    type: "counter",
    help: "Simulations that this replica has taken over from one that is gone.",
    labels: {},
  },
  simulations_leading: {
    type: "gauge",
    help: "1: this replica is the scheduler; at most one of all is.",
    labels: {},
  },
  simulations_by_status: {
    type: "gauge",
    help: "Simulations of the whole installation that have not ended, by status; counted to ten thousand, at most 5 s ago. Every owner tells the same.",
    labels: { status: ["QUEUED", "STARTING", "RUNNING", "PAUSED"] },
  },
  simulations_queue_oldest_seconds: {
    type: "gauge",
    help: "Seconds that the oldest simulation in the queue has existed; 0: the queue is empty. At most 5 s ago.",
    labels: {},
  },
  simulations_admissions_total: { type: "counter", help: "Simulations admitted from the queue.", labels: {} },
  simulations_queue_wait_seconds: {
    type: "histogram",
    help: "Seconds from a simulation's start mutation to its admission.",
    labels: {},
    buckets: slow,
  },
  simulations_status_changes_total: {
    type: "counter",
    help: "Changes of status that this replica has stored, by the new status.",
    labels: { status: ["QUEUED", "STARTING", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "STOPPED"] },
  },
  simulations_commands_total: {
    type: "counter",
    help: "Commands of users, by outcome; refused: with a reason that the client can act on; unavailable: a part is down; failed: a defect.",
    labels: {
      command: ["start", "stop", "pause", "resume", "setSpeed", "stopMany"],
      outcome: ["accepted", "refused", "unavailable", "failed"],
    },
  },

  simulations_engine_calls_total: {
    type: "counter",
    help: "Calls of engines, by outcome; unknown: no answer in time, asked again; protocol: the engine broke its contract.",
    labels: { method: engineMethods, outcome: ["done", "refused", "unknown", "protocol"] },
  },
  simulations_engine_call_seconds: {
    type: "histogram",
    help: "Seconds that a call of an engine takes; of subscribe, the stream's life.",
    labels: { method: engineMethods },
    buckets: quick,
  },
  simulations_engines: {
    type: "gauge",
    help: "Engines: those configured, those that answer, and those that can be given runs.",
    labels: { state: ["configured", "answering", "placeable"] },
  },
  simulations_design_fetches_total: {
    type: "counter",
    help: "Designs asked of the Design Service or the folder, by outcome.",
    labels: { outcome: ["found", "not-found", "unavailable", "invalid"] },
  },
  simulations_design_fetch_seconds: {
    type: "histogram",
    help: "Seconds to fetch one design, with all attempts.",
    labels: {},
    buckets: quick,
  },
  simulations_breaker_open: {
    type: "gauge",
    help: "1: the circuit breaker is open, and calls are refused at once; 0.5: one call tries; 0: closed.",
    labels: { breaker: ["designs"] },
  },

  simulations_bus_up: {
    type: "gauge",
    help: "1: notices get through to the other replicas; 0: live delivery is by polling.",
    labels: {},
  },
  simulations_notices_total: {
    type: "counter",
    help: "Notices: published; heard by a listener of this replica; dropped, since they could not be sent (its events are found in the log).",
    labels: { stage: ["published", "heard", "dropped"] },
  },
  simulations_bus_gaps_total: {
    type: "counter",
    help: "Times that a listener was told that notices may have been lost.",
    labels: {},
  },
} as const satisfies Record<string, MetricDefinition>;

type Catalogue = typeof metrics;
export type MetricName = keyof Catalogue;
type Named<Type extends MetricDefinition["type"]> = {
  [Name in MetricName]: Catalogue[Name]["type"] extends Type ? Name : never;
}[MetricName];
export type CounterName = Named<"counter">;
export type GaugeName = Named<"gauge">;
export type HistogramName = Named<"histogram">;

/** One value for each label of the metric. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in keyof Catalogue[Name]["labels"]]: Catalogue[Name]["labels"][Label] extends readonly (infer Value)[]
    ? Value
    : never;
};
