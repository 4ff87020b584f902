// The graphql-ws client as it is shipped: what each close code makes it do, and a drain that loses nothing.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, createClient } from "graphql-ws";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { closeCodes } from "../../src/server/limits.ts";
import { changedTo, logged, simulationOf } from "../support/simulations.ts";
import { type Api, startApi } from "./api.ts";

describe("the stock client", () => {
  it.each([
    ["restart", true],
    ["tryAgain", true],
    ["slow", true],
    ["forbidden", true],
    ["flood", false],
    ["badRequest", false],
    ["idInUse", false],
    ["internal", false],
  ] as const)("after %s comes back: %s", async (name, comesBack) => {
    const http = createServer();
    const server = new WebSocketServer({ server: http, handleProtocols: () => "graphql-transport-ws" });
    let connections = 0;
    server.on("connection", (socket) => {
      connections += 1;
      socket.on("message", (data) => {
        const { type, id } = JSON.parse(String(data));
        if (type === "connection_init") socket.send(`{"type":"connection_ack"}`);
        else if (type === "subscribe" && connections === 1) socket.close(closeCodes[name], "test");
        else if (type === "subscribe") socket.send(JSON.stringify({ type: "complete", id }));
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    const client = createClient({
      url: `ws://127.0.0.1:${port}`,
      webSocketImpl: WebSocket,
      retryWait: async () => {},
    });
    const outcome = await new Promise((resolve) => {
      client.subscribe(
        { query: "{ a }" },
        { next() {}, error: () => resolve("gave up"), complete: () => resolve("came back") },
      );
    });
    expect(outcome).toBe(comesBack ? "came back" : "gave up");
    await client.dispose();
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });

  it("goes on elsewhere after a drain, from the event after the last it has", async () => {
    const first = await startApi();
    const second = await startApi();
    const tellBoth = (...commit: Parameters<Api["say"]>) => {
      first.say(...commit);
      second.say(...commit);
    };
    for (const api of [first, second]) api.store.add(simulationOf("1"));
    tellBoth("1", [logged("1"), logged("2")]);
    let url = first.url;
    const client = createClient({
      url: () => `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      retryWait: async () => {},
    });
    const seqs: number[] = [];
    for await (const seq of following(client)) {
      seqs.push(seq);
      if (seq === 2) {
        url = second.url;
        await first.drain(5_000);
        second.say("1", [logged("3"), changedTo("COMPLETED")], { status: "COMPLETED" });
      }
    }
    expect(seqs).toEqual([1, 2, 3, 4]);
    await client.dispose();
    await Promise.all([first.close(), second.close()]);
  });
});

/** Seqs of the log to its end. Subscribes anew after each loss of the socket, with `after` advanced. */
async function* following(client: Client): AsyncGenerator<number, void> {
  let after = 0;
  const payload = () => ({
    query: `subscription ($after: Int!) { simulationEvents(simulationId: "1", after: $after) { __typename seq } }`,
    // Read again at each subscribe, also when the client itself does it anew.
    get variables() {
      return { after };
    },
  });
  for await (const { data } of client.iterate<{ simulationEvents: { __typename: string; seq: number } }>(
    payload(),
  )) {
    if (data === undefined || data === null) continue;
    const { __typename: type, seq } = data.simulationEvents;
    if (type === "StreamStateChanged") continue;
    after = seq;
    yield seq;
  }
}
