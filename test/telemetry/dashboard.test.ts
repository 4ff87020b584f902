// The dashboard and the alerts ask for nothing that is not there, and for everything that is.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { operationsPage } from "../../scripts/operations-page.ts";
import { type MetricDefinition, metrics } from "../../src/core/metrics.ts";
import { createPrometheus, type PrometheusMeter } from "../../src/telemetry/prometheus.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard: { readonly panels: readonly Panel[]; readonly templating: object } = JSON.parse(
  file("deploy/grafana/dashboard.json"),
);
const alerts: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
  file("deploy/prometheus/alerts.yaml"),
);
const rules = alerts.groups.flatMap((group) => group.rules);
const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);
const alerted = rules.map(({ alert, expr }) => [alert, expr] as const);

let meter: PrometheusMeter;
let ofTheProcess: ReadonlySet<string>;
beforeAll(async () => {
  meter = createPrometheus();
  const { text } = await meter.scrape();
  ofTheProcess = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? ""));
});
afterAll(() => meter.close());

const catalogue = new Map(Object.entries<MetricDefinition>(metrics));

/** Names of metrics in PromQL: outside of strings, matchers and groupings, and no functions. */
function metricNames(expr: string): readonly string[] {
  const bare = expr.replace(/\{[^}]*\}/g, "").replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, "");
  return [...bare.matchAll(/\b([a-z]+_[a-z_0-9]*)\b(?!\s*\()/g)].map(([, name]) => name ?? "");
}

/** The metric of the catalogue that has such a series. */
function metricOf(name: string): string | undefined {
  const definition = catalogue.get(name);
  if (definition !== undefined) return definition.type === "histogram" ? undefined : name;
  const [, base = ""] = /^(.*)_(?:bucket|sum|count)$/.exec(name) ?? [];
  return catalogue.get(base)?.type === "histogram" ? base : undefined;
}

/** Label matchers and groupings with the values that are asked for exactly. */
function labelsOf(expr: string): readonly (readonly [metric: string, label: string, value: string])[] {
  return [...expr.matchAll(/(simulations_[a-z_]+)\{([^}]*)\}/g)].flatMap(([, metric = "", matchers = ""]) =>
    [...matchers.matchAll(/(\w+)!?="([^"]*)"/g)].map(
      ([, label = "", value = ""]) => [metric, label, value] as const,
    ),
  );
}

describe.each([
  ["the dashboard", shown],
  ["the alerts", alerted],
] as const)("%s", (_, expressions) => {
  it.each(expressions)("asks in %s for metrics that exist: %s", (_title, expr) => {
    const names = metricNames(expr).filter((name) => !name.startsWith("__"));
    expect(names).not.toEqual([]);
    const missing = names.filter((name) => metricOf(name) === undefined && !ofTheProcess.has(name));
    expect(missing).toEqual([]);
    for (const [metric, label, value] of labelsOf(expr)) {
      const values = catalogue.get(metricOf(metric) ?? "")?.labels[label];
      if (label !== "instance") expect(values).toContain(value);
    }
  });

  it("has balanced brackets in every expression", () => {
    for (const [, expr] of expressions) {
      for (const [open, close] of ["()", "{}", "[]"].map((pair) => [pair[0] ?? "", pair[1] ?? ""] as const)) {
        expect(expr.split(open).length).toBe(expr.split(close).length);
      }
    }
  });
});

it("the dashboard shows every metric of the catalogue", () => {
  const known = new Set(shown.flatMap(([, expr]) => metricNames(expr).map(metricOf)));
  expect([...catalogue.keys()].filter((name) => !known.has(name))).toEqual([]);
});

it("the dashboard lays its panels out without overlap, each with words and a unit", () => {
  const cells = new Set<string>();
  for (const { type, title, description, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    if (type !== "row") expect(description, title).toMatch(/\.$/);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(cells.has(`${x} ${y}`), title).toBe(false);
        cells.add(`${x} ${y}`);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

it("each alert says what is wrong and what to do, and how urgent it is", () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { labels, annotations } of rules) {
    expect(["page", "ticket"]).toContain(labels.severity);
    expect(annotations.summary?.length).toBeGreaterThan(20);
    expect(annotations.description?.length).toBeGreaterThan(40);
  }
});

it("docs/operations.md is what the catalogue and the alerts make of it", () => {
  expect(file("docs/operations.md")).toBe(operationsPage());
});
