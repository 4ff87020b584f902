// The speed of the simulation kernel, in million events per second of CPU time:
//   node launch.mjs bench/engine-kernel.ts
// An event is one thing taken from the agenda; a request of the M/M/1 is four (it arrives, reaches the station,
// is served, its answer is back), of which two cross the heap.

import { Simulation } from "../src/engine/model/simulation.ts";
import { Balance, Discipline, type SimulationConfig } from "../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  config,
  exponential,
  link,
  poisson,
  station,
  work,
} from "../test/engine/model/configs.ts";

const ROUNDS = 5;

/** One server at utilization 0.8. */
function singleServer(): SimulationConfig {
  const stations = [station("server", [work(exponential(1))])];
  return config({ stations, links: [link("users", "server")], sources: [poisson(800, "server")] }, 1_000_000);
}

/** A gateway that calls eleven stations in three ranks, with latency, timeouts and retries on every link. */
function twelveStations(): SimulationConfig {
  const over = {
    latency: exponential(0.25),
    timeoutMs: 1_000,
    retry: { maxRetries: 2, baseMs: 25, factor: 2, maxMs: 250, jitterRatio: 1 },
  };
  const wire = (from: string, to: string) =>
    link(from, to, {
      ...over,
      retry: { ...over.retry, onTimeout: true, onError: true, onReject: true, budgetRatio: 0 },
    });
  const many = { replicas: 2, slots: 8, balance: Balance.BALANCE_LEAST_REQUEST };
  const leaf = (id: string, meanMs: number) => station(id, [work(exponential(meanMs))], many);
  const fan = (id: string, meanMs: number, ...to: string[]) =>
    station(id, [work(exponential(meanMs)), calls(...to.map((target) => call(`${id}>${target}`)))], {
      ...many,
      discipline: Discipline.DISCIPLINE_FIFO,
      slots: 32,
    });
  const tree: Record<string, string[]> = {
    gateway: ["a", "b", "c"],
    a: ["d", "e"],
    b: ["f", "g", "h"],
    c: ["i", "j", "k"],
  };
  const inner = Object.entries(tree).map(([id, to]) => fan(id, 1, ...to));
  const leaves = [..."defghijk"].map((id) => leaf(id, 4));
  const links = Object.entries(tree).flatMap(([id, to]) => to.map((target) => wire(id, target)));
  return config(
    {
      stations: [...inner, ...leaves],
      links: [link("users", "gateway"), ...links],
      sources: [poisson(1_000, "gateway")],
    },
    60_000,
    { sampleIntervalMs: 1_000 },
  );
}

/** Million events per CPU second of one run. */
function measure(made: SimulationConfig): { speed: number; events: number } {
  const simulation = new Simulation(made);
  const before = process.cpuUsage();
  while (simulation.advance(Number.POSITIVE_INFINITY, 100_000)) simulation.take();
  const { user, system } = process.cpuUsage(before);
  return { speed: simulation.processed / (user + system), events: simulation.processed };
}

function report(name: string, make: () => SimulationConfig): void {
  const runs = Array.from({ length: ROUNDS }, () => measure(make()));
  const speeds = runs.map(({ speed }) => speed).sort((a, b) => a - b);
  const median = speeds[ROUNDS >> 1] ?? 0;
  const best = speeds[ROUNDS - 1] ?? 0;
  const events = runs[0]?.events ?? 0;
  console.log(
    `${name.padEnd(12)} ${median.toFixed(2)} M events / CPU s (best ${best.toFixed(2)}), ${events} events a run`,
  );
}

report("M/M/1", singleServer);
report("12 stations", twelveStations);
