// A client that stops reading, on a real connection: what waits for it is bounded, and it is cut in the end.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "graphql";
import { makeServer } from "graphql-ws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { schema } from "../../src/graphql/schema.ts";
import { closeCodes, serverLimits } from "../../src/server/limits.ts";
import { Outbox } from "../../src/server/outbox.ts";
import type { SocketExtra } from "../../src/server/protocol.ts";
import { GraphQLSocket } from "../../src/server/socket.ts";
import { Turn } from "../../src/server/turn.ts";
import { quietLog } from "../support/simulations.ts";

const failed = (error: unknown) => {
  throw error;
};
const bounds = { limits: serverLimits, hit: () => {} };
let http: Server;
let client: WebSocket;
let server: WebSocket;
let request: import("node:http").IncomingMessage;

function graphqlSocket(protocol: ReturnType<typeof makeServer<Record<string, unknown>, SocketExtra>>) {
  return new GraphQLSocket({
    socket: server,
    request,
    address: "127.0.0.1",
    acknowledged: () => {},
    protocol,
    bounds,
    turn: new Turn(failed),
    log: quietLog(),
  });
}

function outboxOf(): Outbox {
  return new Outbox({
    socket: server,
    connection: request.socket,
    mostBytes: serverLimits.bufferedBytes,
    turn: new Turn(failed),
  });
}

beforeEach(async () => {
  http = createServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "graphql-transport-ws" });
  const accepted = new Promise<void>((resolve) => {
    sockets.once("connection", (socket, upgrade) => {
      server = socket;
      request = upgrade;
      resolve();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}`, "graphql-transport-ws");
  await Promise.all([accepted, new Promise((resolve) => client.once("open", resolve))]);
});

afterEach(async () => {
  client.terminate();
  server.terminate();
  await new Promise((resolve) => http.close(resolve));
});

const message = "x".repeat(64 * 1024);

describe("an outbox", () => {
  it("writes no more than its bound to a client that does not read, and all of it once the client does", async () => {
    const outbox = outboxOf();
    let received = 0;
    client.on("message", () => {
      received += 1;
    });
    client.pause();
    let sent = 0;
    const sends = Array.from({ length: 400 }, () => outbox.send(message).then(() => (sent += 1)));
    while (!outbox.full || server.bufferedAmount === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.bufferedAmount).toBeLessThan(serverLimits.bufferedBytes + 2 * message.length);
    expect(sent).toBeLessThan(400);
    client.resume();
    await Promise.all(sends);
    expect(sent).toBe(400);
    while (received < 400) await new Promise((resolve) => client.once("message", resolve));
  });

  it("is not stalled by what has not been written yet", async () => {
    const outbox = outboxOf();
    const sent = Promise.all([outbox.send(message), outbox.send(message)]);
    expect(outbox.full).toBe(true);
    expect(outbox.stalledFor(performance.now() + 1_000_000)).toBe(0);
    await sent;
  });

  it("lets go of everybody who waits when the socket closes", async () => {
    const outbox = outboxOf();
    server.once("close", () => outbox.wake());
    client.pause();
    const sends = Array.from({ length: 400 }, () => outbox.send(message));
    const closed = new Promise((resolve) => server.once("close", resolve));
    server.terminate();
    await Promise.all([closed, ...sends]);
    expect(outbox.stalledFor(performance.now() + 1)).toBe(0);
  });
});

describe("a socket", () => {
  async function* endless() {
    while (server.readyState === WebSocket.OPEN) yield { data: { text: message } };
  }
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    onSubscribe: () => ({ schema, document: parse("subscription { simulationUpdates { kind } }") }),
    subscribe: endless,
  });

  it("is cut with its own code when nothing leaves for too long", async () => {
    const socket = graphqlSocket(protocol);
    const closed = new Promise((resolve) => client.once("close", resolve));
    client.send(`{"type":"connection_init"}`);
    await new Promise((resolve) => client.once("message", resolve));
    client.pause();
    client.send(`{"type":"subscribe","id":"1","payload":{"query":"subscription { a }"}}`);
    while (server.bufferedAmount <= serverLimits.bufferedBytes) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.check(performance.now() + serverLimits.stalledMs / 2);
    expect(server.readyState).toBe(WebSocket.OPEN);
    socket.check(performance.now() + serverLimits.stalledMs + 1_000);
    expect(server.readyState).toBe(WebSocket.CLOSING);
    client.resume();
    expect(await closed).toBe(closeCodes.slow);
  });

  it("is gone when nothing is heard of its client", async () => {
    const socket = graphqlSocket(protocol);
    const closed = new Promise((resolve) => client.once("close", resolve));
    socket.check(performance.now() + serverLimits.silentMs + 1);
    expect(await closed).toBe(1006);
  });
});
