// What a scrape of the real program says after one simulation with one viewer, and that it says all of the catalogue.
import { afterAll, expect, it } from "vitest";
import { graphqlCodes, limitNames } from "../../src/core/metric-labels.ts";
import { type MetricDefinition, metrics } from "../../src/core/metrics.ts";
import { limitTable } from "../../src/server/limits.ts";
import { createPrometheus } from "../../src/telemetry/prometheus.ts";
import { start } from "../support/api.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { operation, send } from "../support/http.ts";
import { LogClient } from "../support/log-client.ts";
import { endServices } from "../support/service-process.ts";
import { sampleOf, withObservedService } from "./observed.ts";

// Also where a test ran out of time.
afterAll(endServices);

const catalogue = Object.entries<MetricDefinition>(metrics);

it("names metrics as Prometheus wants them: one prefix, base units, counters that say so", () => {
  for (const [name, { type, help, labels }] of catalogue) {
    expect(name).toMatch(/^simulations_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(name).not.toMatch(/_(ms|milliseconds|kilobytes|percent|count|sum|bucket)(_total)?$/);
    expect(help).toMatch(/^[A-Z0-9].*\.$/s);
    if (/seconds/.test(name)) expect(help).toMatch(/[Ss]econds/);
    for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
  }
});

it("knows every limit of the front door by its name", () => {
  expect(Object.keys(limitTable).filter((name) => !limitNames.some((known) => known === name))).toEqual([]);
});

it("has no two codes of one name", () => {
  expect(new Set(graphqlCodes).size).toBe(graphqlCodes.length);
});

it("tells the gauges that can be read, when one throws and one never answers", async () => {
  const meter = createPrometheus();
  meter.gauge("simulations_owned", {}, () => 3);
  meter.gauge("simulations_bus_up", {}, () => {
    throw new Error("It is gone.");
  });
  meter.gauge("simulations_leading", {}, () => new Promise<number>(() => {}));
  const { text } = await meter.scrape();
  expect(sampleOf(text, "simulations_owned")).toBe(3);
  expect(text).not.toMatch(/^simulations_(bus_up|leading) /m);
  meter.close();
});

it("counts series from zero, and each registry for itself", async () => {
  const [one, other] = [createPrometheus(), createPrometheus()];
  one.count("simulations_events_total", { stage: "stored" }, 2);
  one.counter("simulations_events_total", { stage: "stored" }).add();
  one.observe("simulations_delivery_seconds", {}, 0.02);
  const [counted, untouched] = [(await one.scrape()).text, (await other.scrape()).text];
  expect(sampleOf(counted, 'simulations_events_total{stage="stored"}')).toBe(3);
  expect(sampleOf(untouched, 'simulations_events_total{stage="stored"}')).toBe(0);
  expect(sampleOf(counted, 'simulations_delivery_seconds_bucket{le="0.025"}')).toBe(1);
  expect(sampleOf(untouched, 'simulations_delivery_seconds_bucket{le="+Inf"}')).toBe(0);
  one.close();
  other.close();
});

it("moves as a simulation runs with a viewer, and tells all of the catalogue", {
  timeout: 120_000,
}, async () => {
  await withObservedService({}, async (service) => {
    const { url } = service;
    const answered = await send(`${url}/healthz`, { headers: { "x-request-id": "probe-7" } });
    expect(answered.headers["x-request-id"]).toBe("probe-7");
    const renamed = await send(`${url}/healthz`, { headers: { "x-request-id": "no id\t" } });
    expect(renamed.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);

    const { id } = await start(url, { designId: "mm1", duration: 20, speed: 10, seed: 5 });
    const viewer = new LogClient(id);
    const following = viewer.follow(url, 0);
    const socket = await GraphQLWsClient.connect({ url });
    socket.subscribe("a", "subscription($id: ID!) { simulationEvents(simulationId: $id) { __typename } }", {
      id,
    });
    await following;
    await socket.frame(({ type, id: operationId }) => type === "complete" && operationId === "a");
    await operation(url, "{ nothing }");
    await send(`${url}/nothing`);

    const scrape = await service.scrape();
    const value = (series: string) => sampleOf(scrape, series);
    for (const [name] of catalogue) expect(scrape).toContain(`# TYPE ${name} `);

    const stored = value('simulations_events_total{stage="stored"}');
    expect(stored).toBeGreaterThan(10);
    expect(value('simulations_events_total{stage="received"}')).toBeGreaterThan(10);
    expect(value('simulations_events_total{stage="published"}')).toBe(stored);
    expect(value('simulations_events_total{stage="heard"}')).toBeGreaterThan(0);
    expect(value('simulations_events_total{stage="delivered"}')).toBeGreaterThan(10);
    expect(value("simulations_delivery_seconds_count")).toBeGreaterThan(0);
    expect(
      value("simulations_delivery_seconds_sum") / value("simulations_delivery_seconds_count"),
    ).toBeLessThan(5);
    expect(value("simulations_sockets_open")).toBeGreaterThanOrEqual(1);
    expect(value("simulations_sockets_max")).toBe(10_000);
    expect(value('simulations_socket_upgrades_total{outcome="opened"}')).toBeGreaterThanOrEqual(1);
    expect(value('simulations_frames_sent_total{transport="websocket"}')).toBeGreaterThan(0);
    expect(value('simulations_frame_characters_sent_total{transport="websocket"}')).toBeGreaterThan(100);
    expect(value('simulations_shared_renderings_total{outcome="miss"}')).toBeGreaterThan(0);
    expect(value('simulations_operations_total{kind="mutation"}')).toBe(1);
    expect(value('simulations_operations_total{kind="subscription"}')).toBe(2);
    expect(value('simulations_operation_seconds_count{kind="mutation"}')).toBe(1);
    expect(value('simulations_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
    expect(value('simulations_http_requests_total{status="2xx"}')).toBeGreaterThanOrEqual(3);
    expect(value('simulations_http_requests_total{status="4xx"}')).toBe(1);
    expect(value('simulations_commands_total{command="start",outcome="accepted"}')).toBe(1);
    expect(value('simulations_commit_batches_total{outcome="committed"}')).toBeGreaterThan(0);
    expect(value("simulations_commit_seconds_count")).toBeGreaterThan(0);
    expect(value("simulations_commit_changes_sum")).toBeGreaterThan(0);
    expect(value("simulations_admissions_total")).toBe(1);
    expect(value("simulations_queue_wait_seconds_count")).toBe(1);
    expect(value('simulations_status_changes_total{status="RUNNING"}')).toBe(1);
    expect(value('simulations_status_changes_total{status="COMPLETED"}')).toBe(1);
    expect(value('simulations_engine_calls_total{method="start",outcome="done"}')).toBe(1);
    expect(value('simulations_engine_call_seconds_count{method="subscribe"}')).toBe(1);
    expect(value('simulations_engines{state="answering"}')).toBe(1);
    expect(value('simulations_design_fetches_total{outcome="found"}')).toBeGreaterThan(0);
    expect(value('simulations_lease_renewals_total{outcome="renewed"}')).toBeGreaterThan(0);
    expect(value('simulations_by_status{status="RUNNING"}')).toBe(0);
    expect(value("simulations_queue_oldest_seconds")).toBe(0);
    for (const up of ["bus_up", "database_up", "lease_held", "leading"])
      expect(value(`simulations_${up}`)).toBe(1);
    expect(value("simulations_takeovers_total")).toBe(0);
    expect(value("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
    await socket.close();

    // The log: one line for the mutation, one for each status.
    const lines = service
      .log()
      .split("\n")
      .filter((line) => line.includes(id))
      .map((line): Record<string, unknown> => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({
        audit: expect.objectContaining({ action: "startSimulation", simulationId: id, result: "DONE" }),
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    );
    expect(lines.filter(({ status }) => status === "COMPLETED")).toEqual([
      expect.objectContaining({ attempt: 1, durationS: expect.any(Number), events: viewer.lastSeq }),
    ]);

    const elsewhere = await send(service.metricsUrl.replace("/metrics", "/"));
    expect(elsewhere.status).toBe(404);
    expect((await send(service.metricsUrl, { method: "POST" })).status).toBe(405);
    expect((await send(`${url}/metrics`)).status).toBe(404);
  });
});
