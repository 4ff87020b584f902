// The report for people.
import type { ReportQuery } from "../gql/graphql.ts";
import { utilizationCell } from "./components.ts";
import { grouped, latency, percent, short, simulated } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { type Column, table } from "./table.ts";
import { plain, wrap } from "./text.ts";

export type Report = NonNullable<NonNullable<ReportQuery["simulation"]>["report"]>;
type Estimate = Report["throughput"];

/** Everything. */
export function reportLines(report: Report, paint: Paint, columns: number): string[] {
  const assumed = noted("Assumed", report.assumptions.map(assumptionText), columns, paint);
  return [...resultLines(report, paint, columns), ...assumed];
}

/** Without what was assumed. */
export function resultLines(report: Report, paint: Paint, columns: number): string[] {
  return [
    ...summary(report, paint),
    "",
    ...componentTable(report, paint),
    ...connectionTable(report),
    ...noted("Warnings", report.warnings.map(warningText), columns, paint),
  ];
}

function summary(report: Report, paint: Paint): string[] {
  const { latency: it, requests } = report;
  const failed = requests > 0 ? report.failed / requests : 0;
  const failures = `${grouped(report.failed)} failed (${percent(failed)})`;
  return [
    `Bottleneck   ${bottleneckText(report, paint)}`,
    `Throughput   ${estimate(report.throughput, short)} requests/s`,
    `Requests     ${grouped(requests)}, ${report.failed > 0 ? paint.bad(failures) : failures}`,
    `Latency      mean ${estimate(report.latencyMean, latency)}   p50 ${latency(it.p50)}   p90 ${latency(it.p90)}   ` +
      `p95 ${paint.strong(latency(it.p95))}   p99 ${latency(it.p99)}   max ${latency(it.max)}`,
    ...(report.wastedWork > 0
      ? [`Wasted work  ${simulated(report.wastedWork)} for callers who had given up`]
      : []),
  ];
}

function bottleneckText({ bottleneck, maxSustainable }: Report, paint: Paint): string {
  if (bottleneck === null) return "none stands out";
  const name = paint.strong(plain(bottleneck));
  return maxSustainable === null ? name : `${name}, which could carry ${short(maxSustainable)} requests/s`;
}

/** The half width stands where it says something. */
function estimate({ mean, halfWidth95 }: Estimate, text: (value: number) => string): string {
  return halfWidth95 === null || halfWidth95 === 0 ? text(mean) : `${text(mean)} ± ${text(halfWidth95)}`;
}

const componentColumns: readonly Column[] = [
  { title: "COMPONENT" },
  { title: "THROUGHPUT", numeric: true },
  { title: "UTILIZATION" },
  { title: "QUEUE", numeric: true },
  { title: "P50", numeric: true },
  { title: "P95", numeric: true },
  { title: "P99", numeric: true },
  { title: "ERRORS", numeric: true },
];

function componentTable({ components, bottleneck }: Report, paint: Paint): string[] {
  const rows = components.map((it) => [
    it.componentId === bottleneck ? paint.strong(plain(it.componentId)) : plain(it.componentId),
    `${short(it.throughput.mean)}/s`,
    utilizationCell(it.utilization.mean, paint),
    short(it.queueLength.mean),
    latency(it.latency.p50),
    latency(it.latency.p95),
    latency(it.latency.p99),
    it.errors > 0 ? paint.bad(grouped(it.errors)) : "0",
  ]);
  return table(componentColumns, rows);
}

const connectionColumns: readonly Column[] = [
  { title: "CONNECTION" },
  { title: "CALLS", numeric: true },
  { title: "RETRIES", numeric: true },
  { title: "TIMEOUTS", numeric: true },
  { title: "FAILURES", numeric: true },
];

/** Only of those on which something went wrong. */
function connectionTable({ connections }: Report): string[] {
  const troubled = connections.filter((it) => it.retries + it.timeouts + it.failures > 0);
  if (troubled.length === 0) return [];
  const rows = troubled.map((it) => [
    plain(it.connectionId),
    ...[it.calls, it.retries, it.timeouts, it.failures].map(grouped),
  ]);
  return ["", ...table(connectionColumns, rows)];
}

function warningText({ message, path }: Report["warnings"][number]): string {
  return path === "" ? message : `${message} (${path})`;
}

function assumptionText({ path, value, text }: Report["assumptions"][number]): string {
  return value === "" ? `${path}: ${text}` : `${path} = ${value}: ${text}`;
}

function noted(title: string, texts: readonly string[], columns: number, paint: Paint): string[] {
  if (texts.length === 0) return [];
  const items = texts.flatMap((text) =>
    wrap(plain(text), Math.max(20, columns - 4)).map((line, at) =>
      at === 0 ? `  - ${line}` : `    ${line}`,
    ),
  );
  return ["", paint.strong(title), ...items];
}
