import type { Visit } from "./visits.ts";

/** Most calls that one request may lead to, on average. */
export const MAX_CALLS_PER_REQUEST = 10_000;
/** Most steps of the summation; beyond it the calls count as endless. */
const MAX_WORK = 20_000_000;
/** Traffic below this part of the whole no longer counts. */
const NEGLIGIBLE = 1e-10;

export type Traffic = {
  /** Requests per second of each visit. */
  readonly perSec: Float64Array;
  /** Calls that one request of a source leads to, on average, its first included. */
  readonly callsPerRequest: number;
};

/**
 * The traffic equations λ = γ + Pᵀλ, solved by following the requests call by call (the sum of γ, Pᵀγ, (Pᵀ)²γ, …).
 * Undefined where the sum has no end, or is beyond MAX_CALLS_PER_REQUEST per request.
 */
export function trafficOf(
  visits: readonly Visit[],
  entering: ReadonlyMap<number, number>,
): Traffic | undefined {
  const perSec = new Float64Array(visits.length);
  const total = [...entering.values()].reduce((sum, rate) => sum + rate, 0);
  if (total === 0) return { perSec, callsPerRequest: 0 };
  let wave = new Map(entering);
  let calls = 0;
  let work = 0;
  while (wave.size > 0) {
    const next = new Map<number, number>();
    for (const [at, rate] of wave) {
      perSec[at] = (perSec[at] ?? 0) + rate;
      calls += rate;
      for (const call of visits[at]?.calls ?? []) {
        work += 1;
        const onward = rate * call.expected;
        if (onward > total * NEGLIGIBLE) next.set(call.to, (next.get(call.to) ?? 0) + onward);
      }
      work += 1;
    }
    if (calls > total * MAX_CALLS_PER_REQUEST || work > MAX_WORK) return undefined;
    wave = next;
  }
  return { perSec, callsPerRequest: calls / total };
}
