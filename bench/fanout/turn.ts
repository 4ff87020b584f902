// One turn of a contender: its server is started, the viewers join, what the scenario says is measured, and all of it
// is gone again.
import { setTimeout as delay } from "node:timers/promises";
import { type Figures, quantile } from "../support/contest.ts";
import { Audience, type AudienceOptions } from "./audience.ts";
import type { LiveContender } from "./contenders.ts";
import { closedLoop, openLoop } from "./loops.ts";
import type { Scenario } from "./scenarios.ts";
import type { ServerProcess } from "./server-process.ts";
import { Theatre } from "./theatre.ts";
import type { World } from "./world.ts";

export interface TurnOptions {
  /** Of the measurement, s. */
  readonly seconds: number;
  /** Saturation before it, in which the server's code is compiled, s. */
  readonly warmUpSeconds: number;
  /** Instead of the scenario's own. */
  readonly inFlight: number | undefined;
}

/** In flight while warming up for scenarios that do not saturate. */
const warmUpInFlight = 8;
const betweenBurstsMs = 200;
const quietMs = 1_000;
/** Sockets that come and go before idle ones are measured: what they make the server load is not theirs. */
const visitors = 200;

export async function takeTurn(
  world: World,
  contender: LiveContender,
  scenario: Scenario,
  options: TurnOptions,
): Promise<Figures> {
  const server = await contender.start();
  try {
    return scenario.kind === "idle"
      ? await measureIdle(world, contender, scenario, server)
      : await measureDelivery(world, contender, scenario, server, options);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const state = server.running ? "runs" : "has ended";
    throw new Error(`${contender.name}, ${scenario.name}: ${what}\nThe server ${state}:\n${server.said()}`);
  } finally {
    await server.kill();
  }
}

type Delivery = Exclude<Scenario, { readonly kind: "idle" }>;

async function measureDelivery(
  world: World,
  contender: LiveContender,
  scenario: Delivery,
  server: ServerProcess,
  options: TurnOptions,
): Promise<Figures> {
  const theatre = theatreOf(world, contender, 0, scenario.simulations);
  const audience = audienceOf(theatre, contender, scenario, server.port);
  try {
    await audience.join();
    const inFlight = options.inFlight ?? (scenario.kind === "saturated" ? scenario.inFlight : warmUpInFlight);
    const warmUp = closedLoop(theatre, audience, inFlight);
    await delay(options.warmUpSeconds * 1_000);
    if (scenario.kind === "saturated") {
      const figures = await during(options.seconds, audience, server);
      warmUp.stop();
      await audience.settle();
      return figures;
    }
    warmUp.stop();
    await audience.settle();
    await delay(quietMs);
    if (scenario.kind === "burst") return await bursts(scenario.bursts, theatre, audience, server);
    const loop = openLoop(scenario.eventsPerSecond, () => theatre.playNext());
    await delay(quietMs);
    const figures = await during(options.seconds, audience, server);
    loop.stop();
    await audience.settle();
    return figures;
  } finally {
    audience.leave();
  }
}

async function during(seconds: number, audience: Audience, server: ServerProcess): Promise<Figures> {
  audience.latencies = [];
  const before = { at: performance.now(), cpu: server.cpu(), delivered: audience.delivered };
  await delay(seconds * 1_000);
  audience.check();
  const wall = (performance.now() - before.at) / 1_000;
  const cpu = server.cpu() - before.cpu;
  const delivered = audience.delivered - before.delivered;
  return { ...rates(delivered, cpu, wall), ...latencies(audience.latencies) };
}

async function bursts(
  count: number,
  theatre: Theatre,
  audience: Audience,
  server: ServerProcess,
): Promise<Figures> {
  const p50: number[] = [];
  const p99: number[] = [];
  const before = { cpu: server.cpu(), delivered: audience.delivered };
  for (let burst = 0; burst < count; burst += 1) {
    audience.latencies = [];
    theatre.playNext();
    await audience.settle();
    p50.push(quantile(audience.latencies, 0.5));
    p99.push(quantile(audience.latencies, 0.99));
    await delay(betweenBurstsMs);
  }
  const cpu = server.cpu() - before.cpu;
  const { perCpuSecond, cpuMicros } = rates(audience.delivered - before.delivered, cpu, 1);
  return { perCpuSecond, cpuMicros, p50: quantile(p50, 0.5), p99: quantile(p99, 0.5) };
}

async function measureIdle(
  world: World,
  contender: LiveContender,
  scenario: Scenario,
  server: ServerProcess,
): Promise<Figures> {
  // Of other simulations: who comes later must not find that events of theirs are in no log.
  const before = theatreOf(world, contender, scenario.simulations, scenario.simulations);
  const first = audienceOf(before, contender, { ...scenario, viewers: visitors }, server.port);
  try {
    await first.join();
    for (let event = 0; event < visitors; event += 1) before.playNext();
    await first.settle();
  } finally {
    first.leave();
  }
  await delay(quietMs);
  const empty = await server.memory();
  const theatre = theatreOf(world, contender, 0, scenario.simulations);
  const audience = audienceOf(theatre, contender, scenario, server.port);
  try {
    await audience.join();
    await delay(quietMs);
    audience.check();
    const full = await server.memory();
    return {
      residentPerSocket: (full.resident - empty.resident) / scenario.viewers,
      heapPerSocket: (full.heap - empty.heap) / scenario.viewers,
      resident: full.resident,
    };
  } finally {
    audience.leave();
  }
}

function theatreOf(world: World, contender: LiveContender, from: number, count: number): Theatre {
  return new Theatre(world.redis, world.simulations.slice(from, from + count).map(contender.publication));
}

function audienceOf(
  theatre: Theatre,
  contender: LiveContender,
  { kind, viewers, selections }: Scenario,
  port: number,
): Audience {
  const options: AudienceOptions = {
    theatre,
    port,
    viewers,
    selections,
    sampleEvery: kind === "saturated" ? 64 : 1,
    strict: true,
  };
  return new Audience(
    contender.sendsToAll === undefined ? options : { ...options, sentAnyway: contender.sendsToAll },
  );
}

interface Rates {
  readonly perCpuSecond: number;
  readonly cpuMicros: number;
  readonly perSecond: number;
  /** Part of one core. */
  readonly core: number;
}

function rates(delivered: number, cpu: number, wall: number): Rates & Figures {
  return {
    perCpuSecond: delivered / cpu,
    cpuMicros: (cpu / delivered) * 1e6,
    perSecond: delivered / wall,
    core: cpu / wall,
  };
}

function latencies(all: readonly number[]): Figures {
  return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
}
