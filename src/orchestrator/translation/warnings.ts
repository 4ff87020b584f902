import type { Design } from "../../core/design/design.ts";
import { type DesignProblem, echo, problem } from "../../core/design/problem.ts";
import type { Link, SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import type { Draft } from "./draft.ts";
import { type Offered, type OfferedLoad, slotsOf } from "./offered-load.ts";
import { idleClients, isolated } from "./unused.ts";

/** Half-width of a 95 % interval, relative to the mean, that a run is wanted to reach. */
const WANTED_PRECISION = 0.1;
/** Attempts along a path that count as an amplification by themselves. */
const MANY_ATTEMPTS = 10;

/** What is worth knowing about a design that runs; the gravest first. */
export function warningsOf(draft: Draft, config: SimulationConfig, offered: Offered): DesignProblem[] {
  const where = pathsOf(draft.design);
  return [
    ...saturated(offered, where),
    ...retryAmplified(config, offered, where),
    ...timeoutOrder(config, where),
    ...pools(config, where),
    ...idleClients(draft),
    ...isolated(draft, config),
    ...tooShort(config, offered, where),
    ...assumedNumbers(draft),
  ];
}

type Where = (id: string) => string;

function pathsOf(design: Design): Where {
  const paths = new Map<string, string>();
  for (const [index, { id }] of design.nodes.entries()) paths.set(id, `nodes[${index}]`);
  for (const [index, { id }] of design.edges.entries()) paths.set(id, `edges[${index}]`);
  return (id) => paths.get(id) ?? paths.get(id.slice(0, id.lastIndexOf("@"))) ?? "";
}

function saturated(offered: Offered, where: Where): DesignProblem[] {
  return offered.loads
    .filter((load) => load.utilization >= 1)
    .sort((a, b) => b.utilization - a.utilization)
    .map((load) => {
      const carried = rounded(offered.peakPerSec / load.utilization);
      const text = `Give ${echo(load.station)} more capacity or less load: at the peak of ${rounded(offered.peakPerSec)} requests/s it needs ${rounded(load.utilization)} times the slots it has, and it can carry about ${carried} requests/s of the whole design.`;
      return problem("W-SATURATED", where(load.station), text);
    });
}

/** Attempts that one call may become: its first and its retries, unless a budget holds them down. */
function attempts(link: Link): number {
  const retries = link.retry?.maxRetries ?? 0;
  const budget = link.retry?.budgetRatio ?? 0;
  return 1 + (budget > 0 ? Math.min(retries, budget) : retries);
}

/** The most attempts that one request can become at each station, along any path; bounded, for cycles. */
function amplification(config: SimulationConfig): Map<string, number> {
  const most = new Map<string, number>(config.sources.map((source) => [source.id, 1]));
  for (let round = 0; round < config.stations.length + 1; round += 1) {
    let changed = false;
    for (const link of config.links) {
      const before = most.get(link.from);
      if (before === undefined) continue;
      const product = Math.min(1_000_000, before * attempts(link));
      if (product <= (most.get(link.to) ?? 0)) continue;
      most.set(link.to, product);
      changed = true;
    }
    if (!changed) break;
  }
  return most;
}

function retryAmplified(config: SimulationConfig, offered: Offered, where: Where): DesignProblem[] {
  const most = amplification(config);
  return offered.loads.flatMap((load) => {
    const product = most.get(load.station) ?? 1;
    const tips = product > 1 && load.utilization < 1 && load.utilization * product >= 1;
    if (product <= MANY_ATTEMPTS && !tips) return [];
    const tipping = tips
      ? `, ${rounded(load.utilization * product)} times what it can carry, so that it may never recover`
      : "";
    const text = `Retry less, or with a budget: once calls fail, one request can become ${rounded(product)} at ${echo(load.station)}${tipping}.`;
    return [problem("W-RETRY-AMPLIFY", where(load.station), text)];
  });
}

function timeoutOrder(config: SimulationConfig, where: Where): DesignProblem[] {
  const after = Map.groupBy(config.links, (link) => link.from);
  return config.links.flatMap((link) => {
    if (link.async || link.timeoutMs === 0) return [];
    const longer = (after.get(link.to) ?? []).find((next) => !next.async && longestMs(next) > link.timeoutMs);
    if (longer === undefined) return [];
    const longest = longestMs(longer);
    const waits = Number.isFinite(longest) ? `up to ${longest} ms` : "without end";
    const text = `Let ${echo(longer.id)} end before ${echo(link.id)} gives up: the caller waits ${link.timeoutMs} ms, the callee's own call ${waits}, and that work is wasted.`;
    return [problem("W-TIMEOUT-ORDER", where(link.id), text)];
  });
}

function longestMs(link: Link): number {
  return link.timeoutMs === 0
    ? Number.POSITIVE_INFINITY
    : link.timeoutMs * (1 + (link.retry?.maxRetries ?? 0));
}

function pools(config: SimulationConfig, where: Where): DesignProblem[] {
  const stations = new Map(config.stations.map((station) => [station.id, station] as const));
  return config.links.flatMap((link) => {
    const [caller, callee] = [stations.get(link.from), stations.get(link.to)];
    if (link.async || caller === undefined || callee === undefined) return [];
    const wanted = slotsOf(caller);
    const taken = callee.queueUnbounded
      ? Number.POSITIVE_INFINITY
      : slotsOf(callee) + callee.replicas * callee.queueCapacity;
    const limit = link.maxInFlight > 0 ? Math.min(link.maxInFlight + link.maxPending, taken) : taken;
    if (!Number.isFinite(wanted) || wanted <= limit) return [];
    const text = `Expect rejections over ${echo(link.id)}: ${echo(caller.id)} can have ${wanted} calls under way, and ${limit} are taken.`;
    return [problem("W-POOL", where(link.id), text)];
  });
}

/**
 * The time for a mean of the busiest station to settle, by the variance of the mean of M/M/1:
 * T ≈ 1.96² · 2(1 + ρ) / (ρ (1 − ρ)² ε²) service times (W. Whitt, Planning queueing simulations, 1989).
 */
function tooShort(config: SimulationConfig, offered: Offered, where: Where): DesignProblem[] {
  const control = config.control;
  const busiest = offered.loads
    .filter((load) => load.utilization > 0 && load.utilization < 1)
    .reduce<OfferedLoad | undefined>(
      (most, load) => (most === undefined || load.utilization > most.utilization ? load : most),
      undefined,
    );
  if (control === undefined || busiest === undefined) return [];
  const rho = busiest.utilization;
  const measuredMs = control.horizonMs - control.warmupMs;
  const services = (1.96 ** 2 * 2 * (1 + rho)) / (rho * (1 - rho) ** 2 * WANTED_PRECISION ** 2);
  const neededMs = (services * busiest.holdingMs) / busiest.slots;
  if (neededMs <= measuredMs) return [];
  const precision = WANTED_PRECISION * Math.sqrt(neededMs / measuredMs);
  const text = `Expect averages at ${echo(busiest.station)} to within about ±${rounded(precision * 100)} %: for ±${WANTED_PRECISION * 100} % run ${rounded(neededMs / 1_000)} s.`;
  return [problem("W-SHORT", where(busiest.station), text)];
}

function assumedNumbers(draft: Draft): DesignProblem[] {
  const count = draft.book.list.length;
  if (count === 0) return [];
  return [
    problem(
      "W-ASSUMED",
      "",
      `Read the assumptions: ${count} numbers of this run were assumed, not measured.`,
    ),
  ];
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
