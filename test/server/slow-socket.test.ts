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
let sockets: WebSocketServer;
let client: WebSocket;
let server: WebSocket;
let request: import("node:http").IncomingMessage;

/** Both ends of a socket, and what the server's was made of. */
async function connected() {
  const accepted = new Promise<{ server: WebSocket; request: typeof request }>((resolve) => {
    sockets.once("connection", (server, request) => resolve({ server, request }));
  });
  const { port } = http.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, "graphql-transport-ws");
  const [ends] = await Promise.all([accepted, new Promise((resolve) => client.once("open", resolve))]);
  return { client, ...ends };
}

/** The messages that come from here on. */
function messagesOf(client: WebSocket): string[] {
  const messages: string[] = [];
  client.on("message", (data) => messages.push(String(data)));
  return messages;
}

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

function outboxOf(socket = server, connection = request.socket): Outbox {
  return new Outbox({
    socket,
    connection,
    mostBytes: serverLimits.bufferedBytes,
    turn: new Turn(failed),
  });
}

beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({ server: http, handleProtocols: () => "graphql-transport-ws" });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ({ client, server, request } = await connected());
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

  it("sends what it put, to who reads and to who does not, while they share the memory of their writes", async () => {
    const reading = await connected();
    const [slow, quick] = [outboxOf(), outboxOf(reading.server, reading.request.socket)];
    const [slowGot, quickGot] = [messagesOf(client), messagesOf(reading.client)];
    client.pause();
    const messages = Array.from({ length: 600 }, (_, n) => `${n} `.repeat(1 + ((n * 7_919) % 9_000)));
    const sends: Promise<void>[] = [];
    for (const one of messages) {
      sends.push(slow.send(one), quick.send(`quick ${one}`));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(slow.full).toBe(true);
    client.resume();
    await Promise.all(sends);
    while (slowGot.length < messages.length || quickGot.length < messages.length) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(slowGot).toEqual(messages);
    expect(quickGot).toEqual(messages.map((one) => `quick ${one}`));
    reading.client.terminate();
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
