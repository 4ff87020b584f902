// What the recipe does at each sort of end, against a server that ends connections and operations at will.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClientOptions } from "graphql-ws";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { connect } from "../../clients/graphql-ws/connect.ts";
import { subscribe } from "../../clients/graphql-ws/subscribe.ts";
import { Seen } from "./seen.ts";

const query = `subscription simulationEvents($id: ID!, $from: Int) {
  log: simulationEvents(simulationId: $id, after: $from) { seq }
}`;

type Say = (type: string, payload?: unknown) => void;

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** Answers the nth subscription as told; gives the variables that each came with. */
async function server(answer: (nth: number, say: Say, socket: WebSocket) => void, port = 0) {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "graphql-transport-ws" });
  const variables: unknown[] = [];
  sockets.on("connection", (socket) =>
    socket.on("message", (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === "connection_init") socket.send(`{"type":"connection_ack"}`);
      if (type !== "subscribe") return;
      variables.push(payload.variables);
      const say: Say = (what, said) => socket.send(JSON.stringify({ type: what, id, payload: said }));
      answer(variables.length, say, socket);
    }),
  );
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  closings.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, variables };
}

function watched(url: string, options: Partial<ClientOptions> = {}, document = query) {
  const client = connect({ url, webSocketImpl: WebSocket, retryWait: async () => {}, ...options });
  const seen = new Seen<unknown>();
  const leave = subscribe(client, { query: document, variables: { id: "1", from: 0 } }, seen);
  closings.push(async () => leave());
  return { seen, leave };
}

const event = (seq: number) => ({ data: { log: { seq } } });

describe("a subscription", () => {
  it.each([1006, 1012, 1013, 4420])("goes on after its last event when closed with %i", async (code) => {
    const { url, variables } = await server((nth, say, socket) => {
      say("next", event(nth));
      if (nth === 3) say("complete");
      else if (code === 1006) socket.terminate();
      else socket.close(code);
    });
    const { seen } = watched(url);
    await seen.completion();
    expect(seen.items).toEqual([event(1), event(2), event(3)]);
    expect(variables).toEqual([0, 1, 2].map((from) => ({ id: "1", from })));
  });

  it("asks again when the service says that it is unavailable, before or within the stream", async () => {
    const errors = [{ message: "later", extensions: { code: "UNAVAILABLE" } }];
    const { url, variables } = await server((nth, say) => {
      if (nth === 1) say("error", errors);
      else if (nth === 2) {
        say("next", event(1));
        say("next", { data: null, errors });
      } else say("complete");
    });
    const { seen } = watched(url);
    await seen.completion();
    expect(seen.items).toEqual([event(1)]);
    expect(variables).toEqual([0, 0, 1].map((from) => ({ id: "1", from })));
  });

  it("ends with what the service refuses", async () => {
    const errors = [{ message: "none", extensions: { code: "SIMULATION_NOT_FOUND" } }];
    const { url } = await server((_nth, say) => say("error", errors));
    await expect(watched(url).seen.completion()).rejects.toEqual(errors);
  });

  it.each([4400, 4401, 4403, 4500])("ends when closed with %i", async (code) => {
    const { url } = await server((_nth, _say, socket) => socket.close(code));
    await expect(watched(url).seen.completion()).rejects.toMatchObject({ code });
  });

  it("gets a new token after 4403 where it can, and ends when there is none", async () => {
    const { url } = await server((_nth, _say, socket) => socket.close(4403));
    const tokens = ["old", "new"];
    const connectionParams = () => {
      const token = tokens.shift();
      if (token === undefined) throw new Error("signed out");
      return { token };
    };
    await expect(watched(url, { connectionParams }).seen.completion()).rejects.toThrow("signed out");
  });

  it("waits for a server that is not there yet", async () => {
    const gone = await server(() => {});
    await closings.pop()?.();
    const tried = Promise.withResolvers<void>();
    const { seen } = watched(gone.url, {
      retryWait: async () => {
        tried.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await tried.promise;
    await server((_nth, say) => say("complete"), Number(new URL(gone.url).port));
    await seen.completion();
  });

  it("is refused when it could not be resumed", () => {
    const literal = `subscription { simulationEvents(simulationId: "1", after: 0) { seq } }`;
    expect(() => watched("ws://127.0.0.1:1", {}, literal)).toThrow(/as a variable/);
  });

  it("of another field passes as it is", async () => {
    const update = { data: { simulationUpdates: { kind: "RESET" } } };
    const { url } = await server((_nth, say) => {
      say("next", update);
      say("complete");
    });
    const { seen } = watched(url, {}, "subscription { simulationUpdates { kind } }");
    await seen.completion();
    expect(seen.items).toEqual([update]);
  });
});
