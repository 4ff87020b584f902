import { describe, expect, it } from "vitest";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { EventStream, operation, postJson, send } from "../support/http.ts";
import { simulationOf } from "../support/simulations.ts";
import { startApi } from "./api.ts";
import { HangingFeed } from "./hanging-feed.ts";

const watch = `subscription { simulationEvents(simulationId: "sim-1") { seq } }`;

describe("a drain", () => {
  it("sends every client elsewhere and leaves nothing", async () => {
    const feed = new HangingFeed();
    const api = await startApi({ feed });
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("s", watch);
    await client.results("s", 1);
    const stream = await EventStream.open(api.url, watch);
    const events = (async () => {
      const seen: string[] = [];
      for await (const { event } of stream) seen.push(event);
      return seen;
    })();
    await feed.until(({ open }) => open === 2);

    await api.drain(10_000);

    expect(await client.closed).toEqual({ code: 1012, reason: "Service restarting" });
    expect((await events).includes("complete")).toBe(false);
    expect(feed.open).toBe(0);
    expect(api.stats()).toEqual({ sockets: 0, operations: 0 });
    await expect(postJson(api.url, { query: "{ __typename }" })).rejects.toThrow();
    await api.close();
  });

  it("lets a request under way finish", async () => {
    let begun = () => {};
    let finish = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const mayFinish = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const api = await startApi({
      commands: {
        stop: async (_, id) => {
          begun();
          await mayFinish;
          return simulationOf(id);
        },
      },
    });
    const answer = operation(api.url, `mutation { stopSimulation(id: "1") { ... on Simulation { id } } }`);
    await hasBegun;
    const drained = api.drain(10_000);
    finish();
    expect(await answer).toEqual({ data: { stopSimulation: { id: "1" } } });
    await drained;
    await api.close();
  });

  it("cuts what does not end by its deadline", async () => {
    const api = await startApi({ commands: { stop: () => new Promise(() => {}) } });
    const answer = operation(api.url, `mutation { stopSimulation(id: "1") { __typename } }`).catch(
      () => "cut",
    );
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("m", `mutation { stopSimulation(id: "1") { __typename } }`);
    while (api.stats().operations === 0) await send(`${api.url}/healthz`);
    client.socket.pause();
    await api.drain(50);
    expect(await answer).toBe("cut");
    expect(api.stats().sockets).toBe(0);
    await api.close();
  });

  it("is done once, however often it is asked for", async () => {
    const api = await startApi();
    await Promise.all([api.drain(1_000), api.drain(1_000), api.close(), api.close()]);
    await api.drain(1_000);
  });
});
