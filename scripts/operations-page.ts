// The page docs/operations.md, from the catalogue of metrics and the alert rules.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type MetricDefinition, metrics } from "../src/core/metrics.ts";

const intro = `# Operating the service

Generated from \`src/core/metrics.ts\` and \`deploy/prometheus/alerts.yaml\` by \`npm run generate:metrics\`; not edited by
hand.

Nothing of this page is public by default: metrics are served on a port of their own, on loopback unless \`METRICS_HOST\`
says otherwise, and only where \`METRICS_PORT\` is set; traces are sent only where \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set;
logs go to standard error. All settings are in [configuration](configuration.md).

## Health

| where | answers | for |
|---|---|---|
| \`/healthz\`, on the port of the API | 200 while the process lives and its event loop turns | liveness: restart what does not answer |
| \`/readyz\`, on the port of the API | 200 \`ok\` or \`degraded\`, with what is down; 503 without the database, and while the replica drains | readiness: send requests elsewhere |
| \`/healthz\`, on the port of the metrics | 200 | the same as the first |

A replica of the role \`owner\` alone has the same two on \`PORT\`. Degraded is ready: what still works is better than
nothing, and [when a part is down](degradation.md) says what that is.

## Metrics

\`GET /metrics\` on \`METRICS_HOST:METRICS_PORT\`, in the text format of Prometheus. Every replica tells its own numbers; what
is of the whole installation says so. Labels never name a simulation, a user or an address: there are as many series
after a year as on the first day, and each is there from the start, at zero.

\`\`\`text
scrape_configs:
  - job_name: simulation-service
    static_configs: [{ targets: ["127.0.0.1:9464"] }]
\`\`\`

A scrape costs some milliseconds. Two kinds of gauges ask the database: \`simulations_database_up\` each time, and those of
the queue and the statuses at most once in 5 s. A gauge that cannot be read within a second is left out of the scrape.
`;

const others = `Beside these are the usual ones of a Node.js process, such as \`process_resident_memory_bytes\`,
\`process_cpu_seconds_total\`, \`process_open_fds\`, \`nodejs_eventloop_lag_p99_seconds\` and \`nodejs_gc_duration_seconds\`.

## Dashboard

\`deploy/grafana/dashboard.json\`: import it in Grafana and choose the data source. Its rows are the overview, live delivery,
the log and its commits, ownership, engines and designs, limits, and the process; \`Replica\` picks some of them.

## Alerts

\`deploy/prometheus/alerts.yaml\`, for \`rule_files\` of Prometheus. \`page\`: somebody has to act now; \`ticket\`: somebody has to
look today.
`;

const rest = `## Logs

One JSON object a line (pino) on standard error; \`LOG_LEVEL\` sets how much. Never a token, a password or a body.

\`\`\`json
{"level":30,"time":1790000000000,"name":"service","correlationId":"order-17","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","audit":{"userId":"ann","action":"startSimulation","subject":"web-shop","simulationId":"0199e2a4-0000-7000-8000-000000000000","projectId":"shop","transport":"http","address":"192.0.2.1","result":"DONE","correlationId":"order-17"},"msg":"startSimulation: DONE."}
\`\`\`

| field | what |
|---|---|
| \`correlationId\` | the request that the line belongs to: the \`x-request-id\` that came with it (at most 64 letters, digits, \`.\`, \`_\`, \`-\`), else a new one; the answer's \`x-request-id\` says it. Of a socket: of its upgrade. An error whose cause is not told outside shows it as \`extensions.correlationId\` |
| \`traceId\`, \`spanId\` | the span in which it was written, where traces are on |
| \`simulationId\`, \`attempt\`, \`token\` | the simulation, its attempt, and its owner's fencing token |
| \`audit\` | what a user asked for, from where, and what came of it: [the audit trail](security.md#the-audit-trail) |
| \`status\`, \`durationS\`, \`events\`, \`failure\` | what became of a simulation: one line for each status, at its owner; at the end with the wall time since its start (s), the events of its log, and why it failed |
| \`reason\`, \`err\` | what is wrong, and for defects the stack |
| \`replica\`, \`installation\` | in the first line: who this is |

Lines worth an eye: \`Taken over.\`, \`The lease could not be renewed.\`, \`An engine does not answer.\`,
\`The engine broke its contract.\`, \`Notices do not get through Redis.\`, \`A request failed by a defect.\`

## Traces

OTLP over HTTP in JSON, to \`/v1/traces\` below \`OTEL_EXPORTER_OTLP_ENDPOINT\`. What is left is sent at the end, for at most
1.5 s. A collector that is slow or away costs nothing but spans.

\`\`\`text
graphql.mutation startSimulation          parent: the request's traceparent
  command.start
    commit                                simulation.id, commit.changes: how many were committed together
    publish                               the notice, which carries the trace to every replica
      scheduler.admit
      engine.start                        gRPC, with traceparent in its metadata
      follow.batch                        the first that the engine says after that
        commit
        publish
          deliver                         from the notice to the first reader, on each replica
\`\`\`

- A trace goes on from \`traceparent\` (W3C) of an HTTP request; of a socket, from \`traceparent\` in its
  \`connection_init\`, or of its upgrade.
- What an owner does for a simulation belongs to the trace in which that was last wanted, on whichever replica. Where no
  notice told of it (the bus was down, or tracing was off), the calls of the engine begin traces of their own; every
  span has \`simulation.id\`.
- Later batches of a run are not of that trace, which would never end: at most five in a second of a replica are traced,
  each by itself, with a link to the trace of the wish.
- Without \`OTEL_EXPORTER_OTLP_ENDPOINT\` no span is made, and nothing is done per event.
`;

interface Rule {
  readonly alert: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

export function operationsPage(): string {
  return [intro, metricsTable(), "", others, alertsTable(), "", rest].join("\n");
}

function metricsTable(): string {
  const rows = Object.entries<MetricDefinition>(metrics).map(
    ([name, { type, help, labels }]) => `| \`${name}\` | ${type} | ${labelsOf(labels)} | ${help} |`,
  );
  return ["| metric | type | labels | what |", "|---|---|---|---|", ...rows].join("\n");
}

/** With their values, where these are few. */
function labelsOf(labels: MetricDefinition["labels"]): string {
  return Object.entries(labels)
    .map(([label, values]) => {
      const some = values.length <= 9 ? `: ${values.join(", ")}` : ", by name";
      return `\`${label}\`${some}`;
    })
    .join("; ");
}

function alertsTable(): string {
  const file = new URL("../deploy/prometheus/alerts.yaml", import.meta.url);
  const { groups }: { groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
    readFileSync(file, "utf8"),
  );
  const rows = groups
    .flatMap(({ rules }) => rules)
    .map(
      ({ alert, for: lasts, labels, annotations }) =>
        `| \`${alert}\` | ${labels.severity} | ${lasts ?? "at once"} | ${annotations.description} |`,
    );
  return ["| alert | severity | after | what to do |", "|---|---|---|---|", ...rows].join("\n");
}
