// When to try again, and how long to wait before that.

/**
 * The pause before the attempt that follows `failures` failed ones (0: the first), ms: doubling from 1 s up to 30 s,
 * the half of it by chance, so that a thousand browsers that lost the same server do not come back in the same moment.
 */
export function pauseMs(failures: number): number {
  const most = Math.min(30_000, 1_000 * 2 ** failures);
  return most / 2 + (Math.random() * most) / 2;
}

/** Whether GraphQL errors say that the same request may simply be sent again, after a while. */
export function isUnavailable(errors: unknown): boolean {
  const codes = ["UNAVAILABLE", "RATE_LIMITED"];
  return Array.isArray(errors) && errors.some((error) => codes.includes(error?.extensions?.code));
}
