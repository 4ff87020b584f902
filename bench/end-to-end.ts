// From the engine to the client: a real engine, Postgres, Redis, two replicas, and a viewer for each simulation, against
// the sum of the bare hops (gRPC, commit, Redis, WebSocket) in the same run.
//
//   npm run bench:end-to-end -- [--events 2000] [--simulations 50] [--seconds 10]
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { startCluster } from "../cluster/cluster.ts";
import { machineMs } from "./end-to-end/clock.ts";
import type { FromEngine } from "./end-to-end/engine.ts";
import { bareHops } from "./end-to-end/hops.ts";
import { quantile, rounded } from "./support/contest.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "2000" },
    simulations: { type: "string", default: "50" },
    seconds: { type: "string", default: "10" },
  },
});
const simulations = Number(values.simulations);
const eventsPerSecond = Number(values.events);
const seconds = Number(values.seconds);
/** A sample each simulated second. */
const speed = eventsPerSecond / simulations;
/** Each run is a thread of the engine, which takes its time to begin; then the rest settles. */
const begunWithinMs = 60_000;
const warmUpMs = 5_000;
const settleMs = 1_500;

const env = {
  MAX_SIMULATIONS: "500",
  MAX_SIMULATIONS_PER_PROJECT: "500",
  MAX_SIMULATIONS_PER_USER: "500",
  LIMIT_SOCKETS_PER_USER: "1000",
  LIMIT_SUBSCRIPTIONS_PER_USER: "1000",
  LIMIT_POINTS_PER_USER: "100000000",
};
const mutation = `mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { __typename ... on Simulation { id } } }`;
const subscription = `subscription ($id: ID!) { simulationEvents(simulationId: $id, types: [METRICS_SAMPLED]) {
  __typename seq at simulatedTime ... on MetricsSampled { progress throughput errorRate latencyP50 latencyP95 latencyP99
    components { componentId utilization queueLength latencyP95 } } } }`;

const emitted = new Map<string, number>();
/** `stored`: when the database wrote it, by its own clock, which is this machine's. */
const received: { readonly key: string; readonly at: number; readonly stored: number }[] = [];
/** ms that the clock of days is ahead of the machine's. */
const ahead = Date.now() - machineMs();
const keyOf = (id: string, simulatedTime: number) => `${id} ${simulatedTime.toFixed(3)}`;

const engine = fork(join(import.meta.dirname, "end-to-end", "engine.ts"));
engine.on("message", (message: FromEngine) => {
  if (!("stamps" in message)) return;
  for (const [id, simulatedTime, at] of message.stamps) emitted.set(keyOf(id, simulatedTime), at);
});
const [first] = (await once(engine, "message")) as [FromEngine];
if (!("address" in first)) throw new Error("The engine did not say where it listens.");
const cluster = await startCluster({ replicas: 2, engines: 0, otherEngines: [first.address], env });
const sockets: WebSocket[] = [];
try {
  const { databaseUrl, redisUrl, replicas } = cluster;
  for (let index = 0; index < simulations; index += 1) {
    const url = replicas[index % replicas.length]?.url ?? "";
    // A sample each simulated second, and none of them ends meanwhile.
    const duration = 90_000;
    const id = await start(url, { designId: "mm1", duration, speed });
    // Followed on the other one: whichever drives it, some of the way leads through Redis.
    sockets.push(watch(replicas[(index + 1) % replicas.length]?.url ?? "", id));
  }
  await allHaveBegun();
  await delay(warmUpMs);
  received.length = 0;
  const begunAt = machineMs();
  await delay(seconds * 1_000);
  const until = machineMs();
  await delay(settleMs);
  const ways = received.flatMap(({ key, at, stored }) => {
    const from = emitted.get(key);
    return from === undefined || from < begunAt || from > until ? [] : [{ from, stored, at }];
  });
  const waits = ways.map(({ from, at }) => at - from);
  const toStore = ways.map(({ from, stored }) => stored - from);
  const toClient = ways.map(({ stored, at }) => at - stored);
  for (const socket of sockets) socket.terminate();
  const rate = waits.length / seconds;
  const ours = { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
  await Promise.all(replicas.map((replica) => replica.kill()));
  const hops = await bareHops(databaseUrl, redisUrl, { eventsPerSecond, seconds, streams: simulations });
  const sum = hops.grpc + hops.commit + hops.redis + hops.webSocket;
  console.log(
    `${waits.length} events, ${rounded(rate)} a second, of ${simulations} simulations on 2 replicas:`,
  );
  console.log(`  engine -> client: p50 ${rounded(ours.p50)} ms, p99 ${rounded(ours.p99)} ms`);
  console.log(
    `  of that, p50: to the statement that stores it ${rounded(quantile(toStore, 0.5))} ms, from there ${rounded(quantile(toClient, 0.5))} ms`,
  );
  console.log(
    `  bare hops, p50: gRPC ${rounded(hops.grpc)} + commit ${rounded(hops.commit)} + Redis ${rounded(hops.redis)} + WebSocket ${rounded(hops.webSocket)} = ${rounded(sum)} ms`,
  );
  console.log(`  ratio ${rounded(ours.p50 / sum)}`);
} finally {
  for (const socket of sockets) socket.terminate();
  await cluster.close();
  engine.kill("SIGKILL");
}

async function allHaveBegun(): Promise<void> {
  const until = performance.now() + begunWithinMs;
  while (new Set(received.map(({ key }) => key.split(" ")[0])).size < simulations) {
    if (performance.now() > until) throw new Error("Not all simulations have begun.");
    await delay(100);
  }
}

async function start(url: string, input: object): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: mutation, variables: { input } }),
  });
  const text = await response.text();
  const id = /"id":"([^"]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`The simulation was not started: ${text}`);
  return id;
}

function watch(url: string, id: string): WebSocket {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
  });
  socket.on("open", () => socket.send('{"type":"connection_init"}'));
  socket.on("message", (data) => {
    const at = machineMs();
    const text = String(data);
    if (text.includes("connection_ack")) {
      const payload = { query: subscription, variables: { id } };
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
    }
    const simulatedTime = /"simulatedTime":([\d.]+)/.exec(text)?.[1];
    const stored = /"at":"([^"]+)"/.exec(text)?.[1];
    if (simulatedTime !== undefined && stored !== undefined && text.includes("MetricsSampled")) {
      received.push({ key: keyOf(id, Number(simulatedTime)), at, stored: Date.parse(stored) - ahead });
    }
  });
  return socket;
}
