import type { Visit } from "./visits.ts";

/** Most calls that one request may lead to, on average. */
export const MAX_CALLS_PER_REQUEST = 10_000;
/** Most steps of the summation; beyond it the calls count as endless. */
const MAX_WORK = 10_000_000;
/** Traffic below this part of the whole no longer counts. */
const NEGLIGIBLE = 1e-10;

export type Traffic = {
  /** Requests per second of each visit. */
  readonly perSec: Float64Array;
  /** Calls that one request of a source leads to, on average, its first included. */
  readonly callsPerRequest: number;
};

/**
 * Solves the traffic equations λ = γ + Pᵀλ: in one pass from callers to callees where no calls form a cycle, else as
 * the sum of γ, Pᵀγ, (Pᵀ)²γ, …, which follows the requests call by call. Undefined where one request leads to more
 * than MAX_CALLS_PER_REQUEST calls, or the sum does not come to an end.
 */
export function trafficOf(
  visits: readonly Visit[],
  entering: ReadonlyMap<number, number>,
): Traffic | undefined {
  const total = [...entering.values()].reduce((sum, rate) => sum + rate, 0);
  if (total === 0) return { perSec: new Float64Array(visits.length), callsPerRequest: 0 };
  const order = callersFirst(visits);
  const perSec = order === undefined ? summed(visits, entering, total) : passed(visits, entering, order);
  if (perSec === undefined) return undefined;
  const callsPerRequest = perSec.reduce((sum, rate) => sum + rate, 0) / total;
  return callsPerRequest > MAX_CALLS_PER_REQUEST ? undefined : { perSec, callsPerRequest };
}

/** Every visit before those that it calls; undefined where calls form a cycle. */
function callersFirst(visits: readonly Visit[]): number[] | undefined {
  const callers = new Int32Array(visits.length);
  for (const { calls } of visits) for (const { to } of calls) callers[to] = (callers[to] ?? 0) + 1;
  const order = [...visits.keys()].filter((at) => callers[at] === 0);
  for (let next = 0; next < order.length; next += 1) {
    for (const { to } of visits[order[next] ?? 0]?.calls ?? []) {
      const left = (callers[to] ?? 0) - 1;
      callers[to] = left;
      if (left === 0) order.push(to);
    }
  }
  return order.length === visits.length ? order : undefined;
}

function passed(
  visits: readonly Visit[],
  entering: ReadonlyMap<number, number>,
  order: readonly number[],
): Float64Array {
  const perSec = new Float64Array(visits.length);
  for (const [at, rate] of entering) perSec[at] = rate;
  for (const at of order)
    for (const { to, expected } of visits[at]?.calls ?? [])
      perSec[to] = (perSec[to] ?? 0) + (perSec[at] ?? 0) * expected;
  return perSec;
}

function summed(
  visits: readonly Visit[],
  entering: ReadonlyMap<number, number>,
  total: number,
): Float64Array | undefined {
  const perSec = new Float64Array(visits.length);
  let wave = new Map(entering);
  let calls = 0;
  let work = 0;
  while (wave.size > 0) {
    const next = new Map<number, number>();
    for (const [at, rate] of wave) {
      perSec[at] = (perSec[at] ?? 0) + rate;
      calls += rate;
      work += 1;
      for (const { to, expected } of visits[at]?.calls ?? []) {
        work += 1;
        const onward = rate * expected;
        if (onward > total * NEGLIGIBLE) next.set(to, (next.get(to) ?? 0) + onward);
      }
    }
    if (calls > total * MAX_CALLS_PER_REQUEST || work > MAX_WORK) return undefined;
    wave = next;
  }
  return perSec;
}
