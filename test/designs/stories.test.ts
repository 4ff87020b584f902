import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../src/engine/model/simulation.ts";
import type { MetricsSample, Report } from "../../src/gen/architech/engine/v1/engine.ts";
import { translate } from "../../src/orchestrator/translation/translate.ts";
import { type Json, valid } from "./sample.ts";

type Told = {
  readonly report: Report;
  readonly samples: readonly { readonly atMs: number; readonly sample: MetricsSample }[];
};

/** What happens when a shipped design is run by the reference engine; `change` edits the document first. */
function run(id: string, change: (document: Json) => void = () => {}): Told {
  const document: Json = JSON.parse(
    readFileSync(new URL(`../../designs/${id}.json`, import.meta.url), "utf8"),
  );
  change(document);
  const translation = translate(valid(document), { seed: 1 });
  if ("problems" in translation) throw new Error(JSON.stringify(translation.problems));
  const simulation = new Simulation(translation.config);
  simulation.advance(simulation.horizonMs, Number.MAX_SAFE_INTEGER);
  const events = simulation.take();
  const last = events.at(-1)?.payload;
  if (last?.$case !== "completed" || last.value.report === undefined)
    throw new Error(`${id} did not complete.`);
  const samples = events.flatMap(({ simTimeMs, payload }) =>
    payload?.$case === "sample" ? [{ atMs: simTimeMs, sample: payload.value }] : [],
  );
  return { report: last.value.report, samples };
}

/** Requests that ended well, of all that ended between two times. */
function okBetween({ samples }: Told, fromMs: number, toMs: number): number {
  const within = samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
  const ok = within.reduce((sum, { sample }) => sum + sample.okPerSec, 0);
  return ok / (ok + within.reduce((sum, { sample }) => sum + sample.errorPerSec, 0));
}

describe("what the shipped designs' descriptions say", () => {
  it("mm1 is the queue that theory knows", () => {
    const { report } = run("mm1");
    const { mean = 0, halfWidth95 = 0 } = report.meanLatencyMs ?? {};
    expect(Math.abs(mean - 50)).toBeLessThan((4 * halfWidth95) / 1.96);
    expect(report.stations[0]?.utilization?.mean).toBeCloseTo(0.8, 1);
  });

  it("retry-storm is calm, breaks down when the load doubles, and stays down when it is back", () => {
    const told = run("retry-storm");
    expect(okBetween(told, 20_000, 60_000)).toBeGreaterThan(0.95);
    expect(okBetween(told, 90_000, 120_000)).toBeLessThan(0.05);
    expect(okBetween(told, 150_000, 240_000)).toBeLessThan(0.05);
  });

  it("retry-storm without retries loses some requests for a minute, and recovers", () => {
    const told = run("retry-storm", (document) => {
      const [, edge] = document.edges as { data: Json }[];
      if (edge !== undefined) edge.data = { ...edge.data, retry: { maxRetries: 0 } };
    });
    expect(okBetween(told, 70_000, 120_000)).toBeGreaterThan(0.75);
    expect(okBetween(told, 150_000, 240_000)).toBeGreaterThan(0.9);
  });

  it("online-boutique's frontend runs out of slots at the load that was foretold", () => {
    const document = JSON.parse(
      readFileSync(new URL("../../designs/online-boutique.json", import.meta.url), "utf8"),
    );
    const translation = translate(valid(document), { seed: 1 });
    const frontend =
      "config" in translation ? translation.offered.find(({ station }) => station === "frontend") : undefined;
    const told = run("online-boutique");
    const late = told.samples.filter(({ atMs }) => atMs > 200_000);
    const carried = late.reduce((sum, { sample }) => sum + sample.okPerSec, 0) / late.length;
    expect(told.report.bottleneck).toBe("frontend");
    expect(carried / ((frontend?.perSec ?? 0) / (frontend?.utilization ?? 1))).toBeCloseTo(1, 1);
  });
});
