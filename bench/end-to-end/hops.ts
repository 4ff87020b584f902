// The bare hops of the way, each alone, at the same rate and with messages of the same size: what the machine takes for
// the way when nothing is done on it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { Redis } from "ioredis";
import pg from "pg";
import { WebSocket, WebSocketServer } from "ws";
import { openLoop } from "../fanout/loops.ts";
import { quantile } from "../support/contest.ts";
import { machineMs } from "./clock.ts";

export interface HopOptions {
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** Streams, channels and sockets over which they are spread. */
  readonly streams: number;
}

/** ms, p50. */
export interface Hops {
  readonly grpc: number;
  readonly commit: number;
  readonly redis: number;
  readonly webSocket: number;
}

/** Bytes of a sample on its way: encoded, as a notice, as a frame. */
const sizes = { grpc: 500, notice: 2_500, frame: 900 };
/** Rows that one commit takes along, at this rate: a commit's time is what comes meanwhile. */
const commitEveryMs = 10;
const settleMs = 500;

export async function bareHops(databaseUrl: string, redisUrl: string, options: HopOptions): Promise<Hops> {
  return {
    grpc: await grpcHop(options),
    commit: await commitHop(databaseUrl, options),
    redis: await redisHop(redisUrl, options),
    webSocket: await webSocketHop(options),
  };
}

/** Sends so many a second, each with its time at the front, and answers the median of how long they took. */
async function timed(
  { eventsPerSecond, seconds, streams }: HopOptions,
  send: (stream: number, stamp: string) => void,
  hear: (received: (stamp: string) => void) => void,
): Promise<number> {
  const waits: number[] = [];
  hear((stamp) => waits.push(machineMs() - Number(stamp)));
  let next = 0;
  const loop = openLoop(eventsPerSecond, () => {
    next = (next + 1) % streams;
    send(next, machineMs().toFixed(4).padStart(20));
  });
  await delay(seconds * 1_000);
  loop.stop();
  await delay(settleMs);
  return quantile(waits, 0.5);
}

const path = "/bare.Hop/Subscribe";

async function grpcHop(options: HopOptions): Promise<number> {
  const same = (bytes: Buffer): Buffer => bytes;
  const writes: ((bytes: Buffer) => void)[] = [];
  const server = new Server();
  const method = {
    path,
    requestStream: false,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { subscribe: method },
    { subscribe: (call: { write(bytes: Buffer): void }) => void writes.push((bytes) => call.write(bytes)) },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  let received = (_stamp: string) => {};
  const calls = Array.from({ length: options.streams }, () => {
    const call = client.makeServerStreamRequest<Buffer, Buffer>(path, same, same, Buffer.alloc(0));
    call.on("data", (bytes: Buffer) => received(bytes.toString("latin1", 0, 20)));
    call.on("error", () => {});
    return call;
  });
  while (writes.length < options.streams) await delay(10);
  const rest = " ".repeat(sizes.grpc - 20);
  const wait = await timed(
    options,
    (stream, stamp) => writes[stream]?.(Buffer.from(stamp + rest)),
    (hear) => {
      received = hear;
    },
  );
  for (const call of calls) call.cancel();
  client.close();
  server.forceShutdown();
  return wait;
}

/** Rows of the size of a sample's, as many in a transaction as come between two. */
async function commitHop(
  connectionString: string,
  { eventsPerSecond, seconds }: HopOptions,
): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("drop table if exists bare_hop");
  await client.query(
    "create table bare_hop (place bigint generated always as identity primary key, body text)",
  );
  const row = "x".repeat(sizes.frame);
  const waits: number[] = [];
  let waiting: number[] = [];
  let isBusy = false;
  const commit = async () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const stamps = waiting;
    waiting = [];
    await client.query({
      name: "bare",
      text: "insert into bare_hop (body) select unnest($1::text[])",
      values: [stamps.map(() => row)],
    });
    const now = machineMs();
    for (const stamp of stamps) waits.push(now - stamp);
    isBusy = false;
  };
  const loop = openLoop(eventsPerSecond, () => {
    waiting.push(machineMs());
    void commit();
  });
  const sweep = setInterval(() => void commit(), commitEveryMs);
  await delay(seconds * 1_000);
  loop.stop();
  await delay(settleMs);
  clearInterval(sweep);
  await client.query("drop table bare_hop");
  await client.end();
  return quantile(waits, 0.5);
}

async function redisHop(url: string, options: HopOptions): Promise<number> {
  const publisher = new Redis(url, { enableAutoPipelining: true });
  const subscriber = new Redis(url);
  const channels = Array.from({ length: options.streams }, (_, index) => `bare:${index}`);
  await subscriber.subscribe(...channels);
  const rest = " ".repeat(sizes.notice - 20);
  const wait = await timed(
    options,
    (stream, stamp) => void publisher.publish(channels[stream] ?? "", stamp + rest),
    (hear) => subscriber.on("message", (_channel: string, text: string) => hear(text.slice(0, 20))),
  );
  publisher.disconnect();
  subscriber.disconnect();
  return wait;
}

async function webSocketHop(options: HopOptions): Promise<number> {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const sockets: WebSocket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  let received = (_stamp: string) => {};
  const clients = Array.from({ length: options.streams }, () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    client.on("message", (data) => received(String(data).slice(0, 20)));
    return client;
  });
  while (sockets.length < options.streams) await delay(10);
  const rest = " ".repeat(sizes.frame - 20);
  const wait = await timed(
    options,
    (stream, stamp) => sockets[stream]?.send(stamp + rest),
    (hear) => {
      received = hear;
    },
  );
  for (const client of clients) client.terminate();
  server.close();
  http.close();
  return wait;
}
