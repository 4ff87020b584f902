// Many measurements in one line.

/** `values` in any order; NaN where there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** "n 120, p50 1.9 s, p99 2.6 s, most 2.8 s" */
export function spread(valuesMs: readonly number[]): string {
  if (valuesMs.length === 0) return "none";
  const at = (share: number) => time(percentile(valuesMs, share));
  return `n ${valuesMs.length}, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${at(1)}`;
}

function time(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s` : `${Math.round(ms)} ms`;
}
