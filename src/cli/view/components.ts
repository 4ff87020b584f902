// The components as a live table.
import type { ComponentMetrics } from "../events.ts";
import { bar } from "./bar.ts";
import { latency, percent, short } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { type Column, table } from "./table.ts";
import { plain, right } from "./text.ts";

const columns: readonly Column[] = [
  { title: "COMPONENT" },
  { title: "THROUGHPUT", numeric: true },
  { title: "P95", numeric: true },
  { title: "UTILIZATION" },
  { title: "QUEUE", numeric: true },
  { title: "ERRORS", numeric: true },
];

const barColumns = 12;

/** Where not all fit, the busiest are shown, in the design's order, and the others counted. */
export function componentLines(
  components: readonly ComponentMetrics[],
  paint: Paint,
  rows: number,
): string[] {
  if (components.length === 0 || rows < 2) return [];
  if (components.length + 1 <= rows) return table(columns, components.map(rowOf(paint)));
  const shown = busiest(components, rows - 2);
  const rest = components.length - shown.length;
  return [
    ...table(columns, shown.map(rowOf(paint))),
    paint.faint(shown.length === 0 ? `${rest} components` : `and ${rest} less busy`),
  ];
}

function busiest(components: readonly ComponentMetrics[], count: number): ComponentMetrics[] {
  const chosen = new Set([...components].sort((a, b) => b.utilization - a.utilization).slice(0, count));
  return components.filter((component) => chosen.has(component));
}

const rowOf =
  (paint: Paint) =>
  (component: ComponentMetrics): string[] => [
    plain(component.componentId),
    `${short(component.throughput)}/s`,
    latency(component.latencyP95),
    utilizationCell(component.utilization, paint),
    short(component.queueLength),
    component.errorRate > 0 ? paint.bad(percent(component.errorRate)) : percent(0),
  ];

export function utilizationCell(utilization: number, paint: Paint): string {
  const shade = utilization >= 0.9 ? paint.bad : utilization >= 0.7 ? paint.warn : paint.good;
  return `${shade(bar(utilization, barColumns))} ${right(percent(utilization), 7)}`;
}
