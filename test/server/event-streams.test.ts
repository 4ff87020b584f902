import { once } from "node:events";
import { createServer, get, type ServerResponse } from "node:http";
import type { ExecutionResult } from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { developmentViewer } from "../../src/core/viewer.ts";
import { errorShaper } from "../../src/server/errors.ts";
import { EventStreams } from "../../src/server/event-streams.ts";
import { serverLimits } from "../../src/server/limits.ts";
import { EventStream, postJson } from "../support/http.ts";
import { changedTo, logged, simulationOf } from "../support/simulations.ts";
import { type Api, startApi } from "./api.ts";
import { HangingFeed } from "./hanging-feed.ts";

const watch = (id: string) =>
  `subscription { simulationEvents(simulationId: "${id}", after: 0) { __typename seq } }`;

describe("an event stream", () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it("carries what happens and completes after the terminal event", async () => {
    api.store.add(simulationOf("sim-1"));
    api.say("sim-1", [logged()]);
    const stream = await EventStream.open(api.url, watch("sim-1"));
    expect(stream.headers["content-type"]).toContain("text/event-stream");
    const seen: unknown[] = [];
    for await (const { event, data } of stream) {
      if (event === "complete") {
        seen.push(event);
        continue;
      }
      const { __typename: type, seq } = JSON.parse(data).data.simulationEvents;
      if (type !== "StreamStateChanged") seen.push([type, seq]);
      if (seq === 1 && type !== "StreamStateChanged") {
        api.say("sim-1", [changedTo("COMPLETED")], { status: "COMPLETED" });
      }
    }
    expect(seen).toEqual([["LogEmitted", 1], ["StatusChanged", 2], "complete"]);
    expect(api.stats().operations).toBe(0);
  });

  it("is what a subscription needs: asked for JSON alone it is refused with 406", async () => {
    api.store.add(simulationOf("sim-2"));
    const { status } = await postJson(api.url, { query: watch("sim-2") }, { accept: "application/json" });
    expect(status).toBe(406);
    expect(api.hub.stats().readers).toBe(0);
  });
});

describe("the source of an event stream", () => {
  it("is returned as soon as its client is gone", async () => {
    const feed = new HangingFeed();
    const api = await startApi({ feed });
    const stream = await EventStream.open(api.url, watch("sim-1"));
    for await (const { event } of stream) {
      expect(event).toBe("next");
      break;
    }
    await feed.until(({ open }) => open === 0);
    await api.close();
  });
});

it("a stream that has ended is not written to, whatever is due", async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const bounds = { limits: serverLimits, hit() {} };
  const streams = new EventStreams(errorShaper({ log, suggestions: false }), () => true, bounds);
  const errors: unknown[] = [];
  const source: AsyncIterable<ExecutionResult> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  };
  const http = createServer((_, response: ServerResponse) => {
    response.on("error", (error) => errors.push(error));
    const session = { viewer: developmentViewer, issuedAt: 0, expiresAt: Number.POSITIVE_INFINITY };
    void streams.send(response, session, source);
    setImmediate(() => streams.check(performance.now() + serverLimits.keepAliveEveryMs));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  const asked = get({ port: address.port, host: "127.0.0.1", agent: false });
  const [response] = await once(asked, "response");
  response.resume();
  await once(response, "end");
  expect(errors).toEqual([]);
  await vi.waitFor(() => expect(streams.size).toBe(0));
  http.close();
});
