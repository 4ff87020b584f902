// The spans of one mutation with a trace of its own, as a collector gets them.
import { afterAll, expect, it } from "vitest";
import { StartDocument } from "../../src/cli/gql/graphql.ts";
import { parseTraceparent, traceparentOf } from "../../src/core/trace-context.ts";
import { send } from "../support/http.ts";
import { LogClient } from "../support/log-client.ts";
import { endServices } from "../support/service-process.ts";
import { type Collector, startCollector, withObservedService } from "./observed.ts";

let collector: Collector | undefined;
afterAll(async () => {
  // Also where a test ran out of time.
  await endServices();
  await collector?.close();
});

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${spanId}-01`;

it("reads a traceparent as the specification writes it, and nothing else", () => {
  expect(parseTraceparent(traceparent)).toEqual({ traceId, spanId, sampled: true });
  expect(traceparentOf({ traceId, spanId, sampled: true })).toBe(traceparent);
  const wrong = [
    undefined,
    7,
    "",
    `ff-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `${traceparent}-more`,
    `01-${traceId}-${spanId}-01-${"x".repeat(200)}`,
  ];
  for (const text of wrong) expect(parseTraceparent(text)).toBe(undefined);
  expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)).toEqual({ traceId, spanId, sampled: true });
});

it("follows a start from the mutation through the engine's call to commit and delivery", {
  timeout: 120_000,
}, async () => {
  const seen = await startCollector();
  collector = seen;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: seen.endpoint, OTEL_SERVICE_NAME: "traced" };
  await withObservedService(env, async ({ url, log }) => {
    const input = { designId: "mm1", duration: 30, speed: 5, seed: 5, startPaused: true };
    const answer = await send(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent, "x-request-id": "of-the-start" },
      body: JSON.stringify({ query: StartDocument.toString(), variables: { input } }),
    });
    const id: string = JSON.parse(answer.text).data.startSimulation.id;
    const viewer = new LogClient(id);
    const following = viewer.follow(url, 0);
    await viewer.until(({ lastSeq }) => lastSeq >= 2);

    const resume = "mutation($id: ID!) { resumeSimulation(id: $id) { __typename } }";
    await send(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent },
      body: JSON.stringify({ query: resume, variables: { id } }),
    });
    await following;

    const inTrace = (name: string) => seen.until((span) => span.traceId === traceId && span.name === name);
    const [mutation] = await inTrace("graphql.mutation startSimulation");
    expect(mutation?.parentSpanId).toBe(spanId);
    const commands = await inTrace("command.start");
    expect(commands[0]?.parentSpanId).toBe(mutation?.spanId);
    const commits = await inTrace("commit");
    expect(commits.some(({ parentSpanId }) => parentSpanId === commands[0]?.spanId)).toBe(true);
    for (const name of ["scheduler.admit", "engine.start", "engine.resume", "follow.batch", "publish"]) {
      expect(await inTrace(name)).not.toEqual([]);
    }
    const batches = await inTrace("follow.batch");
    const ofBatches = commits.filter(({ parentSpanId }) =>
      batches.some((batch) => batch.spanId === parentSpanId),
    );
    expect(ofBatches[0]?.attributes).toContainEqual({
      key: "commit.changes",
      value: { intValue: expect.anything() },
    });
    expect(await seen.until(({ name }) => name === "deliver")).not.toEqual([]);
    expect(await inTrace("deliver")).not.toEqual([]);

    // Batches that answer no mutation are traces of their own, which name the one that they come of.
    const own = await seen.until((span) => span.name === "follow.batch" && span.traceId !== traceId);
    expect(own[0]?.parentSpanId ?? "").toBe("");
    expect(own[0]?.links).toEqual([expect.objectContaining({ traceId })]);

    const said = log()
      .split("\n")
      .find((line) => line.includes("of-the-start"));
    expect(JSON.parse(said ?? "{}")).toMatchObject({
      audit: { action: "startSimulation", simulationId: id },
      traceId,
    });
  });
});
